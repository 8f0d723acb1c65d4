import { expect, test } from "vitest";
import { Random } from "../random.ts";
import type { PlanChannel } from "./band-plan.ts";
import { ChannelMeter } from "./channel-meter.ts";

const BINS = 800;
const AXIS = { levelsDbmv: new Float64Array(BINS), firstBinHz: 40e6, binSpacingHz: 50_000 };
const NOISE = 10 ** -6;
const SIGNAL = 10 ** -2;
const HANN_BINS = 1.5;

const ofdma = (...excludedMhz: [number, number][]): PlanChannel => ({
  id: "7",
  kind: "ofdma",
  lowerHz: 44e6,
  upperHz: 76e6,
  excludedHz: excludedMhz.map(([from, to]) => [from * 1e6, to * 1e6] as const),
});

/** A channel that sends all the time outside of its excluded bands, over noise, with something else in some bins. */
function metered(
  channel: PlanChannel,
  options: {
    others?: PlanChannel[];
    inside?: (mhz: number) => number | undefined;
    enbwBins?: number;
    frames?: number;
  } = {},
) {
  const { others = [], inside, enbwBins = HANN_BINS, frames = 200 } = options;
  const meter = new ChannelMeter(AXIS, [channel, ...others], Math.ceil(enbwBins));
  const random = new Random(1n);
  for (let frame = 0; frame < frames; frame += 1) {
    const powers = Float64Array.from({ length: BINS }, (_, k) => {
      const hz = 40e6 + k * 50_000;
      const isExcluded = channel.excludedHz!.some(([from, to]) => hz >= from && hz < to);
      const isSent = hz >= channel.lowerHz && hz < channel.upperHz && !isExcluded;
      return ((inside?.(hz / 1e6) ?? (isSent ? SIGNAL : 0)) + NOISE) * random.exponential();
    });
    meter.add(powers, enbwBins, NOISE, frame * 0.1);
  }
  return meter.records[0]!.exclusions.map((exclusion) => exclusion.figures(enbwBins));
}

test("an empty band is as deep as its minislots stand over the noise, and one that ingress fills is as shallow", () => {
  const [empty, filled] = metered(ofdma([50, 52], [60, 62]), {
    inside: (mhz) => (mhz >= 60 && mhz < 62 ? SIGNAL / 100 : undefined),
  });
  expect(empty).toMatchObject({ lowerHz: 50e6, upperHz: 52e6, depthSource: "measured" });
  expect(Math.abs(empty!.depthDb + 40)).toBeLessThan(0.3);
  expect(filled!.depthSource).toBe("measured");
  expect(Math.abs(filled!.depthDb + 20)).toBeLessThan(0.3);
});

test("bins at the edges, where the window smears the minislots, are left out", () => {
  // Two bins of guard and two of the main lobe.
  const [band] = metered(ofdma([60, 62]), {
    inside: (mhz) => ((mhz >= 60 && mhz < 60.18) || (mhz >= 61.82 && mhz < 62) ? SIGNAL : undefined),
  });
  expect(Math.abs(band!.depthDb + 40)).toBeLessThan(0.3);
});

test("a band of too few bins, outside of the axis, or with another channel in it has no depth and says why", () => {
  const scQam: PlanChannel = { id: "8", kind: "scQam", lowerHz: 56e6, upperHz: 62.4e6 };
  const bands = metered(ofdma([48, 48.4], [55.8, 62.6]), { others: [scQam] });
  expect(bands.map(({ depthSource }) => depthSource)).toEqual(["tooNarrow", "otherChannel"]);
  expect(bands.every(({ depthDb }) => Number.isNaN(depthDb))).toBe(true);
  const beyond = metered({ ...ofdma([90, 92]), upperHz: 110e6 });
  expect(beyond[0]).toMatchObject({ depthDb: Number.NaN, depthSource: "notShown" });
});

test("before a minislot beside it has sent, a band has no depth", () => {
  const [band] = metered(ofdma([60, 62]), { inside: () => 0 });
  expect(band).toMatchObject({ depthDb: Number.NaN, depthSource: "silent" });
});

test("where the skirts of a rectangular window reach as high, the depth is a bound", () => {
  // Mean skirts of both sides over 35 bins behind three of guard: 21.1 dB under the minislots.
  const skirts = 10 ** -2.11;
  const inSkirts = metered(ofdma([60, 62]), {
    enbwBins: 1,
    inside: (mhz) => (mhz >= 60 && mhz < 62 ? SIGNAL * skirts : undefined),
  });
  expect(inSkirts[0]!.depthSource).toBe("bound");
  expect(Math.abs(inSkirts[0]!.depthDb + 21.1)).toBeLessThan(0.5);
  const filled = metered(ofdma([60, 62]), {
    enbwBins: 1,
    inside: (mhz) => (mhz >= 60 && mhz < 62 ? SIGNAL / 10 : undefined),
  });
  expect(filled[0]!.depthSource).toBe("measured");
});
