import { maskFieldsSchema, maskSourceSchemaOf } from "@pnmlab/protocol";
import { z } from "zod";
import { type MaskSpec, MOST_MASKS } from "./mask-spec.ts";

/** A mask that is being drawn has fewer points than a line. */
const source = maskSourceSchemaOf(20_000, 0);
const mask = z.strictObject({ ...maskFieldsSchema, source, isOn: z.boolean().default(false) });

const maskFile = z.strictObject({
  format: z.literal("pnmlab-masks"),
  version: z.literal(1),
  masks: z.array(mask).max(MOST_MASKS),
});

/** Masks as a JSON file that another browser, or a script, can read. */
export function maskFileOf(masks: readonly MaskSpec[]): string {
  const plain = masks.map(({ id: _id, revision: _revision, ...rest }) => rest);
  return `${JSON.stringify({ format: "pnmlab-masks", version: 1, masks: plain }, undefined, 2)}\n`;
}

/** Reads such a file. The message names the field that does not fit. */
export function readMaskFile(text: string): { ok: true; masks: MaskSpec[] } | { ok: false; message: string } {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { ok: false, message: "This file is not JSON." };
  }
  const read = maskFile.safeParse(raw);
  if (!read.success) {
    const issue = read.error.issues[0]!;
    const place = issue.path.join(".") || "the file";
    return { ok: false, message: `Not a file of masks: ${place}: ${issue.message}` };
  }
  return { ok: true, masks: read.data.masks.map((one, index) => numbered(one, index + 1)) };
}

/** Masks as stored in this browser; what is damaged is left out. */
export function storedMasksOf(raw: unknown): MaskSpec[] {
  if (!Array.isArray(raw)) return [];
  return raw
    .map((one: unknown) => {
      if (typeof one !== "object" || one === null) return undefined;
      const { id: _id, revision: _revision, ...rest } = one as Record<string, unknown>;
      return mask.safeParse(rest).data;
    })
    .filter((one) => one !== undefined)
    .slice(0, MOST_MASKS)
    .map((one, index) => numbered(one, index + 1));
}

function numbered(one: z.infer<typeof mask>, id: number): MaskSpec {
  return { ...one, id, revision: 0 };
}
