import {
  type BackendToBrowser,
  type CaptureList,
  type ChangeAgent,
  type EnrolAgent,
  encodeSpectrumFrame,
  type FrameProvenance,
  type StartUtscSession,
  type StopUtscOrphan,
  type UtscColumnsAnswer,
  type UtscOrphan,
  type UtscOrphanList,
  type UtscOrphanStopped,
  type UtscSession,
} from "@pnmlab/protocol";
import { ApiError } from "../api-error.ts";
import type { LabClient, LiveConnection, LiveListener } from "../lab-client.ts";
import type { LiveStage } from "../live-stage.ts";
import type { RecordingsClient } from "../recordings-client.ts";
import { SyntheticAgents } from "./synthetic-agents.ts";
import { SyntheticEvents } from "./synthetic-events.ts";
import { syntheticComparison, syntheticProbe } from "./synthetic-file-way.ts";
import {
  SYNTHETIC_BUILD,
  syntheticCaptureBytes,
  syntheticCaptureDetail,
  syntheticCaptures,
  syntheticCmts,
  syntheticDoctorReport,
  syntheticHealth,
  syntheticOrphan,
  syntheticRfPorts,
} from "./synthetic-lab.ts";
import { SyntheticMasks } from "./synthetic-masks.ts";
import { SyntheticRecordings } from "./synthetic-recordings.ts";
import { SyntheticSetup } from "./synthetic-setup.ts";
import { SyntheticSpectrum } from "./synthetic-spectrum.ts";

interface Running {
  session: UtscSession;
  spectrum: SyntheticSpectrum;
  timer: ReturnType<typeof setTimeout> | undefined;
  lastMs: number;
  watched: boolean;
  /** Ends with its first frame. */
  isSingle: boolean;
}

/** Frames between two re-arms of the made-up CMTS. */
const FRAMES_PER_RUN = 150;
const GAP_MS = 600;

/**
 * The twin of the backend: the same interface, answered from made-up data in the page. For work on
 * screens without a backend and for component tests; it is not part of the built page.
 */
