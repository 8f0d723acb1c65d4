import { PnmLabError } from "@pnmlab/kit";

export type TftpErrorCode =
  /** Nothing, or nothing more, came from the server before the deadline. */
  | "TFTP_TIMEOUT"
  /** The server answered with an ERROR packet; `details` has its `errorCode` and `errorMessage`. */
  | "TFTP_REFUSED"
  /** The host's name does not resolve, or this machine cannot send to it. */
  | "TFTP_UNREACHABLE"
  /** The server answers against the protocol. */
  | "TFTP_PROTOCOL"
  /** The file is larger than the caller wants it. */
  | "TFTP_TOO_LARGE"
  /** The caller's signal aborted the transfer. */
  | "TFTP_ABORTED"
  /** The request itself is not possible: name, port, block size. */
  | "TFTP_BAD_REQUEST";

/** Error of a transfer; the message names operation, file, host and port. */
export class TftpError extends PnmLabError<TftpErrorCode> {
  override name = "TftpError";
}
