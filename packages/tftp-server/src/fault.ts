import { PnmLabError } from "@pnmlab/kit";
import { ERROR_CODE } from "./packets.ts";

export type TftpFaultCode =
  | "MALFORMED"
  | "MODE_REFUSED"
  | "NAME_REFUSED"
  | "NOT_FOUND"
  | "NOT_A_FILE"
  | "ACCESS_DENIED"
  | "TOO_LARGE"
  | "DISK_FULL"
  | "IO_ERROR"
  | "BUSY"
  | "PEER_SILENT"
  | "PEER_ERROR"
  | "REPLACED"
  | "DEADLINE"
  | "NETWORK"
  | "CLOSING";

const WIRE_CODE: Record<TftpFaultCode, number> = {
  MALFORMED: ERROR_CODE.illegalOperation,
  MODE_REFUSED: ERROR_CODE.illegalOperation,
  NAME_REFUSED: ERROR_CODE.accessViolation,
  NOT_FOUND: ERROR_CODE.fileNotFound,
  NOT_A_FILE: ERROR_CODE.accessViolation,
  ACCESS_DENIED: ERROR_CODE.accessViolation,
  TOO_LARGE: ERROR_CODE.diskFull,
  DISK_FULL: ERROR_CODE.diskFull,
  IO_ERROR: ERROR_CODE.notDefined,
  BUSY: ERROR_CODE.notDefined,
  PEER_SILENT: ERROR_CODE.notDefined,
  PEER_ERROR: ERROR_CODE.notDefined,
  REPLACED: ERROR_CODE.notDefined,
  DEADLINE: ERROR_CODE.notDefined,
  NETWORK: ERROR_CODE.notDefined,
  CLOSING: ERROR_CODE.notDefined,
};

/**
 * Why a request is refused or a transfer ends early. The message goes to the peer, so it names no
 * path of this machine; the cause stays here.
 */
export class TftpFault extends PnmLabError<TftpFaultCode> {
  override name = "TftpFault";

  /** Error code of the ERROR packet (RFC 1350, appendix I). */
  get wireCode(): number {
    return WIRE_CODE[this.code];
  }

  /** False where the peer ended the transfer itself (an ERROR is never answered by one) or is out of reach. */
  get tellsPeer(): boolean {
    return this.code !== "PEER_ERROR" && this.code !== "NETWORK";
  }
}

const DISK_FULL = ["DISK_FULL", "disk full"] as const;
const ACCESS_DENIED = ["ACCESS_DENIED", "the directory does not allow this"] as const;
const NOT_A_FILE = ["NOT_A_FILE", "the name is not that of a regular file"] as const;

const FAULT_OF_ERRNO = new Map<string | undefined, readonly [TftpFaultCode, string]>([
  ["ENOSPC", DISK_FULL],
  ["EDQUOT", DISK_FULL],
  ["EFBIG", DISK_FULL],
  ["EACCES", ACCESS_DENIED],
  ["EPERM", ACCESS_DENIED],
  ["EROFS", ACCESS_DENIED],
  ["EISDIR", NOT_A_FILE],
  ["ENOTDIR", NOT_A_FILE],
  ["ELOOP", NOT_A_FILE],
  ["ENOENT", ["NOT_FOUND", "file not found"]],
]);

/** The fault that a failed file operation means to the peer. */
export function faultOfFileError(thrown: unknown): TftpFault {
  if (thrown instanceof TftpFault) return thrown;
  const errno = (thrown as NodeJS.ErrnoException | undefined)?.code;
  const [code, message] = FAULT_OF_ERRNO.get(errno) ?? [
    "IO_ERROR",
    `input/output error ${errno ?? "of unknown kind"}`,
  ];
  return new TftpFault(code, message, { cause: thrown, retryable: code === "DISK_FULL" });
}
