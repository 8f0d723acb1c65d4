import type {
  Agent,
  AgentFiguresAnswer,
  AgentHistoryEntry,
  AgentTokenAnswer,
  BackendToBrowser,
  CaptureDetail,
  CaptureList,
  ChangeAgent,
  ChannelModems,
  Cmts,
  CmtsModemList,
  DoctorReport,
  EnrolAgent,
  FrameProvenance,
  Health,
  KeptCapture,
  RfPort,
  SignedIn,
  SnmpComparison,
  StartUtscSession,
  StopUtscOrphan,
  TftpProbe,
  UtscColumnsAnswer,
  UtscDryRun,
  UtscOptions,
  UtscOrphanList,
  UtscOrphanStopped,
  UtscProfileAnswer,
  UtscSession,
} from "@pnmlab/protocol";
import type { ConnectionState } from "../model/lab-state.ts";
import type { EventsClient } from "./events-client.ts";
import type { LiveStage } from "./live-stage.ts";
import type { MasksClient } from "./masks-client.ts";
import type { RecordingsClient } from "./recordings-client.ts";

/** What a live connection tells its owner. */
export interface LiveListener {
  onState(state: ConnectionState): void;
  onMessage(message: BackendToBrowser): void;
}

export interface LiveConnection {
  /** Asks for the frames of a session; kept over reconnects until `unwatch`. */
  watch(sessionId: string): void;
  unwatch(sessionId: string): void;
  /** Tries again now instead of when the wait is over. */
  retryNow(): void;
  close(): void;
}

/**
 * Everything the page asks of the lab. Implemented over HTTP and WebSocket, and by a synthetic twin, so
 * that every screen runs without a backend. Every promise rejects with an `ApiError`.
 */
export interface LabClient {
  me(): Promise<SignedIn>;
  health(): Promise<Health>;
  /** Runs every check of the deployment now; takes seconds. */
  doctor(): Promise<DoctorReport>;
  agents(): Promise<Agent[]>;
  /** What happened to agents, newest first. */
  agentHistory(limit: number): Promise<AgentHistoryEntry[]>;
  /** How an agent ran within the last hour; of that what the backend heard after `afterMs`. */
  agentFigures(name: string, afterMs: number): Promise<AgentFiguresAnswer>;
  /** Lets an agent in; its token is in this answer and nowhere else. */
  enrolAgent(request: EnrolAgent): Promise<AgentTokenAnswer>;
  changeAgent(name: string, request: ChangeAgent): Promise<Agent>;
  /** Gives an agent a new token; the old one opens until the new one is used. */
  rotateAgent(name: string): Promise<AgentTokenAnswer>;
  /** Takes the tokens of an agent back; its connection ends now. */
  revokeAgent(name: string): Promise<Agent>;
  /** Takes a revoked agent off the list. */
  removeAgent(name: string): Promise<void>;
  cmts(): Promise<Cmts[]>;
  rfPorts(cmtsId: string): Promise<RfPort[]>;
  sessions(): Promise<UtscSession[]>;
  startSession(request: StartUtscSession): Promise<UtscSession>;
  /** One capture of a port, then it stops. */
  singleCapture(request: StartUtscSession): Promise<UtscSession>;
  stopSession(sessionId: string): Promise<UtscSession>;
  /** Every column of a session: asked for, written, read back, seen. */
  sessionColumns(sessionId: string): Promise<UtscColumnsAnswer>;
  /** Where one of the newest frames of a session comes from. @throws ApiError 404 where that is no longer known */
  frameOrigin(sessionId: string, sequence: number): Promise<FrameProvenance>;
  /** The capture of the CMTS's result table beside the one of a file. */
  snmpComparison(sessionId: string): Promise<SnmpComparison>;
  /** One capture of a port whose file has to arrive, and where its way is broken; takes up to a minute. */
  tftpProbe(cmtsId: string, rfPortIfIndex: number): Promise<TftpProbe>;
  /** Tests that run on the CMTSs and that no session owns; only reads from them. */
  utscOrphans(): Promise<UtscOrphanList>;
  /** Stops one of them, if its row still reads exactly as it was listed. */
  stopUtscOrphan(row: StopUtscOrphan): Promise<UtscOrphanStopped>;
  /** What a port takes in each writable column of UTSC, and by whose word. */
  utscOptions(cmtsId: string, rfPortIfIndex: number): Promise<UtscOptions>;
  /** What a start would send; only reads from the CMTS. */
  dryRun(request: StartUtscSession): Promise<UtscDryRun>;
  /** The vendor profile of a CMTS and the others there are. */
  utscProfile(cmtsId: string): Promise<UtscProfileAnswer>;
  /** Sets a profile by hand; null goes back to the detected one. */
  chooseUtscProfile(cmtsId: string, profile: string | null): Promise<UtscProfileAnswer>;
  /** Modems whose MAC or IP address holds a text; the first ones without one. */
  modems(cmtsId: string, query: string, limit: number): Promise<CmtsModemList>;
  /** Modems that send on one of these upstream channels, by ifIndex. */
  modemsOnChannels(cmtsId: string, channels: readonly string[], limit: number): Promise<CmtsModemList>;
  /** What is known of the modems of a channel; asks the CMTS nothing. */
  channelModems(cmtsId: string, channelIfIndex: number): Promise<ChannelModems>;
  /** One page of captures, newest first; `before` is the `nextBefore` of the page in front of it. */
  captures(before: string | null): Promise<CaptureList>;
  capture(captureId: string): Promise<CaptureDetail>;
  /** The bytes of a capture as they arrived. */
  captureBytes(captureId: string): Promise<Uint8Array>;
  /** Stores a file of the user among the captures; `isNew` is false where it was there already. */
  keepCapture(fileName: string, bytes: Uint8Array, modifiedAtMs: number): Promise<KeptCapture>;
  /** Address of the file as it arrived, for a download. */
  captureFileUrl(captureId: string): string;
  /** Frames of what is watched go to the stage. */
  connect(listener: LiveListener, stage: LiveStage): LiveConnection;
  /** Events of the detectors, and the detectors themselves. */
  readonly events: EventsClient;
  readonly recordings: RecordingsClient;
  readonly masks: MasksClient;
}
