import type { SocketType } from "node:dgram";
import type { Peer } from "./conversation.ts";
import type { TftpCounters } from "./counters.ts";
import type { FileDirectory } from "./directory.ts";
import type { TftpFault } from "./fault.ts";
import type { TftpLimits } from "./limits.ts";

/** What a transfer works with. */
export interface TransferContext {
  socketType: SocketType;
  /** Address that the server listens on. */
  host: string;
  peer: Peer;
  name: string;
  /** What a download answers in place of the file of this name. */
  content?: Uint8Array;
  requestedOptions: ReadonlyMap<string, string>;
  directory: FileDirectory;
  limits: TftpLimits;
  counters: TftpCounters;
}

export type TransferOutcome =
  | {
      kind: "replaced" | "removed" | "nothing" | "sent";
      name: string;
      bytes: number;
      durationMs: number;
      announcedBytes?: number;
    }
  | { kind: "refused" | "aborted"; bytes: number; fault: TftpFault };

/** One upload or download. */
export interface Transfer {
  /** Runs it to its end; never rejects. An upload may go on answering repeats afterwards, until `close`. */
  run(): Promise<TransferOutcome>;
  /** Ends it early; without effect once the file is being put in place. */
  abort(fault: TftpFault): void;
  /**
   * The peer sent the same request again from the same port. True where this transfer goes on;
   * false where the peer has begun anew and this one is to be aborted.
   */
  repeatRequest(): boolean;
  /** Ends the answering of repeats. */
  close(): void;
}
