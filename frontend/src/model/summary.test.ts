import { expect, test } from "vitest";
import type { PlotReport } from "./plot-report.ts";
import { monitorSummary } from "./summary.ts";

const REPORT = {
  startHz: 5e6,
  stopHz: 85e6,
  bins: 3200,
  binSpacingHz: 25e3,
  resolutionBandwidthHz: 50e3,
  peak: { frequencyHz: 27_185_000, levelDbmv: -19.3 },
  floorDbmv: -47.6,
} as PlotReport;

test("the summary reads levels in the unit and with the offset of the page", () => {
  expect(monitorSummary(REPORT, { unit: "dBmV", offsetDb: 0 })).toBe(
    "5.0 to 85.0 MHz in 3200 bins. Peak of the average 27.185 MHz, −19.3 dBmV; floor −47.6 dBmV.",
  );
  expect(monitorSummary(REPORT, { unit: "dBuV", offsetDb: 6 })).toContain("46.7 dBµV; floor 18.4 dBµV");
  expect(monitorSummary(REPORT, { unit: "dBmV/Hz", offsetDb: 0 })).toContain("floor −94.6 dBmV/Hz");
  expect(monitorSummary(undefined, { unit: "dBmV", offsetDb: 0 })).toBe("The plot shows no spectrum yet.");
});
