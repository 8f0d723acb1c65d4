import { DETECTORS, THRESHOLDS } from "@pnmlab/pnm-analysis";
import {
  type ChangeDetection,
  type DetectionSettings,
  type DetectionState,
  type EventHistogram,
  encodeSpectrumFrame,
  type Mute,
  type PlantEvent,
  type Rehearsal,
  type RehearsalRequest,
  type Replay,
} from "@pnmlab/protocol";
import { ApiError } from "../api-error.ts";
import type { EditEvent, EventQuery, EventsClient, NewMute } from "../events-client.ts";
import { SYNTHETIC_CHANNELS, SyntheticSpectrum } from "./synthetic-spectrum.ts";

const HOUR_MS = 3_600_000;
const EVIDENCE_FRAMES = 5;
const RING_MS = 574_000;
/** Events that a threshold at its default would have raised in the made-up ring. */
const FIRED_AT_DEFAULT = 6;

const channelIds = (...names: string[]) =>
  SYNTHETIC_CHANNELS.filter(({ name }) => names.includes(name)).map(({ ifIndex }) => String(ifIndex));

/** The made-up lab's events: one open, one acknowledged, one cleared and muted, on two ports. */
export class SyntheticEvents implements EventsClient {
  #events: PlantEvent[];
  #mutes: Mute[] = [];
  #changed: ChangeDetection = {};

  constructor(nowMs: number) {
    this.#events = syntheticEvents(nowMs);
  }

  events = async (query: EventQuery) =>
    this.#events.filter(
      (event) =>
        (query.rfPortIfIndex === undefined || event.rfPortIfIndex === Number(query.rfPortIfIndex)) &&
        (query.state === undefined || event.state === query.state),
    );
  event = async (id: string) => this.#byId(id);
  edit = async (id: string, { acknowledged, comment }: EditEvent) => {
    const before = this.#byId(id);
    const by = { by: "operator", at: new Date().toISOString() };
    return this.#replace({
      ...before,
      ...(acknowledged === undefined ? {} : { acknowledged: acknowledged ? by : null }),
      ...(comment === undefined ? {} : { comment }),
    });
  };
  evidence = async (id: string) => {
    const event = this.#byId(id);
    const spectrum = new SyntheticSpectrum(
      {
        centerFrequencyHz: 45_000_000,
        spanHz: 80_000_000,
        bins: 1600,
        outputFormat: "fftPower",
        repeatPeriodUs: 100_000,
      },
      1,
      event.number,
    );
    const frames = Array.from({ length: EVIDENCE_FRAMES }, (_, k) => {
      const frame = spectrum.next(event.firstMs + k * 100, false);
      return encodeSpectrumFrame({ ...frame, sequence: event.evidence.frames[k]! });
    });
    const stream = new Uint8Array(frames.reduce((sum, { length }) => sum + 4 + length, 0));
    let offset = 0;
    for (const frame of frames) {
      new DataView(stream.buffer).setUint32(offset, frame.length, true);
      stream.set(frame, offset + 4);
      offset += 4 + frame.length;
    }
    return stream.buffer;
  };
  histogram = async (hours: number): Promise<EventHistogram> => {
    const lastMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
    return {
      hours: Array.from({ length: hours }, (_, k) => {
        const fromMs = lastMs - (hours - 1 - k) * HOUR_MS;
        const counts: Record<string, number> = {};
        for (const { kind, firstMs } of this.#events) {
          if (firstMs >= fromMs && firstMs < fromMs + HOUR_MS) counts[kind] = (counts[kind] ?? 0) + 1;
        }
        return { fromMs, counts };
      }),
    };
  };
  replay = async (id: string): Promise<Replay> => {
    const { evidence } = this.#byId(id);
    const { value, threshold } = evidence;
    return {
      source: "ring",
      frames: 600,
      fires: true,
      value,
      threshold,
      recorded: { value, threshold },
      verdict: "The same frames raise it again.",
    };
  };
  mutes = async () => this.#mutes;
  mute = async (mute: NewMute) => {
    const made = { ...mute, id: `mute-${this.#mutes.length + 1}` };
    this.#mutes = [...this.#mutes, made];
    return made;
  };
  unmute = async (id: string) => {
    this.#mutes = this.#mutes.filter((mute) => mute.id !== id);
  };
  settings = async () => settingsWith(this.#changed);
  changeSettings = async (change: ChangeDetection) => {
    this.#changed = {
      ...this.#changed,
      ...change,
      thresholds: { ...this.#changed.thresholds, ...change.thresholds },
    };
    return settingsWith(this.#changed);
  };
  detectors = async (): Promise<DetectionState> => ({
    worker: "running",
    sentence: "The detectors see every frame.",
    restarts: 0,
    cpuMsPerFrame: 1.2,
    sessions: [],
    levels: [],
  });
  rehearse = async (
    _recordingId: string,
    { fromMs, toMs, ...change }: RehearsalRequest,
  ): Promise<Rehearsal> => {
    const settings = settingsWith(change);
    const lastMs = toMs ?? Date.now();
    const live = settings.thresholds.find(({ name }) => name === "d1LiveDb")!;
    const fired = settings.enabled.includes("D1")
      ? Math.max(0, FIRED_AT_DEFAULT - Math.round(live.value - live.default))
      : 0;
    return {
      frames: 5740,
      firstMs: fromMs ?? lastMs - RING_MS,
      lastMs,
      counts: fired > 0 ? { narrowbandIngress: fired } : {},
      events: [],
    };
  };

  #byId(id: string): PlantEvent {
    const event = this.#events.find((one) => one.id === id);
    if (!event) throw new ApiError("EVENT_UNKNOWN", `There is no event ${id}`, 404);
    return event;
  }

  #replace(event: PlantEvent): PlantEvent {
    this.#events = this.#events.map((one) => (one.id === event.id ? event : one));
    return event;
  }
}

