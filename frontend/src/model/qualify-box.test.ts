import { expect, test } from "vitest";
import {
  boxBetween,
  boxOfColumns,
  meanInBand,
  moveBox,
  placeOf,
  pointAt,
  type QualifyBox,
  type QualifyPane,
  qualifyColumns,
} from "./qualify-box.ts";

const PANE: QualifyPane = {
  left: 60,
  top: 10,
  width: 800,
  height: 300,
  startHz: 5e6,
  stopHz: 85e6,
  topDbmv: 0,
  bottomDbmv: -60,
};
const STEP_HZ = 50_000;
const BOX = { centreHz: 27_000_000, bandwidthHz: 2_000_000, thresholdDbmv: -30 };

test("a drag in any direction gives the same box, its lower edge as threshold, its sides on bins", () => {
  const a = pointAt(PANE, 270.2, 60);
  const b = pointAt(PANE, 289.9, 160);
  const box = boxBetween(a, b, STEP_HZ);
  expect(box).toEqual({ centreHz: 27_000_000, bandwidthHz: 2_000_000, thresholdDbmv: -30 });
  expect(boxBetween(b, a, STEP_HZ)).toEqual(box);
});

test("a drag without width gives one bin, and one below 0 Hz begins at 0", () => {
  const point = { frequencyHz: 20e6, levelDbmv: -20 };
  expect(boxBetween(point, point, STEP_HZ).bandwidthHz).toBe(STEP_HZ);
  const box = boxBetween(
    { frequencyHz: -3e6, levelDbmv: -20 },
    { frequencyHz: 1e6, levelDbmv: -20 },
    STEP_HZ,
  );
  expect(box).toMatchObject({ centreHz: 500_000, bandwidthHz: 1_000_000 });
});

test("each part moves alone, and an edge stops a bin before the other", () => {
  expect(moveBox(BOX, "centre", { hz: STEP_HZ, db: 0.1 }, STEP_HZ)).toEqual({
    centreHz: 27_050_000,
    bandwidthHz: 2_000_000,
    thresholdDbmv: -29.9,
  });
  expect(moveBox(BOX, "low", { hz: STEP_HZ }, STEP_HZ)).toMatchObject({
    centreHz: 27_025_000,
    bandwidthHz: 1_950_000,
  });
  expect(moveBox(BOX, "high", { hz: -9e6 }, STEP_HZ)).toMatchObject({ bandwidthHz: STEP_HZ });
  expect(moveBox(BOX, "threshold", { hz: 1e6, db: -0.3 }, STEP_HZ)).toEqual({ ...BOX, thresholdDbmv: -30.3 });
});

test("the place of a box is cut off at its pane", () => {
  const whole = (box: QualifyBox) => Object.values(placeOf(PANE, box)).map(Math.round);
  expect(whole(BOX)).toEqual([210, 20, 150]);
  expect(whole({ centreHz: 85e6, bandwidthHz: 2e6, thresholdDbmv: -90 })).toEqual([790, 10, 300]);
});

test("the columns of a box are whole Hz and tenths of a dB, and lead back to it", () => {
  const columns = qualifyColumns(BOX);
  expect(columns).toEqual({
    qualifyCenterFrequencyHz: 27_000_000,
    qualifyBandwidthHz: 2_000_000,
    qualifyThresholdTenthDb: -300,
  });
  expect(boxOfColumns(columns)).toEqual(BOX);
  expect(boxOfColumns({ qualifyCenterFrequencyHz: 27e6 })).toBeUndefined();
});

test("the mean in the band is one of linear power over its bins", () => {
  const axis = { firstBinHz: 26e6, binSpacingHz: 1e6 };
  const mean = meanInBand([-10, -20, Number.NaN, 0], axis, { ...BOX, centreHz: 26.5e6, bandwidthHz: 3e6 });
  expect(mean).toBeCloseTo(10 * Math.log10((0.1 + 0.01) / 2), 6);
  expect(meanInBand([-10], axis, { ...BOX, centreHz: 60e6 })).toBeNaN();
});
