import { isPnmLabError } from "@pnmlab/kit";

/** SNMPv2 error-status by number (RFC 3416 section 3) and what each tells the user of a CMTS. */
const STATUS_WORDS: Readonly<Record<number, [name: string, meaning: string]>> = {
  1: ["tooBig", "the answer does not fit into a message"],
  2: ["noSuchName", "the CMTS does not know the object"],
  3: ["badValue", "the CMTS does not take the value"],
  4: ["readOnly", "the CMTS does not let it be written"],
  5: ["genErr", "the CMTS gives no reason"],
  6: ["noAccess", "the community of the agent's profile may not write it"],
  7: ["wrongType", "the CMTS expects another type"],
  8: ["wrongLength", "the value has the wrong length"],
  9: ["wrongEncoding", "the CMTS could not read the value"],
  10: ["wrongValue", "the value is outside of what the CMTS offers"],
  11: ["noCreation", "the CMTS makes no such row on this port"],
  12: ["inconsistentValue", "the value is legal, but not now or not beside the other columns"],
  13: ["resourceUnavailable", "the CMTS has no room or resource for it"],
  14: ["commitFailed", "the CMTS accepted the request and then could not carry it out"],
  15: ["undoFailed", "the CMTS could not carry it out and not undo it"],
  16: ["authorizationError", "the agent's profile is not allowed to"],
  17: ["notWritable", "the CMTS does not let it be written"],
  18: ["inconsistentName", "the row does not exist and is not made by writing to it"],
};

/** The number of the error-status that an SNMP request ended with; undefined for every other error. */
export function errorStatusOf(error: unknown): number | undefined {
  if (!isPnmLabError(error, "SNMP_ERROR_STATUS")) return undefined;
  const status = error.details?.errorStatus;
  if (typeof status === "number") return status;
  const found = Object.entries(STATUS_WORDS).find(([, [name]]) => name === status);
  return found === undefined ? undefined : Number(found[0]);
}

/** `inconsistentValue: the value is legal, but not now or not beside the other columns`. */
export function refusalText(error: unknown): string {
  const status = errorStatusOf(error);
  const words = status === undefined ? undefined : STATUS_WORDS[status];
  if (words !== undefined) return `${words[0]}: ${words[1]}`;
  return error instanceof Error ? error.message : String(error);
}

export const ErrorStatus = {
  tooBig: 1,
  noAccess: 6,
  noCreation: 11,
  inconsistentValue: 12,
  authorizationError: 16,
  notWritable: 17,
  inconsistentName: 18,
} as const;
