import { expect, test } from "vitest";
import { QuietLine } from "./quiet-line.ts";
import { clampSpan, scrollSpan, timeTicks, zoomSpan } from "./timeline-span.ts";

const DAY = { fromMs: 0, toMs: 86_400_000 };

test("zooming keeps the moment under the pointer where it is", () => {
  const span = zoomSpan({ fromMs: 1000_000, toMs: 2000_000 }, 1_250_000, 0.5, DAY);
  expect(span).toEqual({ fromMs: 1_125_000, toMs: 1_625_000 });
});

test("nothing beyond the recording is scrolled or zoomed to", () => {
  expect(scrollSpan({ fromMs: 86_000_000, toMs: 86_400_000 }, 1, DAY).toMs).toBe(DAY.toMs);
  expect(zoomSpan({ fromMs: 0, toMs: 80_000_000 }, 0, 100, DAY)).toEqual(DAY);
  expect(clampSpan({ fromMs: -10, toMs: -9 }, DAY)).toEqual({ fromMs: 0, toMs: 2000 });
});

test("labels stand at round times and keep their distance, from seconds to days", () => {
  for (const lengthMs of [10_000, 600_000, 86_400_000, 7 * 86_400_000]) {
    const fromMs = new Date(2026, 10, 21, 9, 38, 12, 345).getTime();
    const { stepMs, ticks } = timeTicks({ fromMs, toMs: fromMs + lengthMs }, 1000, 96);
    expect((stepMs / lengthMs) * 1000).toBeGreaterThanOrEqual(96);
    expect(ticks.length).toBeGreaterThan(1);
    expect(new Date(ticks[0]!).getMilliseconds()).toBe(0);
  }
});

test("the line takes the mean power of the bins outside of channels, and marks gaps", () => {
  const line = new QuietLine();
  line.setChannels([
    { ifIndex: 1, name: "US1", kind: "scQam", lowerFrequencyHz: 20e6, upperFrequencyHz: 26_400_000 },
  ]);
  const frame = (capturedAtMs: number) => ({
    streamId: 1,
    sequence: 1,
    capturedAtMs,
    receivedAtMs: 0,
    firstBinHz: 6e6,
    binSpacingHz: 1e6,
    resolutionBandwidthHz: 1e6,
    kHundredthsDb: 0,
    gapBefore: false,
    uncalibrated: false,
    withheld: 0,
    levelsHundredthsDbmv: Int16Array.from({ length: 34 }, (_, bin) =>
      bin >= 10 && bin <= 24 ? -1000 : -4500,
    ),
  });
  line.add(frame(0));
  line.add(frame(10));
  line.add(frame(100));
  line.add(frame(9000));
  expect(line.steps.map(({ gap }) => gap)).toEqual([false, false, true]);
  expect(line.steps[0]!.quietDbmv).toBeCloseTo(-45, 6);
  const later = [9100, 9200, 9300, 9400, 12_400];
  for (const atMs of later) line.add(frame(atMs));
  // As on the waterfall, a gap begins when the next frame would have come.
  expect(line.steps.slice(-3).map(({ atMs, frames, gap }) => [atMs, frames, gap])).toEqual([
    [9400, 1, false],
    [9500, 0, false],
    [12_400, 1, true],
  ]);
});
