import type { TftpFaultCode } from "./fault.ts";

/** Address and port of a peer, as `192.0.2.7:1069` or `[2001:db8::7]:1069`. */
export type PeerText = string;

/** What observers are told; every event comes after the fact. */
export type TftpServerEvents = {
  /** An upload is in place, whole. `announcedBytes` is the size that the sender gave before, if it did. */
  received: { name: string; bytes: number; durationMs: number; from: PeerText; announcedBytes?: number };
  /** An empty upload deleted the file. */
  removed: { name: string; from: PeerText };
  /** A file was sent. */
  sent: { name: string; bytes: number; durationMs: number; to: PeerText };
  /** A request was answered with an error. */
  refused: { name: string; operation: "read" | "write"; from: PeerText; code: TftpFaultCode; reason: string };
  /** A transfer began and did not finish; nothing of it is left. */
  aborted: { name: string; operation: "read" | "write"; from: PeerText; code: TftpFaultCode; reason: string };
};

/** Where the server writes its lines; a pino logger fits. */
export interface TftpLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
