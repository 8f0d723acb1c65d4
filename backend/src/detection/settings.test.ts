import { THRESHOLDS } from "@pnmlab/pnm-analysis";
import { expect, test } from "vitest";
import { changedDetection, detectionSettingsOf, detectorOptionsOf } from "./settings.ts";

test("every threshold is offered under its detector, those of all detectors under all", () => {
  const { thresholds } = detectionSettingsOf({ thresholds: { confirmFrames: 4 } });
  expect(thresholds.map(({ name }) => name)).toEqual(Object.keys(THRESHOLDS));
  const groups = Object.groupBy(thresholds, ({ detector }) => detector);
  expect(groups.all!.map(({ name }) => name)).toEqual([
    "confirmFrames",
    "confirmOfFrames",
    "severityInfoDb",
    "severityMinorDb",
    "severityMajorDb",
    "clearS",
    "cooldownS",
    "hysteresisDb",
  ]);
  expect(groups.all![0]).toMatchObject({ value: 4, default: 3, unit: "frames", least: 1, most: 20 });
  expect(groups.D1!.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["d1ConfirmFrames", "d1ConfirmOfFrames", "d1MergeHz", "d1IntermittentPct"]),
  );
});

test("what differs from the defaults is kept and reaches the detectors, what is out of range is refused", () => {
  const kept = changedDetection({}, { thresholds: { d1MergeHz: 300_000, severityMajorDb: 18 } });
  expect(kept).toEqual({ thresholds: { d1MergeHz: 300_000 } });
  expect(detectorOptionsOf(kept).thresholds).toEqual({ d1MergeHz: 300_000 });
  expect(() => changedDetection({}, { thresholds: { confirmOfFrames: 21 } })).toThrow(
    "confirmOfFrames goes from 1 to 20 frames",
  );
});
