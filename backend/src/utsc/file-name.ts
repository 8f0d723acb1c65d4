import { randomBytes } from "node:crypto";

/** How every capture file of this product begins; nothing else in the TFTP directory is ever removed. */
export const OWN_PREFIX = "pnmlab_";

/**
 * The base name that a session gives its files: `pnmlab_<session>_<c or r><generation>`. The CMTS appends
 * `_<timestamp>`. The letter says whether the session created the row on the CMTS (`c`) or found it there
 * (`r`), so that a backend that starts anew knows from the row itself whether it may remove it. The
 * generation grows with each configuration: a late file of the one before is told apart by its name.
 */
export interface OwnFileName {
  sessionId: string;
  rowCreated: boolean;
  generation: number;
}

const OWN_NAME = /^pnmlab_([0-9a-z]+)_([cr])(\d{1,6})(?:_|$)/;

export function newSessionId(): string {
  return randomBytes(5).toString("hex");
}

export function baseNameOf({ sessionId, rowCreated, generation }: OwnFileName): string {
  return `${filePrefixOf(sessionId)}${rowCreated ? "c" : "r"}${generation}`;
}

/** What every file of a session begins with, whatever its generation. */
export function filePrefixOf(sessionId: string): string {
  return `${OWN_PREFIX}${sessionId}_`;
}

/** Reads a base name or a whole file name; a folder in front, as the E6000 takes it, is left aside. */
export function parseOwnFileName(name: string): OwnFileName | undefined {
  const match = OWN_NAME.exec(name.slice(name.lastIndexOf("/") + 1));
  if (match === null) return undefined;
  return { sessionId: match[1]!, rowCreated: match[2] === "c", generation: Number(match[3]) };
}
