import { createHash } from "node:crypto";
import { join } from "node:path";
import type { SpectrumFrame, UpstreamChannel, UtscSession } from "@pnmlab/protocol";
import type { FrameOrigin, OriginReading } from "@pnmlab/recording";
import { onTestFinished } from "vitest";
import type { RecorderOptions } from "../recorder/recorder-options.ts";
import { FlightRecorder } from "../recorder/service.ts";
import { openStorage } from "../storage/index.ts";
import { build, exampleSession, recordingLog, temporaryFolder, waitFor } from "./support.ts";

export const PERIOD_MS = 100;
export const START_MS = Date.parse("2026-03-01T12:00:00.000Z");
export const BINS = 64;

/** A frame whose levels follow from its number, so that every one differs. */
export function numberedFrame(sequence: number, change: Partial<SpectrumFrame> = {}): SpectrumFrame {
  return {
    streamId: 1,
    sequence,
    capturedAtMs: START_MS + sequence * PERIOD_MS,
    receivedAtMs: START_MS + sequence * PERIOD_MS + 7,
    firstBinHz: 5e6,
    binSpacingHz: 1e6,
    resolutionBandwidthHz: 1.5e6,
    kHundredthsDb: 0,
    gapBefore: false,
    uncalibrated: false,
    withheld: 0,
    levelsHundredthsDbmv: Int16Array.from(
      { length: BINS },
      (_, bin) => -5000 + ((sequence * 7919 + bin * 104_729) % 3000),
    ),
    ...change,
  };
}

const reading: OriginReading = {
  layout: "headerless",
  endianness: "big",
  captures: 1,
  reading: {
    layout: "samples only",
    confidence: "medium",
    reason: "the length is that of 64 samples",
    alternatives: [{ layout: "328-byte header", reason: "the length would also fit" }],
  },
  anomalies: [],
  calibration: { kHundredthsDb: -8600, source: "snmp" },
  configuration: {
    centerFrequencyHz: 37e6,
    spanHz: 64e6,
    bins: BINS,
    outputFormat: "fftPower",
    kHundredthsDb: -8600,
  },
};

/** The file of `numberedFrame`, which differs for every one. */
export function numberedOrigin(sequence: number): FrameOrigin {
  return {
    fileName: `pnmlab_s1_c1_${sequence}`,
    sizeBytes: BINS * 2 + 16,
    sha256: createHash("sha256").update(String(sequence)).digest(),
    modifiedAtMs: START_MS + sequence * PERIOD_MS + 3,
    number: 1,
    head: new Uint8Array(16).fill(sequence),
    reading,
  };
}

export interface TestRecorderOptions extends Partial<RecorderOptions> {
  sessionIds?: readonly string[];
}

/** A recorder on real files, with a clock that stands until it is set. */
export async function openTestRecorder({ sessionIds = ["s1"], ...options }: TestRecorderOptions = {}) {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const storage = openStorage(dataDir);
  const clock = { nowMs: START_MS };
  const sessions = new Map<string, UtscSession>(sessionIds.map((id) => [id, exampleSession(id)]));
  const channels: UpstreamChannel[] = [];
  const { log, lines } = recordingLog();
  const recorder = await FlightRecorder.open({
    dataDir,
    store: storage.recordings,
    sessions: { get: (id) => sessions.get(id) },
    channels: async () => channels,
    origins: { origin: () => undefined },
    build,
    ringMinutes: 10,
    maxBytes: 1e9,
    freeBytes: async () => Number.POSITIVE_INFINITY,
    log,
    now: () => clock.nowMs,
    ...options,
  });
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await recorder[Symbol.asyncDispose]();
    storage[Symbol.dispose]();
  };
  onTestFinished(close);
  return {
    recorder,
    storage,
    dataDir,
    sessions,
    channels,
    clock,
    lines,
    close,
    ringPath: join(dataDir, "recordings", "ring", "s1"),
    /** Publishes frames `from` to `to` of a session and waits until the ring holds them. */
    publish: async (from: number, to: number, sessionId = "s1", frameOf = numberedFrame) => {
      for (let sequence = from; sequence <= to; sequence += 1) {
        const frame = frameOf(sequence);
        clock.nowMs = Math.max(clock.nowMs, frame.receivedAtMs);
        recorder.publishFrame(sessionId, frame);
        // Few frames wait for a ring that is being opened.
        if (sequence === from) await waitFor(() => recorder.newestMs(sessionId) === frame.capturedAtMs);
      }
      const newestMs = frameOf(to).capturedAtMs;
      await waitFor(() => recorder.newestMs(sessionId) === newestMs);
    },
  };
}

/** All that a generator gives. */
export async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const found: Value[] = [];
  for await (const value of values) found.push(value);
  return found;
}
