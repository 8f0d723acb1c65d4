import type { Logger } from "@pnmlab/config";
import type { UtscSampleHabits } from "@pnmlab/docsis-mib";
import type { KeyedQueue } from "@pnmlab/kit";
import type {
  FileCleaner,
  LeaseGateway,
  LivePublisher,
  ModemFinder,
  SnmpGateway,
  StorageLook,
  StoredSession,
  UtscProfileSource,
} from "../contracts.ts";
import type { TftpDestination } from "./destination.ts";
import type { OwnFileName } from "./file-name.ts";
import type { SettledRequest } from "./settle.ts";

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
  /** How the samples of a CMTS are read where its profile is not to decide. */
  samplesOf(cmtsId: string): Partial<UtscSampleHabits>;
  /** Whether captures are read by SNMP where files stay away. */
  readsBySnmp: boolean;
  /** One job per CMTS at a time: sessions of one CMTS share its destination row. */
  destinationQueue: KeyedQueue;
  log: Logger;
  /** Whether the mark on a row is of one of our sessions that has not been settled. */
  isOwn(mark: OwnFileName | undefined): boolean;
  /** Whether files are fetched by the names that their CMTS tells, instead of found in a folder. */
  isFetched: boolean;
  /** Whether files can come into the TFTP directory, where this program can tell. */
  lookAtStorage: StorageLook | undefined;
  /** The CMTS says by its Filename column that this is its newest file. */
  reportFile(fileName: string): void;
  /**
   * Takes room for a session on line card and chassis, where it has none yet: those that were started before
   * it, that have theirs, or whose test runs go first.
   *
   * @throws PnmLabError `UTSC_CAPACITY_BUSY`
   */
  takeRoom(session: StoredSession, settled: SettledRequest): Promise<void>;
  save(session: StoredSession): void;
}
