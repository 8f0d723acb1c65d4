import type { RfPort, UtscOptions, UtscRequest } from "@pnmlab/protocol";
import { type FieldIssue, UTSC_FORM_FIELDS, type UtscField, wireFieldOf } from "../utsc-form.ts";
import { draftOf, readDraft } from "./draft.ts";

/** What the rules of a port refuse of a request, at the fields of the drawer's form: as the set-up page refuses it. */
export function ruleIssues(
  request: UtscRequest,
  options: Pick<UtscOptions, "fields">,
  channels: RfPort["channels"],
): Partial<Record<UtscField, FieldIssue>> {
  const { issues } = readDraft(draftOf(request, options), options, channels);
  const found: Partial<Record<UtscField, FieldIssue>> = {};
  for (const field of UTSC_FORM_FIELDS) {
    const issue = issues.get(wireFieldOf(field));
    if (!issue) continue;
    found[field] = {
      message: issue.message.replace(/\.$/, ""),
      ...(issue.use !== undefined && { use: issue.use }),
    };
  }
  return found;
}
