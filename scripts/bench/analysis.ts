// Cost per frame of all traces and all detectors on a stream of 4,096 bins, against the same statistics computed
// plainly (every frame from the frames it is made of), in one run with interleaved rounds.
//
//   npm run bench:analysis -- [--report-only] [--rounds N]
//
// Exits 1 when a bar is missed; --report-only prints the verdicts and exits 0.

import { parseArgs } from "node:util";
import { DetectorSet, type SpectrumFrame, TraceSet } from "../../packages/pnm-analysis/src/index.ts";
import { scenarios } from "../../packages/simulator/src/signal/scenario.ts";
import { bandPlanOf, recordingOf } from "../../packages/simulator/src/testing/recording.ts";
import { PlainTraces, plainDetectors } from "./analysis/plain.ts";

/** Longest share of the plain computation's time. */
const TRACES_BAR = 0.01;
const DETECTORS_BAR = 0.02;
const BINS = 4096;
const FRAMES = 640;
/** Frames of one measurement of the plain way, whose windows must be full like the others'. */
const PLAIN_FRAMES = 4;
const BATCH_FRAMES = 64;

const { values: options } = parseArgs({
  options: { "report-only": { type: "boolean", default: false }, rounds: { type: "string", default: "9" } },
});
const rounds = Math.max(1, Number.parseInt(options.rounds, 10) || 1);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const port = scenarios.plant.ports[0]!;
process.stdout.write(`Drawing ${FRAMES} frames of ${BINS} bins ...\n`);
const recording = [
  ...recordingOf(port, {
    frames: FRAMES,
    receiver: { bins: BINS, spanHz: 204.8e6, centerFrequencyHz: 102.4e6, sampleRateHz: 204.8e6 },
  }).frames(),
];
const plan = bandPlanOf(port);

const traces = new TraceSet(BINS);
const detectors = new DetectorSet({ plan });
const plain = new PlainTraces(BINS);
for (const frame of recording) {
  traces.add(frame);
  detectors.feed(frame);
  plain.add(frame);
}

let sequence = FRAMES;
/** The recording goes round, its times go on. */
function nextFrame(): SpectrumFrame {
  const frame = recording[sequence % FRAMES]!;
  const round = Math.floor(sequence / FRAMES);
  const next = { ...frame, timeS: frame.timeS + round * FRAMES * 0.05, sequence };
  sequence += 1;
  return next;
}

/** Milliseconds per frame. */
function time(frames: readonly SpectrumFrame[], work: (frame: SpectrumFrame) => void): number {
  const start = performance.now();
  for (const frame of frames) work(frame);
  return (performance.now() - start) / frames.length;
}

const costs = {
  traces: [] as number[],
  detectors: [] as number[],
  plainTraces: [] as number[],
  plainDetectors: [] as number[],
};
for (let round = 0; round < rounds; round += 1) {
  const batch = Array.from({ length: BATCH_FRAMES }, nextFrame);
  const few = batch.slice(0, PLAIN_FRAMES);
  costs.traces.push(time(batch, (frame) => traces.add(frame)));
  costs.detectors.push(time(batch, (frame) => detectors.feed(frame)));
  costs.plainTraces.push(
    time(few, (frame) => {
      plain.add(frame);
      plain.compute();
    }),
  );
  costs.plainDetectors.push(time(few, (frame) => plainDetectors(frame, plain)));
}

const ratio = (own: readonly number[], other: readonly number[]) =>
  median(own.map((cost, i) => cost / other[i]!));
const rows = [
  { what: "traces", own: costs.traces, other: costs.plainTraces, bar: TRACES_BAR },
  { what: "detectors", own: costs.detectors, other: costs.plainDetectors, bar: DETECTORS_BAR },
];
let isMissed = false;
for (const { what, own, other, bar } of rows) {
  const found = ratio(own, other);
  isMissed ||= found > bar;
  process.stdout.write(
    `${what.padEnd(10)} ${median(own).toFixed(3)} ms a frame, plainly ${median(other).toFixed(2)} ms: ` +
      `${found.toFixed(4)} of it, bar ${bar} ${found <= bar ? "met" : "MISSED"}\n`,
  );
}
const both = median(costs.traces.map((cost, i) => cost + costs.detectors[i]!));
process.stdout.write(
  `both       ${both.toFixed(3)} ms a frame: ${((both * 20) / 10).toFixed(2)} % of a core at 20 frames a second\n`,
);
if (isMissed && !options["report-only"]) process.exitCode = 1;
