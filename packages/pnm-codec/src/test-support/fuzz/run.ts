import type { DecodeHints } from "../../index.ts";
import { type Clock, exercise, LONGEST_CALL_MS, processorClock, wallClock } from "./exercise.ts";
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
  /** The bytes, where there are few; `--seed` and `--case` make any of them again. */
  base64: string | undefined;
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
const ATTEMPTS = 4;
/** Longer files are not printed; seed and number make them again. */
const LONGEST_PRINTED = 4096;

const HINTS: readonly DecodeHints[] = [
  {},
  {},
  { tolerant: true },
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
    const isDeep = below(DEEP_SHARE) === 0;
    try {
      const outcome = withoutStacks(() => measure(bytes, hints, isDeep, report));
      count(report, outcome, mutations);
    } catch (error) {
      const thrown = thrownAgain(bytes, hints, isDeep) ?? error;
      report.failures.push(failureOf(thrown, { seed, index, origin, mutations, hints, bytes }));
    }
  }
  return report;
}

/** Most files are refused, every refusal is an error, and to note where it was made costs more than to decode. */
function withoutStacks<T>(call: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return call();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The error of a case with its stack; undefined where the case does not throw by itself, but was slow. */
function thrownAgain(bytes: Uint8Array, hints: DecodeHints, isDeep: boolean): unknown {
  try {
    exercise(bytes, hints, isDeep, wallClock());
    return undefined;
  } catch (error) {
    return error;
  }
}

/**
 * Judges a call that was slow by the wall clock by its processor time when the same bytes are run again: a busy
 * machine stretches the one, only the codec the other.
 */
function measure(bytes: Uint8Array, hints: DecodeHints, isDeep: boolean, report: FuzzReport): string {
  const wall = wallClock();
  const outcome = exercise(bytes, hints, isDeep, wall);
  if (wall.slowestMs <= LONGEST_CALL_MS) {
    noteSlowest(report, wall);
    return outcome;
  }
  let fastest = processorClock();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const clock = processorClock();
    exercise(bytes, hints, isDeep, clock);
    if (attempt === 0 || clock.slowestMs < fastest.slowestMs) fastest = clock;
    if (fastest.slowestMs <= LONGEST_CALL_MS) {
      report.stalls++;
      noteSlowest(report, fastest);
      return outcome;
    }
  }
  throw new Error(
    `${fastest.slowestCall} took ${fastest.slowestMs.toFixed(1)} ms of processor time every time`,
  );
}

function noteSlowest(report: FuzzReport, { slowestMs, slowestCall }: Clock): void {
  if (slowestMs > report.slowestMs) Object.assign(report, { slowestMs, slowestCall });
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
    base64: at.bytes.length > LONGEST_PRINTED ? undefined : Buffer.from(at.bytes).toString("base64"),
  };
}
