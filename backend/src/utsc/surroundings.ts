import type { Logger } from "@pnmlab/config";
import type { KeyedQueue } from "@pnmlab/kit";
import type {
  FileCleaner,
  LeaseGateway,
  LivePublisher,
  ModemFinder,
  SnmpGateway,
  StoredSession,
  UtscProfileSource,
} from "../contracts.ts";
import type { TftpDestination } from "./destination.ts";

/** What all sessions of a backend share. */
export interface SessionSurroundings {
  snmp: SnmpGateway;
  profiles: UtscProfileSource;
  modems: ModemFinder;
  leases: LeaseGateway;
  cleaner: FileCleaner;
  publisher: LivePublisher;
  destination: TftpDestination;
  leaseMs: number;
  /** One job per CMTS at a time: sessions of one CMTS share its destination row. */
  destinationQueue: KeyedQueue;
  log: Logger;
  /** Whether a file name on a row belongs to one of our sessions that has not been settled. */
  isOwn(fileName: string | undefined): boolean;
  save(session: StoredSession): void;
}
