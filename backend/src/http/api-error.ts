import { PnmLabError } from "@pnmlab/kit";

/** An answer of the REST API that is not a success; its text is meant for the caller. */
export class ApiError extends PnmLabError {
  override name = "ApiError";
  readonly statusCode: number;

  constructor(statusCode: number, code: string, message: string, details?: Record<string, unknown>) {
    super(code, message, details ? { details } : {});
    this.statusCode = statusCode;
  }
}

export function notFound(code: string, message: string): ApiError {
  return new ApiError(404, code, message);
}

/** HTTP status of an error by its code; undefined where the code is not one for callers. */
export function statusOfCode(code: string): number | undefined {
  const exact = STATUS_BY_CODE[code];
  if (exact) return exact;
  return STATUS_BY_ENDING.find(([ending]) => ending.test(code))?.[1];
}

/** The chain below the backend: 503 where nobody could be asked, 504 where no answer came, 502 where a bad one did. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  REQUEST_INVALID: 400,
  AGENT_NOT_FOUND: 404,
  AGENT_UNAVAILABLE: 503,
  AGENT_LOST: 503,
  AGENT_SEND_FAILED: 503,
  AGENT_DEADLINE: 504,
  AGENT_BAD_RESULT: 502,
  DEADLINE: 504,
  SNMP_TIMEOUT: 504,
  CAPTURE_REFUSED: 422,
  CAPTURE_BYTES_MISSING: 404,
  DECODER_UNAVAILABLE: 503,
  RECORDINGS_NO_ROOM: 507,
  DETECTORS_UNAVAILABLE: 503,
};

const STATUS_BY_ENDING: readonly (readonly [RegExp, number])[] = [
  [/_(UNKNOWN|NOT_FOUND)$/, 404],
  [/_(BUSY|CONFLICT|IN_USE)$/, 409],
  [/_(INVALID|UNSUPPORTED|NOT_OFFERED)$/, 422],
  [/^(SNMP|TFTP)_/, 502],
];
