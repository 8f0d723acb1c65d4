import { expect, test } from "vitest";
import { complexValues } from "../complex.ts";
import { histogramShares } from "../histogram.ts";
import { quarterDbLevels } from "../quarter-db.ts";
import { type DsOfdmFecSummaryRecord, fecUncorrectableShares } from "./ds-ofdm-fec-summary.ts";

const fec = (layout: DsOfdmFecSummaryRecord["layout"]) => ({ layout }) as DsOfdmFecSummaryRecord;

test("uncorrectable shares follow the arrangement of the counters and are NaN for a set without codewords", () => {
  const standard = { profileId: 0, sets: 2, words: Uint32Array.of(10, 200, 7, 50, 11, 0, 0, 0) };
  expect([...fecUncorrectableShares(fec("standard"), standard)]).toEqual([0.25, Number.NaN]);
  const columns = { profileId: 0, sets: 2, words: Uint32Array.of(200, 0, 7, 0, 50, 0) };
  expect([...fecUncorrectableShares(fec("mib-2015"), columns)]).toEqual([0.25, Number.NaN]);
});

test("values go into the caller's array and leave what stands behind them", () => {
  const out = new Float32Array(4).fill(7);
  expect(complexValues(Int16Array.of(8192, -4096), 13, out)).toBe(out);
  expect([...out]).toEqual([1, -0.5, 7, 7]);
  expect([...quarterDbLevels(Uint8Array.of(40, 255), out)]).toEqual([10, Number.NaN, 7, 7]);
});

test("shares of a histogram without hits are zero, in a reused array too", () => {
  const out = new Float64Array(2).fill(7);
  expect([...histogramShares(Uint32Array.of(0, 0), out)]).toEqual([0, 0]);
  expect([...histogramShares(Uint32Array.of(1, 3), out)]).toEqual([0.25, 0.75]);
});
