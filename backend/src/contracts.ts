import type { CmtsTarget } from "@pnmlab/config";
import type { UtscProfile } from "@pnmlab/docsis-mib";
import type {
  CmtsModem,
  FrameProvenance,
  Recording,
  RecordingDetail,
  RecordingTrigger,
  RequestClass,
  SnmpComparison,
  SnmpTarget,
  SpectrumFrame,
  StartUtscSession,
  SweepAnswer,
  TftpProbe,
  UtscColumnsAnswer,
  UtscDryRun,
  UtscOptions,
  UtscProfileView,
  UtscRequest,
  UtscSession,
  Varbind,
} from "@pnmlab/protocol";
import type { FrameOrigin } from "@pnmlab/recording";

/** Interfaces between the rooms of the backend; each is implemented in one room and used in others. */

export interface RequestOptions {
  /** Milliseconds until the caller gives up; 5,000 where not given. */
  deadlineMs?: number;
  signal?: AbortSignal;
  /** `interactive` where not given: somebody waits for it. */
  class?: RequestClass;
}

/**
 * SNMP through the agent (implemented in `agents/`). Errors are PnmLabError: the codes of
 * `SNMP_ERROR_CODES`, or `AGENT_UNAVAILABLE` whose message is the agent's sentence, or `AGENT_LOST`
 * where the link dropped with the request in flight.
 */
export interface SnmpGateway {
  get(target: SnmpTarget, oids: string[], options?: RequestOptions): Promise<Varbind[]>;
  set(target: SnmpTarget, varbinds: Varbind[], options?: RequestOptions): Promise<Varbind[]>;
  /** Every varbind below `oid`, in order, however many there are. */
  walk(target: SnmpTarget, oid: string, options?: RequestOptions): Promise<Varbind[]>;
  /** Whether the agent for a target is connected now, and its state in words. */
  reach(target: SnmpTarget): { available: boolean; sentence: string };
  /** Whether any agent is connected now. */
  readonly available: boolean;
  /** The state in words of the agent that is worst off. */
  readonly sentence: string;
  /** Calls back after every connection and loss of an agent. Returns the function that ends it. */
  onAvailabilityChange(listener: (available: boolean) => void): () => void;
}

/** Their class is `batch` where not given: a stream is not allowed to make others wait. */
export type StreamOptions = RequestOptions;

/** A row of a table: its index and the cells that the device has of it, by column. */
export interface TableRow {
  index: string;
  cells: ReadonlyMap<number, Varbind["value"]>;
}

/**
 * SNMP rows in chunks while the agent reads them (implemented in `agents/`). The agent goes on in the pace
 * in which they are taken; leaving the loop cancels the request. Errors as of `SnmpGateway`.
 */
export interface SnmpStreamGateway {
  /** Every varbind below `oid`, in order. */
  walk(target: SnmpTarget, oid: string, options?: StreamOptions): AsyncIterable<Varbind[]>;
  /** Columns of the table whose entry is `entryOid`, by row, in the order of the indexes. */
  table(
    target: SnmpTarget,
    entryOid: string,
    columns: readonly number[],
    options?: StreamOptions,
  ): AsyncIterable<TableRow[]>;
  /** The same OIDs of every target, as they answer; each answer has its target's place in `targets`. */
  sweep(
    targets: readonly SnmpTarget[],
    oids: readonly string[],
    options?: RequestOptions & { targetDeadlineMs?: number },
  ): AsyncIterable<SweepAnswer[]>;
}

/** Leases that the agent holds on running tests (implemented in `agents/`). */
export interface LeaseGateway {
  /** Starts a lease or prolongs it. */
  grant(lease: { leaseId: string; ttlMs: number; target: SnmpTarget; abort: Varbind[] }): Promise<void>;
  release(leaseId: string): Promise<void>;
}

/** A session as it is stored: what the user wants, and what is needed to resume or clean up. */
export interface StoredSession {
  id: string;
  streamId: number;
  cmtsId: string;
  rfPortIfIndex: number;
  rfPortName: string;
  desired: "running" | "stopped";
  requested: UtscRequest;
  createdAt: string;
  /** Whether stop and clean-up have run to their end on the CMTS. */
  settled: boolean;
  /** Whether it tests the way of the files: it is shown to nobody, and only cleared by a later process. */
  isProbe?: boolean;
  /** Where the CMTS names the files by itself: what they are known by, also before the row has been read again. */
  vendorFiles?: VendorFiles;
}

