import { expect, it } from "vitest";
import {
  captureUnixTimeS,
  type DecodeHints,
  decodePnm,
  describeHeader,
  encodePnm,
  expectedLength,
  PnmDecodeError,
  plotOf,
  summarize,
} from "./index.ts";
import { sampleFiles } from "./test-support/arbitraries.ts";
import { readFixtures } from "./test-support/fixtures.ts";
import { uniform } from "./test-support/noise.ts";

/** How long to mutate; PNM_FUZZ_MS=600000 makes a ten-minute search of it. */
const BUDGET_MS = Number(process.env.PNM_FUZZ_MS ?? 1500);
const SEED = Number(process.env.PNM_FUZZ_SEED ?? 20_260_120);

const HINTS: readonly DecodeHints[] = [
  {},
  { strict: true },
  { fileName: "PNMCcapUsSpecAn_ccap1_2026-01-20_15.02.57.954_7" },
  { utsc: { bins: 20, outputFormat: "fftPower", centerFrequencyHz: 45e6, spanHz: 80e6 } },
  { utsc: { headerLength: 328, sampleWidth: 2, endianness: "little", bins: 10 } },
  { utsc: { layout: "headerless", bins: 7, outputFormat: "rawAdc" } },
];
const INTERESTING = [0, 1, 2, 3, 4, 0x7f, 0x80, 0xfe, 0xff];

it(`survives ${BUDGET_MS} ms of mutated files: a record that encodes back, or a typed refusal`, {
  timeout: BUDGET_MS + 20_000,
}, () => {
  const random = uniform(SEED);
  const below = (limit: number) => Math.floor(random() * limit);
  const seeds = [...sampleFiles(), ...readFixtures()].map(({ bytes }) => bytes);
  const end = performance.now() + BUDGET_MS;
  let decoded = 0;
  let refused = 0;
  let slowestMs = 0;
  while (performance.now() < end) {
    const bytes = mutate(seeds[below(seeds.length)]!, below);
    const hints = HINTS[below(HINTS.length)]!;
    const start = performance.now();
    if (exercise(bytes, hints)) decoded++;
    else refused++;
    slowestMs = Math.max(slowestMs, performance.now() - start);
  }
  expect(decoded).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
  // The largest fixture has 48 000 bytes: nothing about it may take a noticeable time.
  expect(slowestMs).toBeLessThan(2000);
});

/** One to eight changes: bytes, runs, cuts, insertions. */
function mutate(seed: Uint8Array, below: (limit: number) => number): Uint8Array {
  let bytes = seed.slice();
  for (let n = 1 + below(8); n > 0; n--) {
    // Headers decide more than payloads do.
    const at = below(3) === 0 ? below(bytes.length) : below(Math.min(bytes.length, 340));
    switch (below(6)) {
      case 0:
        bytes[at] = below(256);
        break;
      case 1:
        bytes[at] = INTERESTING[below(INTERESTING.length)]!;
        break;
      case 2:
        bytes.fill(INTERESTING[below(INTERESTING.length)]!, at, at + below(9));
        break;
      case 3:
        bytes = bytes.slice(0, at);
        break;
      case 4:
        bytes = Uint8Array.from([
          ...bytes.subarray(0, at),
          ...new Uint8Array(below(9)),
          ...bytes.subarray(at),
        ]);
        break;
      default:
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + below(9))]);
    }
    if (bytes.length === 0) break;
  }
  return bytes;
}

function exercise(bytes: Uint8Array, hints: DecodeHints): boolean {
  expect(expectedLength(bytes, hints) ?? 0).toBeGreaterThanOrEqual(0);
  try {
    const record = decodePnm(bytes, hints);
    expect(Buffer.compare(encodePnm(record), bytes)).toBe(0);
    for (const { offset, length } of describeHeader(record))
      expect(offset + length).toBeLessThanOrEqual(bytes.length);
    for (const { unit, values } of plotOf(record).series) {
      for (const value of values)
        if (Math.abs(value) === Number.POSITIVE_INFINITY) throw new Error(`infinite ${unit}`);
    }
    captureUnixTimeS(record, hints.fileName);
    JSON.stringify(summarize(record, bytes, () => ""));
    return true;
  } catch (error) {
    if (error instanceof PnmDecodeError) return false;
    throw new Error(`on ${Buffer.from(bytes.subarray(0, 400)).toString("hex")} (${bytes.length} bytes)`, {
      cause: error,
    });
  }
}
