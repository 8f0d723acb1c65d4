import { NO_LEVEL, type SnmpComparison, type SpectrumFrame } from "@pnmlab/protocol";
import type { CaptureFrame } from "./capture-frame.ts";

/** sysUpTime counts in steps of 10 ms, and the answer has been on its way. */
const CLOCK_TOLERANCE_MS = 50;

/** Those of these frames that came in files since a capture by SNMP was made; one of them holds that capture. */
export function fileFramesSince(frames: readonly SpectrumFrame[], capturedAtMs: number): SpectrumFrame[] {
  return frames.filter(
    ({ source, receivedAtMs }) => source !== "snmp" && receivedAtMs >= capturedAtMs - CLOCK_TOLERANCE_MS,
  );
}

/**
 * A capture by SNMP beside that of some frames of files which is most like it: the file of the capture before
 * may come late, that of the capture itself later still. What lies on another axis is not compared.
 */
export function comparisonOf(
  sessionId: string,
  capture: CaptureFrame,
  capturedAtMs: number,
  frames: readonly SpectrumFrame[],
): SnmpComparison {
  const { firstBinHz, binSpacingHz, resolutionBandwidthHz, kHundredthsDb, uncalibrated } = capture;
  const levels = capture.levelsHundredthsDbmv;
  return {
    sessionId,
    capturedAt: new Date(capturedAtMs).toISOString(),
    bins: levels.length,
    firstBinHz,
    binSpacingHz,
    resolutionBandwidthHz,
    kHundredthsDb,
    uncalibrated,
    levelsHundredthsDbmv: wireLevels(levels),
    file: mostLike(frames.map((frame) => fileOf(capture, capturedAtMs, frame))),
  };
}

function mostLike(files: readonly SnmpComparison["file"][]): SnmpComparison["file"] {
  const unlikeness = (file: SnmpComparison["file"]) =>
    file?.differenceDb.meanAbsolute ?? Number.POSITIVE_INFINITY;
  return files.toSorted((a, b) => unlikeness(a) - unlikeness(b))[0] ?? null;
}

function fileOf(capture: CaptureFrame, capturedAtMs: number, frame: SpectrumFrame): SnmpComparison["file"] {
  const ours = capture.levelsHundredthsDbmv;
  const theirs = frame.levelsHundredthsDbmv;
  const isSameAxis =
    ours.length === theirs.length &&
    capture.firstBinHz === frame.firstBinHz &&
    capture.binSpacingHz === frame.binSpacingHz;
  if (!isSameAxis) return null;
  let bins = 0;
  let sum = 0;
  let absolute = 0;
  let most = 0;
  for (let bin = 0; bin < ours.length; bin += 1) {
    if (ours[bin] === NO_LEVEL || theirs[bin] === NO_LEVEL) continue;
    const differenceDb = (ours[bin]! - theirs[bin]!) / 100;
    bins += 1;
    sum += differenceDb;
    absolute += Math.abs(differenceDb);
    most = Math.max(most, Math.abs(differenceDb));
  }
  const count = Math.max(1, bins);
  return {
    sequence: frame.sequence,
    receivedAt: new Date(frame.receivedAtMs).toISOString(),
    apartMs: Math.round(frame.receivedAtMs - capturedAtMs),
    levelsHundredthsDbmv: wireLevels(theirs),
    differenceDb: { bins, mean: sum / count, meanAbsolute: absolute / count, maxAbsolute: most },
  };
}

function wireLevels(levels: Int16Array): (number | null)[] {
  return Array.from(levels, (level) => (level === NO_LEVEL ? null : level));
}
