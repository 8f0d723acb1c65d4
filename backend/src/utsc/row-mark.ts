import type { UtscValues } from "@pnmlab/docsis-mib";
import type { OwnFileName } from "./file-name.ts";

/**
 * The mark of a session on a row whose Filename the CMTS does not let be written: the same that the file
 * name says elsewhere, in two columns that no trigger mode of such a CMTS uses, MinislotCount and Sid.
 *
 * MinislotCount holds the first 32 bits of the session's id, Sid its last 8, whether the session created the
 * row (1 bit), the generation (15 bits) and a check (8 bits).
 */
const SESSION_ID = /^[0-9a-f]{10}$/;
const CHECK = 0xa7;
const MAX_GENERATION = 0x7fff;

/** Values of the two columns; undefined where the session cannot be written so. */
export function markValues({
  sessionId,
  rowCreated,
  generation,
}: OwnFileName): { minislotCount: number; sid: number } | undefined {
  if (!SESSION_ID.test(sessionId) || generation > MAX_GENERATION) return undefined;
  const flagged = (rowCreated ? 0x8000 : 0) + generation;
  return {
    minislotCount: Number.parseInt(sessionId.slice(0, 8), 16),
    sid: Number.parseInt(sessionId.slice(8), 16) * 2 ** 24 + flagged * 2 ** 8 + CHECK,
  };
}

/** The mark that the columns hold; undefined where they hold something else. */
export function markOf({ minislotCount, sid }: UtscValues): OwnFileName | undefined {
  if (typeof minislotCount !== "number" || typeof sid !== "number") return undefined;
  if (sid % 2 ** 8 !== CHECK || minislotCount === 0) return undefined;
  const flagged = Math.floor(sid / 2 ** 8) % 2 ** 16;
  const id =
    minislotCount.toString(16).padStart(8, "0") +
    Math.floor(sid / 2 ** 24)
      .toString(16)
      .padStart(2, "0");
  return { sessionId: id, rowCreated: flagged >= 0x8000, generation: flagged % 0x8000 };
}
