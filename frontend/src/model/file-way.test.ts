import { expect, test } from "vitest";
import { syntheticProbe } from "../api/synthetic/synthetic-file-way.ts";
import { fileWayReport, fileWayRungs } from "./file-way.ts";
import { comparisonPanels } from "./snmp-comparison.ts";

test("a rung without a word of the CMTS is told from one that holds, by word and shape", () => {
  const rungs = fileWayRungs(syntheticProbe("lab-cmts-1", 72, 0));
  expect(rungs.map(({ name, outcome, tone }) => [name, outcome, tone]).slice(6, 9)).toEqual([
    ["Measurement", "ok", "ok"],
    ["Upload", "not told", "unknown"],
    ["TFTP directory", "ok", "ok"],
  ]);
});

test("the report names port, destination and what to do at the rung that failed", () => {
  const probe = syntheticProbe("lab-cmts-1", 72, 0);
  probe.rungs[7] = {
    rung: "upload",
    outcome: "failed",
    message: "it cannot reach it",
    fix: "check the route",
  };
  const report = fileWayReport(probe);
  expect(report).toContain("lab-cmts-1 / ifIndex 72, files to 10.1.2.20:69/udp");
  expect(report).toContain("Upload: failed. It cannot reach it. What to do: Check the route");
});

test("two spectra stand over each other with their difference by bin; bins without a level leave a gap", () => {
  const file = {
    sequence: 4,
    receivedAt: "2026-01-01T00:00:00Z",
    apartMs: 9,
    levelsHundredthsDbmv: [-1000, -2000, -3000],
    differenceDb: { bins: 2, mean: 0.5, meanAbsolute: 0.5, maxAbsolute: 1 },
  };
  const comparison = {
    sessionId: "a",
    capturedAt: "2026-01-01T00:00:00Z",
    bins: 3,
    firstBinHz: 5e6,
    binSpacingHz: 50_000,
    resolutionBandwidthHz: 100_000,
    kHundredthsDb: -8600,
    uncalibrated: false,
    levelsHundredthsDbmv: [-900, null, -3000],
    file,
  };
  const { spectra, difference } = comparisonPanels(comparison);
  expect(spectra.series.map(({ name }) => name)).toEqual(["File", "SNMP result table"]);
  expect([...spectra.x.values]).toEqual([5_000_000, 5_050_000, 5_100_000]);
  expect([...difference!.series[0]!.values]).toEqual([1, Number.NaN, 0]);
  expect(comparisonPanels({ ...comparison, file: null }).difference).toBeUndefined();
});
