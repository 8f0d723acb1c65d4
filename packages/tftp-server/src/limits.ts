/** Bounds of the server; each can be set in the options of `TftpServer.listen`. */
export interface TftpLimits {
  /** Transfers at a time; a request beyond is answered with an error. */
  maxTransfers: number;
  /** Finished uploads that keep answering a repeated last block; beyond, the oldest is let go. */
  maxDallying: number;
  /** How long a finished upload keeps answering a repeated last block, in milliseconds. */
  dallyMs: number;
  /** Largest file, in bytes, to receive or to send. */
  maxFileBytes: number;
  /** Free bytes that the directory's file system must keep; below, uploads are refused as disk full. */
  minFreeBytes: number;
  /** Time without an answer after which a packet is sent again, in milliseconds, where the peer asks for none. */
  retransmitMs: number;
  /** Repeats without any answer after which a transfer is given up. */
  maxRetransmits: number;
  /** Longest duration of one transfer, in milliseconds. */
  transferDeadlineMs: number;
  /** Largest block size granted, in bytes (RFC 2348 allows 8 to 65464). */
  maxBlockSize: number;
  /** Largest window granted, in blocks (RFC 7440). */
  maxWindowSize: number;
}

export const DEFAULT_LIMITS: Readonly<TftpLimits> = Object.freeze({
  maxTransfers: 256,
  maxDallying: 256,
  dallyMs: 5000,
  maxFileBytes: 64 * 1024 * 1024,
  minFreeBytes: 16 * 1024 * 1024,
  retransmitMs: 1000,
  maxRetransmits: 8,
  transferDeadlineMs: 300_000,
  maxBlockSize: 65464,
  maxWindowSize: 64,
});