/** The files of one configuration of a session on a CMTS that names them by itself. */
export interface VendorFiles {
  /** The CMTS in their names. */
  ccapId: string;
  generation: number;
  /** When the configuration was written: what is older is somebody else's. */
  sinceMs: number;
}

/** Implemented in `storage/`. */
export interface SessionStore {
  list(): StoredSession[];
  save(session: StoredSession): void;
  remove(id: string): void;
  /** Next unused stream id, from 1. */
  nextStreamId(): number;
}

/**
 * For sessions whose files are kept: the newest file consumed, by the base name of the files (implemented in
 * `storage/`). Names of one base name sort by their time.
 */
export interface ConsumedFileStore {
  list(): Map<string, string>;
  save(baseName: string, newestFileName: string): void;
}

/** Implemented in `live/`. */
export interface LivePublisher {
  publishSession(session: UtscSession): void;
  publishFrame(sessionId: string, frame: SpectrumFrame): void;
}

/** Knows where frames come from that were just published (implemented in `utsc/`). */
export interface FrameOriginSource {
  /** Undefined where it is no longer kept, or nothing was known of it. */
  origin(sessionId: string, frame: SpectrumFrame): FrameOrigin | undefined;
}

/** Part of a recording; both ends included, all of it where nothing is given. */
export interface RecordedPart {
  /** Unix milliseconds of captures. */
  fromMs?: number | undefined;
  toMs?: number | undefined;
  /** The first frame wanted; where a session has numbered anew, the newest frame of that number. */
  fromSequence?: number | undefined;
  /** Most frames given. */
  limit?: number | undefined;
}

/** What an event asks the recorder to keep. */
export interface KeepAround {
  sessionId: string;
  /** Capture time of the event, Unix milliseconds. */
  atMs: number;
  preS: number;
  postS: number;
  eventId: string;
  label: string;
}