function settingsWith(change: ChangeDetection): DetectionSettings {
  return {
    enabled: change.enabled ?? [...DETECTORS],
    thresholds: Object.entries(THRESHOLDS).map(([name, threshold]) => ({
      name,
      detector: /^d(\d+)/.exec(name) ? `D${/^d(\d+)/.exec(name)![1]}` : "all",
      value: change.thresholds?.[name] ?? threshold.value,
      default: threshold.value,
      unit: threshold.unit,
      least: threshold.least,
      most: threshold.most,
      what: threshold.what,
      source: threshold.source,
    })),
  };
}

function syntheticEvents(nowMs: number): PlantEvent[] {
  const ingress: PlantEvent = {
    id: "event-3",
    number: 3,
    detector: "D1",
    kind: "narrowbandIngress",
    title: "Narrowband ingress at 27.185 MHz, CB",
    cause: "CB through a shield defect. Isolate the leg, and patrol for leakage.",
    severity: "major",
    state: "raised",
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: 72,
    rfPortName: "us-conn 3/0",
    sessionId: "synthetic-1",
    firstMs: nowMs - 90_000,
    lastMs: nowMs - 1000,
    count: 412,
    dutyPct: 50.2,
    f0Hz: 27_185_000,
    bwHz: 100_000,
    levelDbmv: -19.3,
    dBc: -24.1,
    channels: channelIds("US2", "US3"),
    evidence: {
      statistic: "excess over neighbours in dB, live",
      value: 19.2,
      threshold: 13,
      frames: [510, 511, 512, 513, 514],
      removed: null,
    },
    classification: "CB",
    confidence: 0.9,
    figures: {},
    acknowledged: null,
    comment: "",
    muted: false,
    recordingId: null,
    alsoOn: ["us-conn 3/1"],
  };
  const rise: PlantEvent = {
    ...ingress,
    id: "event-2",
    number: 2,
    detector: "D2",
    kind: "noiseRise",
    title: "Noise rise of 3.4 dB, 5.000 to 10.000 MHz",
    cause: "Noise funnels in from a leg. Take one leg after the other off.",
    severity: "minor",
    rfPortIfIndex: 73,
    rfPortName: "us-conn 3/1",
    sessionId: "synthetic-2",
    firstMs: nowMs - 2 * HOUR_MS,
    f0Hz: 7_500_000,
    bwHz: 5_000_000,
    levelDbmv: -44.2,
    dBc: null,
    channels: [],
    evidence: {
      statistic: "rise of the noise in dB",
      value: 3.4,
      threshold: 3,
      frames: [90, 91, 92, 93, 94],
      removed: null,
    },
    classification: null,
    figures: { baselineDbmv: -47.6 },
    acknowledged: { by: "operator", at: new Date(nowMs - HOUR_MS).toISOString() },
    comment: "Crew is on Mill Lane",
    alsoOn: [],
  };
  const silent: PlantEvent = {
    ...rise,
    id: "event-1",
    number: 1,
    detector: "D8",
    kind: "channelSilent",
    title: "No burst on US4 for 5 minutes",
    cause: "Low traffic is possible. Compare with the modems on the channel.",
    severity: "info",
    state: "cleared",
    firstMs: nowMs - 5 * HOUR_MS,
    lastMs: nowMs - 4 * HOUR_MS,
    f0Hz: 38_400_000,
    bwHz: 6_400_000,
    levelDbmv: null,
    channels: channelIds("US4"),
    evidence: {
      statistic: "time without a burst in s",
      value: 312,
      threshold: 300,
      frames: [10, 11, 12, 13, 14],
      removed: null,
    },
    figures: {},
    acknowledged: null,
    comment: "",
    muted: true,
  };
  return [ingress, rise, silent];
}
