/** error-status of RFC 3416, section 3. */
export const ERROR_STATUS = {
  noError: 0,
  tooBig: 1,
  noSuchName: 2,
  badValue: 3,
  readOnly: 4,
  genErr: 5,
  noAccess: 6,
  wrongType: 7,
  wrongLength: 8,
  wrongEncoding: 9,
  wrongValue: 10,
  noCreation: 11,
  inconsistentValue: 12,
  resourceUnavailable: 13,
  commitFailed: 14,
  undoFailed: 15,
  authorizationError: 16,
  notWritable: 17,
  inconsistentName: 18,
} as const;

export type ErrorStatus = keyof typeof ERROR_STATUS;

/** What an SNMPv1 manager sees instead of an SNMPv2 status (RFC 3584, section 4.4). */
export function v1Status(status: ErrorStatus): ErrorStatus {
  switch (status) {
    case "wrongValue":
    case "wrongEncoding":
    case "wrongType":
    case "wrongLength":
    case "inconsistentValue":
      return "badValue";
    case "noAccess":
    case "notWritable":
    case "noCreation":
    case "inconsistentName":
    case "authorizationError":
      return "noSuchName";
    case "resourceUnavailable":
    case "commitFailed":
    case "undoFailed":
      return "genErr";
    case "noError":
    case "tooBig":
    case "noSuchName":
    case "badValue":
    case "readOnly":
    case "genErr":
      return status;
  }
}

/** Ends the handling of a request with a status and the position of a varbind, counted from 1. */
export class RequestRefused extends Error {
  override name = "RequestRefused";
  readonly status: ErrorStatus;
  readonly position: number;

  constructor(status: ErrorStatus, position: number, reason: string) {
    super(reason);
    this.status = status;
    this.position = position;
  }
}
