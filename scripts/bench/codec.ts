// Speed of the PNM decoders as ratios, because ratios travel between machines: against a plain copy of the same
// bytes and against Python's struct module, in one run with interleaved rounds, each figure a median.
//
//   npm run bench:codec -- [--report-only] [--rounds N]
//
// Exits 1 when a bar is missed; --report-only prints the verdicts and exits 0.

import { parseArgs } from "node:util";
import { decodePnm, encodePnm } from "../../packages/pnm-codec/src/index.ts";
import { benchCases } from "./codec/cases.ts";
import { startPython } from "./codec/python.ts";

/** Least ratio of the decoder, its checks included, to Python's struct module with scaling. */
const PYTHON_BAR = 15;
/** Least share of the speed of a plain copy, for 16-bit and 32-bit spectra. */
const COPY_BAR = 0.07;
/** Longest encoding, in times of decoding and reading the values. */
const ENCODE_BAR = 2;

/** The compiler's last tier takes a small caller of a long loop after ten thousands of calls. */
const WARM_UP_MS = 600;
/** Bytes in one measurement: enough for a millisecond, few enough to stay in the cache. */
const BATCH_BYTES = 2_000_000;

const { values: options } = parseArgs({
  options: { "report-only": { type: "boolean", default: false }, rounds: { type: "string", default: "15" } },
});
const rounds = Math.max(1, Number.parseInt(options.rounds, 10) || 1);

let sink = 0;

/** Microseconds per item. */
function time<T>(items: readonly T[], work: (item: T) => number): number {
  const start = performance.now();
  for (const item of items) sink += work(item);
  return ((performance.now() - start) * 1000) / items.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** Median of the ratios round by round, so that a busy moment of the machine weighs on both sides. */
function ratioOf(numerators: readonly number[], denominators: readonly number[]): number {
  return median(numerators.map((numerator, round) => numerator / denominators[round]!));
}

const programs = benchCases().map((item) => {
  const { bytes, hints, values = () => 0 } = item;
  const copies = Math.max(8, Math.floor(BATCH_BYTES / bytes.length));
  const files = Array.from({ length: copies }, () => bytes.slice());
  const records = files.map((file) => decodePnm(file, hints));
  const target = new Uint8Array(bytes.length);
  const contenders = {
    copy: () =>
      time(files, (file) => {
        target.set(file);
        return target[0]!;
      }),
    decode: () => time(files, (file) => decodePnm(file, hints).anomalies.length),
    scaled: () => time(files, (file) => values(decodePnm(file, hints))),
    encode: () => time(records, (record) => encodePnm(record).length),
  };
  const { length } = encodePnm(records[0]!);
  if (length !== bytes.length) throw new Error(`${item.name}: encoded to ${length} of ${bytes.length} bytes`);
  return {
    item,
    contenders,
    times: { copy: [], decode: [], scaled: [], encode: [], unpack: [], list: [] } as Times,
  };
});

type Times = Record<"copy" | "decode" | "scaled" | "encode" | "unpack" | "list", number[]>;

await using python = await startPython(programs.map(({ item }) => item));

for (const { contenders } of programs) {
  for (const run of [contenders.scaled, contenders.encode]) {
    for (const end = performance.now() + WARM_UP_MS; performance.now() < end; ) run();
  }
}
for (let round = 0; round < rounds; round++) {
  for (const [index, { contenders, times }] of programs.entries()) {
    times.copy.push(contenders.copy());
    times.decode.push(contenders.decode());
    times.scaled.push(contenders.scaled());
    times.encode.push(contenders.encode());
    const pythonTimes = await python.measure(index);
    if (pythonTimes === undefined) continue;
    times.unpack.push(pythonTimes.unpackUs);
    times.list.push(pythonTimes.scaledUs);
  }
}

const missing = "not available";
const misses: string[] = [];

/** A ratio with its verdict; "greater" ratios must reach the bar, "smaller" ones stay under it. */
function verdict(
  name: string,
  what: string,
  ratio: number,
  bar: number,
  wanted: "greater" | "smaller",
): string {
  const passed = wanted === "greater" ? ratio >= bar : ratio <= bar;
  const shown = `${ratio.toFixed(bar < 1 ? 3 : 1)} ${passed ? "PASS" : "FAIL"}`;
  if (!passed) misses.push(`${name}: ${what} is ${shown}, the bar is ${bar}`);
  return shown;
}

console.log(`node ${process.version}, ${rounds} interleaved rounds, medians

decoder       time of Python's struct.unpack of header and values, with the list comprehension that scales them
              to the unit of the last column, over time of decodePnm with all its checks. Where there is no
              unit Python stops at the unpacked integers or bytes. Bar: at least ${PYTHON_BAR}
unscaled      the same with Python's unpacking alone; no bar
with values   the same with both sides making the scaled values, ours in an array that is reused, as in a live
              view; no bar
copy share    speed of decodePnm over speed of Uint8Array.set of the same bytes. Bar for spectra: at least ${COPY_BAR}
encode        time of encodePnm over time of decodePnm and the values. Bar: at most ${ENCODE_BAR}
`);
console.log("| file | bytes | decoder, x Python | unscaled | with values | copy share | encode | values |");
console.log("|---|---:|---:|---:|---:|---:|---:|---|");
let decodedBytes = 0;
let decodedUs = 0;
for (const { item, times } of programs) {
  const { name } = item;
  decodedBytes += item.bytes.length;
  decodedUs += median(times.decode);
  const hasPython = times.unpack.length > 0;
  const columns = [
    name,
    item.bytes.length,
    hasPython
      ? verdict(name, "the decoder", ratioOf(times.list, times.decode), PYTHON_BAR, "greater")
      : missing,
    hasPython ? ratioOf(times.unpack, times.decode).toFixed(1) : missing,
    hasPython ? ratioOf(times.list, times.scaled).toFixed(1) : missing,
    item.isSpectrum === true
      ? verdict(name, "copy share", ratioOf(times.copy, times.decode), COPY_BAR, "greater")
      : ratioOf(times.copy, times.decode).toFixed(3),
    verdict(name, "encode", ratioOf(times.encode, times.scaled), ENCODE_BAR, "smaller"),
    item.unit ?? "-",
  ];
  console.log(`| ${columns.join(" | ")} |`);
}
console.log(
  `\nFor orientation: all ${programs.length} files together decode at ${(decodedBytes / decodedUs).toFixed(0)} MB/s on this machine.`,
);
for (const miss of misses) console.log(`MISSED ${miss}`);
console.log(misses.length === 0 ? "PASS: every bar is reached" : `FAIL: ${misses.length} bars are missed`);
if (Number.isNaN(sink)) console.log(sink);
if (misses.length > 0 && !options["report-only"]) process.exitCode = 1;
