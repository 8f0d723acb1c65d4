import { once } from "node:events";
import { Worker } from "node:worker_threads";
import {
  type SpectrumFrame as AnalysedFrame,
  type DetectorEvent,
  type DownstreamCarrier,
  dbOfPower,
  Random,
} from "@pnmlab/pnm-analysis";
import {
  decodeSpectrumFrame,
  encodeSpectrumFrame,
  type PlantEvent,
  type PutLabMask,
  type SpectrumFrame,
  type UpstreamChannel,
  type UtscSession,
} from "@pnmlab/protocol";
import type { PortPlan } from "@pnmlab/simulator";
import { onTestFinished } from "vitest";
import { bandPlanOf } from "../../../packages/simulator/src/testing/recording.ts";
import type { Recorder } from "../contracts.ts";
import type { BookedSource } from "../detection/event-book.ts";
import { DetectionService } from "../detection/index.ts";
import { LabMasks } from "../masks/lab-masks.ts";
import { openStorage } from "../storage/index.ts";
import { build, exampleSession, recordingLog, temporaryFolder } from "./support.ts";

export const START_MS = Date.UTC(2026, 0, 1);
const PERIOD_MS = 50;
const BINS = 400;
const SPACING_HZ = 50_000;
const FIRST_HZ = 5e6;

/** Frequency of a bin of `noiseFrame`. */
export function binHz(bin: number): number {
  return FIRST_HZ + bin * SPACING_HZ;
}

/** Noise of -59 dBmV per bin and more, the same for the same number, with lines in place of some of its bins. */
export function noiseFrame(
  sequence: number,
  lines: Readonly<Record<number, number>> = {},
  riseDb = 0,
): SpectrumFrame {
  const random = new Random(BigInt(sequence + 1));
  const levels = Int16Array.from({ length: BINS }, () =>
    Math.round(100 * Math.max(-120, -59 + riseDb + dbOfPower(random.exponential()))),
  );
  for (const [bin, levelDbmv] of Object.entries(lines)) levels[Number(bin)] = 100 * levelDbmv;
  const capturedAtMs = START_MS + sequence * PERIOD_MS;
  return {
    streamId: 1,
    sequence,
    capturedAtMs,
    receivedAtMs: capturedAtMs + 20,
    firstBinHz: FIRST_HZ,
    binSpacingHz: SPACING_HZ,
    resolutionBandwidthHz: SPACING_HZ,
    kHundredthsDb: 0,
    gapBefore: false,
    uncalibrated: false,
    withheld: 0,
    levelsHundredthsDbmv: levels,
  };
}

/** A frame of the analysis as it is sent and recorded. */
export function wireBytes(frame: AnalysedFrame): Uint8Array<ArrayBuffer> {
  return encodeSpectrumFrame({
    ...noiseFrame(0),
    sequence: frame.sequence,
    capturedAtMs: START_MS + frame.timeS * 1000,
    firstBinHz: frame.firstBinHz,
    binSpacingHz: frame.binSpacingHz,
    resolutionBandwidthHz: frame.resolutionBandwidthHz,
    levelsHundredthsDbmv: Int16Array.from(frame.levelsDbmv, (level) => Math.round(100 * level)),
  });
}

/** A mask that allows -45 dBmV over all of `noiseFrame`: the noise lies 5 dB and more under it, a line does not. */
export function lineMask(differing: Partial<PutLabMask> = {}): PutLabMask {
  return {
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: 5,
    name: "node 7",
    trace: "live",
    consecutiveFrames: 3,
    severity: "major",
    source: {
      from: "points",
      points: [
        { frequencyHz: binHz(0), levelDbmv: -45 },
        { frequencyHz: binHz(BINS - 1), levelDbmv: -45 },
      ],
    },
    ...differing,
  };
}

export function detectionSource(port: Partial<BookedSource> = {}): BookedSource {
  return {
    sessionId: "s-1",
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: 5,
    rfPortName: "us 1/0",
    channels: [],
    periodMs: PERIOD_MS,
    context: "{}",
    ...port,
  };
}

export function detectorEvent(id: string, differing: Partial<DetectorEvent> = {}): DetectorEvent {
  return {
    id,
    detector: "D1",
    kind: "narrowbandIngress",
    severity: "minor",
    state: "raised",
    firstS: START_MS / 1000,
    lastS: START_MS / 1000 + 1,
    count: 3,
    dutyPct: 100,
    f0Hz: 27.185e6,
    bwHz: 100e3,
    levelDbmv: -30,
    dBc: -27,
    channels: [],
    evidence: {
      statistic: "excess over neighbours in dB, live",
      value: 20,
      threshold: 13,
      peakFrame: 10,
      frames: [8, 9, 10, 11, 12],
    },
    classification: "CB",
    confidence: 1,
    figures: {},
    ...differing,
  };
}

