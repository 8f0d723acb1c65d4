import type { TftpLimits } from "./limits.ts";

/** Block size where none is agreed, in bytes (RFC 1350). */
const DEFAULT_BLOCK_SIZE = 512;

/**
 * Longest retransmission time granted, in seconds, although RFC 2349 allows 255: a peer that asks for
 * more, as one that means milliseconds does, would leave a lost packet unrepaired for minutes.
 */
const MAX_TIMEOUT_S = 30;

export interface Agreement {
  /** Bytes of a full block. */
  blockSize: number;
  /** Blocks that are sent before an acknowledgement is due. */
  windowSize: number;
  /** Time without an answer after which a packet is sent again, in milliseconds. */
  retransmitMs: number;
  /** File size that the peer announced (RFC 2349 `tsize`), in bytes; undefined where it did not. */
  announcedBytes: number | undefined;
  /** Content of the OACK; empty where none of the options is known, and then none is sent. */
  granted: ReadonlyMap<string, string>;
}

/**
 * Agrees on the options of a request: `blksize` (RFC 2348), `timeout` and `tsize` (RFC 2349),
 * `windowsize` (RFC 7440). An option that is unknown or out of range is left out of the answer, by
 * which the default holds. `fileBytes` is the size of the file to send, for a read request.
 */
export function agreeOnOptions(
  requested: ReadonlyMap<string, string>,
  limits: TftpLimits,
  fileBytes?: number,
): Agreement {
  const granted = new Map<string, string>();
  const agreement: Agreement = {
    blockSize: DEFAULT_BLOCK_SIZE,
    windowSize: 1,
    retransmitMs: limits.retransmitMs,
    announcedBytes: undefined,
    granted,
  };
  for (const [name, text] of requested) {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
    if (name === "blksize" && value >= 8) {
      agreement.blockSize = Math.min(value, limits.maxBlockSize);
      granted.set(name, String(agreement.blockSize));
    } else if (name === "windowsize" && value >= 1) {
      agreement.windowSize = Math.min(value, limits.maxWindowSize);
      granted.set(name, String(agreement.windowSize));
    } else if (name === "timeout" && value >= 1 && value <= MAX_TIMEOUT_S) {
      agreement.retransmitMs = value * 1000;
      granted.set(name, text);
    } else if (name === "tsize" && value >= 0) {
      agreement.announcedBytes = value;
      granted.set(name, fileBytes === undefined ? text : String(fileBytes));
    }
  }
  return agreement;
}
