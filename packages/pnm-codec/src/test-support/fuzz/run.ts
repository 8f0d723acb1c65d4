import type { DecodeHints } from "../../index.ts";
import { type Clock, exercise, LONGEST_CALL_MS } from "./exercise.ts";
import { mutate } from "./mutate.ts";
import { caseRandom } from "./random.ts";
import { type FuzzSeed, fuzzSeeds, UTSC_NAME } from "./seeds.ts";

export interface FuzzOptions {
  seed: number;
  /** Numbers of the cases: `first`, `first + step`, ... below `end`. */
  first: number;
  end: number;
  step: number;
}

export interface FuzzFailure {
  seed: number;
  index: number;
  from: string;
  mutations: string[];
  hints: DecodeHints;
  error: string;
  base64: string;
}

export interface FuzzReport {
  cases: number;
  /** Accepted files by kind and refused ones by code. */
  outcomes: Record<string, number>;
  /** Per mutation: files it took part in, and how many of them were refused. */
  mutations: Record<string, { files: number; refused: number }>;
  slowestMs: number;
  slowestCall: string;
  /** Stalls of the machine: calls that were slow once and not again. */
  stalls: number;
  failures: FuzzFailure[];
}

/** One in this many files is damaged from a big one. */
const BIG_SHARE = 400;
/** One in this many accepted files is plotted and summarised as well. */
const DEEP_SHARE = 8;
const MOST_FAILURES = 5;

const HINTS: readonly DecodeHints[] = [
  {},
  {},
  { strict: true },
  { fileName: UTSC_NAME },
  { utsc: { bins: 20, outputFormat: "fftPower", centerFrequencyHz: 45e6, spanHz: 80e6 } },
  { utsc: { headerLength: 328, sampleWidth: 2, endianness: "little", bins: 10 } },
  { utsc: { layout: "headerless", bins: 7, outputFormat: "rawAdc" } },
];

/** Decodes damaged files; every broken promise of the codec is a failure with the bytes that broke it. */
export function runFuzz({ seed, first, end, step }: FuzzOptions): FuzzReport {
  const seeds = fuzzSeeds();
  const big = seeds.filter(({ isBig }) => isBig);
  const small = seeds.filter(({ isBig }) => !isBig);
  const report: FuzzReport = {
    cases: 0,
    outcomes: {},
    mutations: {},
    slowestMs: 0,
    slowestCall: "",
    stalls: 0,
    failures: [],
  };
  for (let index = first; index < end && report.failures.length < MOST_FAILURES; index += step) {
    const below = caseRandom(seed, index);
    const isBig = below(BIG_SHARE) === 0;
    const pool = isBig ? big : small;
    const origin = pool[below(pool.length)]!;
    const { bytes, mutations } = mutate(origin, small, below);
    const hints = HINTS[below(HINTS.length)]!;
    report.cases++;
    try {
      const outcome = measure(bytes, hints, below(DEEP_SHARE) === 0, report);
      count(report, outcome, mutations);
    } catch (error) {
      report.failures.push(failureOf(error, { seed, index, origin, mutations, hints, bytes }));
    }
  }
  return report;
}

/** Judges a slow call by running the same bytes again: a busy machine stalls once, the codec every time. */
function measure(bytes: Uint8Array, hints: DecodeHints, isDeep: boolean, report: FuzzReport): string {
  let fastest: Clock = { slowestMs: Number.POSITIVE_INFINITY, slowestCall: "" };
  for (let attempt = 0; attempt < 4; attempt++) {
    const clock: Clock = { slowestMs: 0, slowestCall: "" };
    const outcome = exercise(bytes, hints, isDeep, clock);
    if (clock.slowestMs < fastest.slowestMs) fastest = clock;
    if (fastest.slowestMs <= LONGEST_CALL_MS) {
      if (attempt > 0) report.stalls++;
      if (fastest.slowestMs > report.slowestMs) Object.assign(report, fastest);
      return outcome;
    }
  }
  throw new Error(`${fastest.slowestCall} took ${fastest.slowestMs.toFixed(1)} ms every time`);
}

function count(report: FuzzReport, outcome: string, mutations: readonly string[]): void {
  report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + 1;
  const isRefused = /^[A-Z_]+$/.test(outcome);
  for (const name of new Set(mutations)) {
    report.mutations[name] ??= { files: 0, refused: 0 };
    const entry = report.mutations[name];
    entry.files++;
    if (isRefused) entry.refused++;
  }
}

function failureOf(
  error: unknown,
  at: {
    seed: number;
    index: number;
    origin: FuzzSeed;
    mutations: string[];
    hints: DecodeHints;
    bytes: Uint8Array;
  },
): FuzzFailure {
  return {
    seed: at.seed,
    index: at.index,
    from: at.origin.name,
    mutations: at.mutations,
    hints: at.hints,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    base64: Buffer.from(at.bytes).toString("base64"),
  };
}