const recordedSettings = {
  fromMs: START_MS,
  firstSequence: 0,
  requested: exampleSession("s-1").requested,
  accepted: null,
  observed: null,
  kHundredthsDb: 0,
  software: build,
};

/** Channels of a simulated port as a CMTS lists them. */
export function channelsOf(port: PortPlan): UpstreamChannel[] {
  return bandPlanOf(port).channels.map(({ kind, lowerHz, upperHz, excludedHz }, k) => ({
    ifIndex: 100 + k,
    name: `channel ${k}`,
    kind,
    lowerFrequencyHz: lowerHz,
    upperFrequencyHz: upperHz,
    ...(excludedHz === undefined ? {} : { excludedHz: excludedHz.map(([from, to]) => [from, to]) }),
  }));
}

/** Recordings in memory: the frames of each id. */
export function memoryRecorder(
  recordings: Readonly<Record<string, () => Iterable<Uint8Array<ArrayBuffer>>>>,
  channels: UpstreamChannel[] = [],
) {
  const kept: Parameters<Recorder["keepAround"]>[0][] = [];
  const read: string[] = [];
  let closed = 0;
  const recording = (id: string) => ({
    id,
    kind: "kept" as const,
    sessionId: "s-1",
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: 5,
    rfPortName: "us 1/0",
    label: "",
    note: "",
    firstMs: START_MS,
    lastMs: START_MS + 3_600_000,
    firstSequence: 0,
    frames: 0,
    gaps: 0,
    sizeBytes: 0,
    isOpen: false,
    eventId: null,
    createdAt: new Date(START_MS).toISOString(),
  });
  const recorder: Recorder = {
    trigger: { enabled: true, leastSeverity: "major", kinds: [], preS: 10, postS: 5 },
    keepAround: async (wanted) => {
      kept.push(wanted);
      return recording("kept-1");
    },
    detail: async (id) => {
      const known = recordings[id] !== undefined;
      const times = known ? {} : { firstMs: null, lastMs: null };
      return { ...recording(id), ...times, settings: [{ ...recordedSettings, channels }] };
    },
    async *frames(id, { fromMs = -Infinity, toMs = Infinity } = {}) {
      read.push(id);
      try {
        for (const bytes of recordings[id]?.() ?? []) {
          const { capturedAtMs } = decodeSpectrumFrame(bytes.buffer);
          if (capturedAtMs >= fromMs && capturedAtMs <= toMs) yield bytes;
        }
      } finally {
        closed += 1;
      }
    },
  };
  return { recorder, kept, read, closed: () => closed };
}

/** Detectors in their thread over a database of their own. */
export async function openDetection(
  options: {
    recorder?: Recorder;
    dataDir?: string;
    session?: Partial<UtscSession>;
    channels?: readonly UpstreamChannel[];
    downstream?: readonly DownstreamCarrier[];
  } = {},
) {
  const stack = new AsyncDisposableStack();
  onTestFinished(() => stack.disposeAsync());
  const storage = stack.use(openStorage(options.dataDir ?? (await temporaryFolder())));
  const published: PlantEvent[] = [];
  const workers: Worker[] = [];
  const session = { ...exampleSession("s-1"), ...options.session };
  const { log, lines } = recordingLog();
  const masks = new LabMasks({
    store: storage.masks,
    hasCmts: (id) => id === session.cmtsId,
    publish: () => undefined,
    now: Date.now,
  });
  const service = stack.use(
    new DetectionService({
      store: storage.events,
      noise: storage.noise,
      session: (id) => (id === session.id ? session : undefined),
      channels: async () => options.channels ?? [],
      downstream: async () => options.downstream ?? [],
      publish: (event) => void published.push(event),
      recorder: options.recorder,
      masks,
      log,
      now: Date.now,
      startWorker: () => {
        const worker = new Worker(new URL("../detection/detection-worker.ts", import.meta.url), {
          execArgv: ["--conditions=@pnmlab/source"],
        });
        workers.push(worker);
        return worker;
      },
    }),
  );
  return {
    service,
    masks,
    store: storage.events,
    noise: storage.noise,
    session,
    published,
    lines,
    feed(from: number, to: number, lines: Readonly<Record<number, number>> = {}, riseDb = 0) {
      for (let sequence = from; sequence < to; sequence += 1) {
        service.publishFrame(session.id, noiseFrame(sequence, lines, riseDb));
      }
    },
    /** Ends the thread as a crash would. */
    async kill() {
      const worker = workers.at(-1)!;
      const gone = once(worker, "exit");
      await worker.terminate();
      await gone;
    },
  };
}
