import { UTSC_FIELDS, utscRefusalSchema } from "@pnmlab/protocol";
import { z } from "zod";
import type { SetupIssue } from "./draft.ts";
import type { SetupField } from "./fields.ts";
import { formText, unitOfField } from "./units.ts";

/** What an error of the backend may say of single fields, in the three forms that it has for it. */
const detailsSchema = z.object({
  /** Rules that refuse values of a start. */
  refusals: z.array(utscRefusalSchema).optional(),
  /** The one column that the error is about. */
  field: z.enum(UTSC_FIELDS).optional(),
  /** A body that does not fit its schema: paths as `body.spanHz`. */
  issues: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

/** What an answer that is no success says of single columns; empty where it says nothing of them. */
export function issuesOfError(cause: unknown): Map<SetupField, SetupIssue> {
  const issues = new Map<SetupField, SetupIssue>();
  const parsed = detailsSchema.safeParse(cause instanceof Error && "details" in cause ? cause.details : {});
  if (!(cause instanceof Error) || !parsed.success) return issues;
  const { refusals = [], field, issues: paths = [] } = parsed.data;
  for (const { field: of, message, rule, source, suggestion } of refusals) {
    const use = suggestion === null ? undefined : formText(suggestion, unitOfField(of));
    issues.set(of, { message, rule, source, use });
  }
  for (const { field: path, message } of paths) {
    const of = UTSC_FIELDS.find((name) => path === `body.${name}`);
    if (of) issues.set(of, { message, rule: null, source: null, use: undefined });
  }
  if (field && !issues.has(field)) {
    issues.set(field, { message: cause.message, rule: null, source: null, use: undefined });
  }
  return issues;
}