/** Records every frame of every session and keeps what is asked for (implemented in `recorder/`). */
export interface Recorder {
  /** When events are to be kept. */
  readonly trigger: RecordingTrigger;
  /**
   * Keeps what lies around an event, also of the time that is still to come. An event within the time after
   * another of its session prolongs that recording.
   *
   * @throws PnmLabError `RECORDING_UNKNOWN` where nothing of the session is recorded
   */
  keepAround(wanted: KeepAround): Promise<Recording>;
  /** A recording, or the ring of a session as `ring-<sessionId>`. @throws PnmLabError `RECORDING_UNKNOWN` */
  detail(recordingId: string): Promise<RecordingDetail>;
  /**
   * Frames as the wire bytes of `decodeSpectrumFrame`, oldest first, each in a buffer of its own that may be
   * transferred. Holds a few frames at a time however long the recording; leaving the loop closes the files.
   *
   * @throws PnmLabError `RECORDING_UNKNOWN`
   */
  frames(recordingId: string, part?: RecordedPart): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** A vendor profile with what the page shows of it. */
export interface ChosenProfile {
  profile: UtscProfile;
  /** By which the CMTS names its files; undefined where it was not read. */
  sysName: string | undefined;
  view: UtscProfileView;
}

/** Which vendor profile applies to a CMTS (implemented in `cmts/`). */
export interface UtscProfileSource {
  /** @throws PnmLabError as `SnmpGateway` does where the CMTS must be asked and does not answer */
  of(cmtsId: string, target: SnmpTarget): Promise<ChosenProfile>;
  /** The profile of that id in place of what applies. @throws PnmLabError `UTSC_PROFILE_UNKNOWN` */
  as(profileId: string, cmtsId: string, target: SnmpTarget): Promise<ChosenProfile>;
}

/** Vendor profiles that users have chosen by hand (implemented in `storage/`). */
export interface ProfileChoices {
  get(cmtsId: string): string | undefined;
  /** undefined goes back to what is detected. */
  set(cmtsId: string, profileId: string | undefined): void;
}

/** Modems of a CMTS by MAC address (implemented in `cmts/`). */
export interface ModemFinder {
  /** @throws PnmLabError `CMTS_MODEM_UNKNOWN`, and as `SnmpGateway` does */
  find(cmtsId: string, macAddress: string): Promise<CmtsModem>;
}

/** What a session knows of a frame, without what others know of its agent and of the files that are kept. */
export type FrameFacts = Omit<FrameProvenance, "agent" | "captureId" | "target"> & {
  target: NonNullable<FrameProvenance["target"]>;
};

/** What a port allows and what a start would do; sends GETs only (implemented in `utsc/`). */
export interface UtscSetup {
  options(cmtsId: string, rfPortIfIndex: number, profileId?: string): Promise<UtscOptions>;
  dryRun(request: StartUtscSession): Promise<UtscDryRun>;
  /** Each column of a session as asked, written, accepted and observed; undefined where there is no session. */
  columns(id: string): UtscColumnsAnswer | undefined;
  /**
   * Where one of a session's newest frames comes from.
   *
   * @throws PnmLabError `SESSION_UNKNOWN`, `UTSC_FRAME_UNKNOWN`
   */
  frame(id: string, sequence: number): FrameFacts;
}

/** Tests the way of the files from a CMTS to here (implemented in `utsc/`). */
export interface UtscProbe {
  /** One capture on a free port, cleared up after; says which rung of the way is broken. */
  probe(cmtsId: string, rfPortIfIndex: number): Promise<TftpProbe>;
  /** The newest capture that the CMTS gives by SNMP beside the first file that comes after it. */
  compareWithSnmp(sessionId: string, signal: AbortSignal): Promise<SnmpComparison>;
}

/** A whole file that no session owns. */
export interface IncomingFile {
  fileName: string;
  bytes: Uint8Array;
  modifiedAt: Date;
}

/** Implemented in `captures/`: stores, decodes and announces a file; a refused one is announced with its reason. */
export interface CaptureSink {
  accept(file: IncomingFile): Promise<void>;
  /** Whether a file of this name, size and modification time was accepted before; spares reading it again. */
  knows(fileName: string, sizeBytes: number, modifiedAt: Date): boolean;
}

/** Implemented in `utsc/`. Sessions of one RF port are one session: starting it twice answers the running one. */
export interface UtscService {
  list(): UtscSession[];
  get(id: string): UtscSession | undefined;
  /** Returns as soon as the session is accepted and configuring; progress is published. */
  start(request: StartUtscSession): Promise<UtscSession>;
  /**
   * Takes one capture of a port and ends: starts where nothing runs, else lets the one that runs end with its next
   * capture. Rejects as `start` does.
   */
  single(request: StartUtscSession): Promise<UtscSession>;
  /** Returns when the CMTS is idle and the files are cleaned up, or the stop has failed in words. */
  stop(id: string): Promise<UtscSession>;
  close(): Promise<void>;
}

/** Implemented in `utsc/`: whose the mark on a row is. */
export interface MarkOwner {
  /** Whether a session of this backend owns it that has not been settled. */
  isOwn(mark: { sessionId: string } | undefined): boolean;
  /** Whether it is that of any session that this backend has had. */
  wasOwn(mark: { sessionId: string } | undefined): boolean;
}

export interface FileClaim {
  /** Length the file must have, where the session knows it; a shorter file is still being written. */
  expectedLengthBytes?: number;
  /** Takes the whole file. Throwing marks it as refused; the file stays claimed. */
  take(file: IncomingFile & { seenAtMs: number }): void;
  /** Whether the file is removed once taken. */
  removeAfter: boolean;
  /**
   * Where it is not known yet whose the file is: whether it is ours, once that is known. Until then it stays where it
   * is; one that is not ours is looked at as if it had just come.
   */
  isOurs?: Promise<boolean> | undefined;
}

/** Implemented in `utsc/`: says whose a file is, by what the session configured, never by a guess. */
export interface FileClaimer {
  claim(fileName: string): FileClaim | undefined;
}

/** Implemented in `utsc/`. */
export interface TakenFiles {
  /** Whether a session has taken a file that does not bear a name of ours: such a one may be removed. */
  hasTaken(fileName: string): boolean;
}

/** What is wrong with the TFTP directory as this program sees it. */
export interface StorageTrouble {
  found: string;
  fix: string;
  /** Whether files that are there can be listed. */
  isReadable: boolean;
}

/** Looks at the TFTP directory; undefined where files can come into it. Never throws. */
export type StorageLook = () => Promise<StorageTrouble | undefined>;

/** Clears consumed files of ours from the TFTP directory (implemented in `ingest/`). */
export interface FileCleaner {
  /**
   * Removes, archives or keeps a file, by its path below the directory, as PNMLAB_CONSUMED_FILES says.
   * Absent files are no error.
   */
  remove(fileName: string): Promise<void>;
  /**
   * Paths of the files below the directory that are to be cleared and whose names begin with `prefix`, empty
   * ones left out. Files that are to be kept are none of these.
   */
  list(prefix: string): Promise<string[]>;
}

export type { CmtsTarget };