export class SyntheticLabClient implements LabClient {
  readonly #running = new Map<string, Running>();
  readonly #captures = syntheticCaptures(Date.now());
  readonly #setup = new SyntheticSetup();
  readonly events = new SyntheticEvents(Date.now());
  readonly recordings: RecordingsClient = new SyntheticRecordings(Date.now());
  readonly masks = new SyntheticMasks((message) => this.#listener?.onMessage(message));
  #orphans: UtscOrphan[] = [syntheticOrphan(Date.now())];
  #listener: LiveListener | undefined;
  #stage: LiveStage | undefined;

  me = async () => ({ user: "operator", role: "operator" as const, expiresAt: "2099-01-01T00:00:00Z" });
  health = async () => syntheticHealth(Date.now());
  doctor = async () => syntheticDoctorReport(Date.now());
  readonly #agents = new SyntheticAgents();
  agents = async () => this.#agents.list();
  agentHistory = async () => this.#agents.history();
  agentFigures = async (name: string, afterMs: number) => this.#agents.figures(name, afterMs);
  enrolAgent = async (request: EnrolAgent) => this.#agents.enrol(request);
  changeAgent = async (name: string, request: ChangeAgent) => this.#agents.change(name, request);
  rotateAgent = async (name: string) => this.#agents.rotate(name);
  revokeAgent = async (name: string) => this.#agents.revoke(name);
  removeAgent = async (name: string) => this.#agents.remove(name);
  cmts = async () => syntheticCmts(Date.now());
  rfPorts = async () => syntheticRfPorts();
  sessions = async () => [...this.#running.values()].map((running) => running.session);
  utscOptions = async (cmtsId: string, rfPortIfIndex: number) => this.#setup.options(cmtsId, rfPortIfIndex);
  dryRun = async (request: StartUtscSession) => this.#setup.dryRun(request);
  sessionColumns = async (sessionId: string): Promise<UtscColumnsAnswer> => {
    const session = this.#running.get(sessionId)?.session;
    if (!session) throw new ApiError("SESSION_UNKNOWN", `There is no session ${sessionId}`, 404);
    return this.#setup.columns(session);
  };
  frameOrigin = (_sessionId: string, sequence: number): Promise<FrameProvenance> =>
    Promise.reject(new ApiError("UTSC_FRAME_UNKNOWN", `Frame ${sequence} is made up and has no file`, 404));
  snmpComparison = async (sessionId: string) => {
    const running = this.#running.get(sessionId);
    if (!running) throw new ApiError("SESSION_UNKNOWN", `There is no session ${sessionId}`, 404);
    return syntheticComparison(running.session, running.spectrum.next(Date.now(), false));
  };
  tftpProbe = async (cmtsId: string, rfPortIfIndex: number) =>
    syntheticProbe(cmtsId, rfPortIfIndex, Date.now());
  utscOrphans = async (): Promise<UtscOrphanList> => ({
    orphans: this.#orphans,
    cmts: [{ cmtsId: "lab-cmts-1", running: this.#running.size + this.#orphans.length, error: null }],
    readAt: new Date().toISOString(),
  });
  stopUtscOrphan = async (row: StopUtscOrphan): Promise<UtscOrphanStopped> => {
    this.#orphans = this.#orphans.filter(({ rfPortIfIndex }) => rfPortIfIndex !== row.rfPortIfIndex);
    return { stopped: row, rowRemoved: false };
  };
  utscProfile = async () => this.#setup.profileAnswer();
  chooseUtscProfile = async (_cmtsId: string, profile: string | null) => this.#setup.choose(profile);
  modems = async (_cmtsId: string, query: string, limit: number) => this.#setup.modems(query, limit);
  modemsOnChannels = async (_cmtsId: string, channels: readonly string[], limit: number) => {
    const { modems, ...rest } = this.#setup.modems("", limit);
    const found = modems.filter((modem) =>
      modem.channels.some(({ ifIndex }) => channels.includes(`${ifIndex}`)),
    );
    return { ...rest, modems: found, total: found.length };
  };
  channelModems = async () => ({ counted: null, received: null });
  captures = async (): Promise<CaptureList> => ({ captures: this.#captures, nextBefore: null });
  capture = async (captureId: string) => syntheticCaptureDetail(this.#captureById(captureId));
  captureBytes = async (captureId: string) => syntheticCaptureBytes(this.#captureById(captureId));
  keepCapture = (fileName: string) =>
    Promise.reject(new ApiError("NOT_OFFERED", `The made-up lab keeps no file, ${fileName} neither`, 0));
  captureFileUrl = () => "data:application/octet-stream,";

  async startSession(request: StartUtscSession): Promise<UtscSession> {
    for (const running of this.#running.values()) {
      if (running.session.rfPortIfIndex === request.rfPortIfIndex) this.#halt(running);
    }
    const session = newSession(request, this.#running.size + 1);
    const running: Running = {
      session,
      spectrum: new SyntheticSpectrum(request, session.streamId, session.streamId),
      timer: undefined,
      lastMs: 0,
      watched: false,
      isSingle: false,
    };
    this.#running.set(session.id, running);
    running.timer = setTimeout(() => this.#accept(running, request), 600);
    return session;
  }

  async singleCapture(request: StartUtscSession): Promise<UtscSession> {
    const session = await this.startSession(request);
    this.#running.get(session.id)!.isSingle = true;
    return session;
  }

  async stopSession(sessionId: string): Promise<UtscSession> {
    const running = this.#running.get(sessionId);
    if (!running) throw new ApiError("SESSION_UNKNOWN", `There is no session ${sessionId}`, 404);
    this.#halt(running);
    return running.session;
  }

  connect(listener: LiveListener, stage: LiveStage): LiveConnection {
    this.#listener = listener;
    this.#stage = stage;
    const timer = setTimeout(() => {
      const now = Date.now();
      listener.onState({ status: "open", sinceMs: now });
      this.#tell({ type: "hello", build: SYNTHETIC_BUILD, serverTimeMs: now });
    }, 0);
    const setWatched = (sessionId: string, watched: boolean) => {
      const running = this.#running.get(sessionId);
      if (!running) return;
      running.watched = watched;
      this.#tell({ type: "viewers", sessionId, count: watched ? 1 : 0 });
    };
    return {
      watch: (sessionId) => setWatched(sessionId, true),
      unwatch: (sessionId) => setWatched(sessionId, false),
      retryNow: () => {},
      close: () => {
        clearTimeout(timer);
        for (const running of this.#running.values()) clearTimeout(running.timer);
        this.#listener = undefined;
      },
    };
  }

  #accept(running: Running, request: StartUtscSession): void {
    const offered = syntheticRfPorts().find((port) => port.ifIndex === request.rfPortIfIndex)?.utsc?.windows;
    const window = request.window && offered?.includes(request.window) ? request.window : "rectangular";
    this.#change(running, {
      state: "running",
      measStatus: "busy",
      sentence: "The CMTS measures; its first file has not come yet.",
      accepted: {
        ...running.session.requested,
        freeRunDurationMs: request.freeRunDurationMs ?? 60_000,
        window,
        triggerMode: request.triggerMode ?? "freeRunning",
        readAt: new Date().toISOString(),
      },
    });
    running.timer = setTimeout(() => this.#frame(running), 500);
  }

  #frame(running: Running): void {
    const { session } = running;
    const nowMs = Date.now();
    const count = session.framesReceived + 1;
    const gapBefore = count > 1 && count % FRAMES_PER_RUN === 0;
    const frame = running.spectrum.next(nowMs, gapBefore);
    const repeatPeriodUs = session.requested.repeatPeriodUs * 1.04;
    this.#change(running, {
      state: "receiving",
      sentence: "Receiving.",
      framesReceived: count,
      framesPerSecond: 1e6 / repeatPeriodUs,
      newestFrameAt: new Date(nowMs).toISOString(),
      rearms: session.rearms + (gapBefore ? 1 : 0),
      lastGapMs: gapBefore
        ? Math.max(0, Math.round(nowMs - running.lastMs - repeatPeriodUs / 1000))
        : session.lastGapMs,
      kHundredthsDb: frame.kHundredthsDb,
      observed: {
        centerFrequencyHz: session.requested.centerFrequencyHz,
        spanHz: session.requested.spanHz,
        bins: session.requested.bins,
        repeatPeriodUs,
        outputFormat: session.requested.outputFormat,
        resolutionBandwidthHz: frame.resolutionBandwidthHz,
        fileLayout: "header 328 B, int16 big-endian, hundredths of a dB",
        fileSizeBytes: 328 + session.requested.bins * 2,
      },
    });
    if (running.watched) {
      this.#stage?.takeFrame(encodeSpectrumFrame(frame).buffer);
    }
    running.lastMs = nowMs;
    if (running.isSingle) {
      this.#halt(running);
      return;
    }
    const gapNext = (count + 1) % FRAMES_PER_RUN === 0;
    running.timer = setTimeout(() => this.#frame(running), repeatPeriodUs / 1000 + (gapNext ? GAP_MS : 0));
  }

  #halt(running: Running): void {
    clearTimeout(running.timer);
    if (running.session.state === "stopped") return;
    this.#change(running, {
      state: "stopped",
      desired: "stopped",
      measStatus: "inactive",
      sentence: "Stopped.",
    });
  }

  #change(running: Running, part: Partial<UtscSession>): void {
    const since =
      part.state && part.state !== running.session.state ? { since: new Date().toISOString() } : {};
    running.session = { ...running.session, ...since, ...part };
    this.#tell({ type: "session", session: running.session });
  }

  #tell(message: BackendToBrowser): void {
    this.#listener?.onMessage(message);
  }

  #captureById(captureId: string) {
    const capture = this.#captures.find((one) => one.id === captureId);
    if (!capture) throw new ApiError("CAPTURE_UNKNOWN", `There is no capture ${captureId}`, 404);
    return capture;
  }
}

function newSession(request: StartUtscSession, streamId: number): UtscSession {
  const { cmtsId, rfPortIfIndex, ...requested } = request;
  const now = new Date().toISOString();
  return {
    id: `synthetic-${streamId}`,
    streamId,
    cmtsId,
    rfPortIfIndex,
    rfPortName:
      syntheticRfPorts().find((port) => port.ifIndex === rfPortIfIndex)?.name ?? `ifIndex ${rfPortIfIndex}`,
    state: "configuring",
    sentence: "The agent writes the UTSC row and reads it back.",
    since: now,
    desired: "running",
    requested,
    accepted: null,
    observed: null,
    kHundredthsDb: null,
    measStatus: null,
    framesReceived: 0,
    framesPerSecond: 0,
    framesDropped: 0,
    newestFrameAt: null,
    rearms: 0,
    lastGapMs: null,
    failure: null,
    createdAt: now,
  };
}
