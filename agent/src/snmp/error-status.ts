/** Names of error-status in a response PDU (RFC 1157 4.1.1, RFC 3416 3), by number. */
const NAMES = [
  "noError",
  "tooBig",
  "noSuchName",
  "badValue",
  "readOnly",
  "genErr",
  "noAccess",
  "wrongType",
  "wrongLength",
  "wrongEncoding",
  "wrongValue",
  "noCreation",
  "inconsistentValue",
  "resourceUnavailable",
  "commitFailed",
  "undoFailed",
  "authorizationError",
  "notWritable",
  "inconsistentName",
] as const;

export const ERROR_STATUS = { tooBig: 1, noSuchName: 2 } as const;

/** Name of an error-status, or its number in words where no RFC names it. */
export function errorStatusName(errorStatus: number): string {
  return NAMES[errorStatus] ?? `errorStatus ${errorStatus}`;
}
