import { describe, expect, test } from "vitest";
import {
  type BandPlan,
  DetectorSet,
  dbOfPower,
  Random,
  type SpectrumFrame,
  secondOrderTemplate,
  wouldHaveFired,
} from "../index.ts";

/** Noise of -59 dBmV per bin with what `shape` adds to it, 20 frames a second. */
function* noise(
  frames: number,
  shape: (levels: Float32Array, sequence: number) => void = () => undefined,
  axis: Partial<SpectrumFrame> = {},
): Generator<SpectrumFrame> {
  const random = new Random(10);
  for (let sequence = 0; sequence < frames; sequence += 1) {
    const levelsDbmv = Float32Array.from({ length: 400 }, () => -59 + dbOfPower(random.exponential()));
    shape(levelsDbmv, sequence);
    yield {
      levelsDbmv,
      firstBinHz: 5e6,
      binSpacingHz: 50e3,
      resolutionBandwidthHz: 50e3,
      timeS: sequence / 20 + 0.01 * random.uniform(),
      sequence,
      ...axis,
    };
  }
}
const empty: BandPlan = { channels: [], upperEdgeHz: 85e6 };
const full: BandPlan = {
  channels: [{ id: "all", kind: "scQam", lowerHz: 4e6, upperHz: 26e6 }],
  upperEdgeHz: 85e6,
};

/** A channel that never sends is told as such, and no more. */
const onlyIdle = { lowTraffic: 1 };

test("noise alone raises nothing, with and without channels in the plan", () => {
  expect(wouldHaveFired(noise(600), { plan: empty }).counts).toEqual({});
  expect(wouldHaveFired(noise(600), { plan: full }).counts).toEqual(onlyIdle);
});

test("frames of absent bins, in part or whole, are survived and raise nothing", () => {
  const holes = (levels: Float32Array, sequence: number) => {
    if (sequence % 3 === 0) levels.fill(Number.NaN, 100, 250);
    if (sequence % 50 === 7) levels.fill(Number.NaN);
  };
  expect(wouldHaveFired(noise(600, holes), { plan: empty }).counts).toEqual({});
  expect(wouldHaveFired(noise(600, holes), { plan: full }).counts).toEqual(onlyIdle);
});

describe("clipping with frames that have no level beyond the band edge", () => {
  /** Traffic comes and goes, and with it, after a while, what lies where `isRisen` says. */
  function counts(band: BandPlan, isRisen: (k: number) => boolean, isAbsent: (sequence: number) => boolean) {
    const frames = noise(
      600,
      (levels, sequence) => {
        if (sequence % 3 > 0) {
          for (let k = 20; k < 200; k += 1) levels[k]! += 50;
          for (let k = 0; k < 400; k += 1) if (sequence > 300 && isRisen(k)) levels[k]! += 10;
        }
        if (isAbsent(sequence)) levels.fill(Number.NaN, 300);
      },
      { resolutionBandwidthHz: 75e3 },
    );
    return wouldHaveFired(frames, { plan: band, enabled: ["D5"] }).counts;
  }
  const channels = (upperHz: number): BandPlan => ({
    channels: [{ id: "all", kind: "scQam", lowerHz: 6e6, upperHz }],
    upperEdgeHz: 20e6,
  });

  test("is found beyond the edge by the others", () => {
    const counted = counts(
      channels(18e6),
      (k) => k >= 310,
      (sequence) => sequence % 50 === 7,
    );
    expect(counted).toEqual({ clipping: 1 });
  });

  test("is found between the channels, even where none has a level beyond the edge", () => {
    const counted = counts(
      channels(15e6),
      (k) => k >= 215 && k < 295,
      () => true,
    );
    expect(counted).toEqual({ clipping: 1 });
  });
});

test("frames that lack some or all levels do not hide a floor rise by second-order products", () => {
  const frequencies = Array.from({ length: 400 }, (_, k) => 5e6 + k * 50e3);
  const template = secondOrderTemplate([{ lowerHz: 108e6, upperHz: 1002e6 }], frequencies);
  const frames = noise(
    80,
    (levels, sequence) => {
      const factor = sequence < 30 ? 0 : 1;
      for (let k = 0; k < 400; k += 1) levels[k] = -59 + dbOfPower(1 + factor * template[k]!);
      if (sequence % 10 === 3) levels.fill(Number.NaN);
      if (sequence % 10 === 6) levels.fill(Number.NaN, 0, 300);
    },
    { looks: 100 },
  );
  expect(wouldHaveFired(frames, { plan: empty, enabled: ["D4"] }).counts).toEqual({ cpdNoise: 1 });
});

test("a frame on another axis starts anew and is judged on its own", () => {
  const detectors = new DetectorSet({ plan: empty });
  const line = (levels: Float32Array) => levels.fill(-20, 200, 201);
  for (const frame of noise(20, line)) detectors.feed(frame);
  for (const frame of noise(20, line, { firstBinHz: 40e6 })) detectors.feed(frame);
  expect(detectors.events.map(({ kind, f0Hz }) => [kind, Math.round(f0Hz / 1e3) * 1e3])).toEqual([
    ["narrowbandIngress", 15e6],
    ["narrowbandIngress", 50e6],
  ]);
});

test("a wider window on an unchanged plant raises nothing", () => {
  const detectors = new DetectorSet({ plan: empty });
  for (const frame of noise(600)) detectors.feed(frame);
  const riseDb = dbOfPower(3.77);
  const wider = (levels: Float32Array) => levels.set(levels.map((level) => level + riseDb));
  for (const frame of noise(600, wider, { resolutionBandwidthHz: 3.77 * 50e3 })) {
    detectors.feed({ ...frame, timeS: frame.timeS + 30 });
  }
  expect(detectors.events).toEqual([]);
});

test("an event's evidence lies around its peak, and ids are those that were asked for", () => {
  const detectors = new DetectorSet({ plan: empty, enabled: ["D1"], nextId: () => "mine" });
  const frames = noise(60, (levels, sequence) => {
    if (sequence >= 20) levels[200] = sequence === 40 ? -10 : -30;
  });
  for (const frame of frames) detectors.feed(frame);
  const [event] = detectors.events;
  expect(event!.id).toBe("mine");
  expect(event!.evidence.frames).toEqual([38, 39, 40, 41, 42]);
  expect(event!.evidence.peakFrame).toBe(40);
  expect(event!.evidence.value).toBeGreaterThan(event!.evidence.threshold);
});

test("the evidence tells the look in which the value was largest, with the threshold of that look", () => {
  const frames = noise(80, (levels, sequence) => {
    if (sequence < 60) levels[200] = -49;
    else levels[200] = -25;
  });
  const [event] = wouldHaveFired(frames, { plan: empty, enabled: ["D1"] }).events;
  expect(event!.evidence.peakFrame).toBeGreaterThanOrEqual(60);
  expect(event!.evidence).toMatchObject({
    statistic: "excess over neighbours in dB, single frame",
    threshold: 13,
  });
});

test("the traffic of channels is not judged by frames that a trigger selects, and ingress beside them is", () => {
  const plan = { channels: [{ ...full.channels[0]!, upperHz: 20e6 }], upperEdgeHz: 85e6 };
  const shape = (levels: Float32Array) => levels.fill(-20, 350, 351);
  const counts = (isTriggered: boolean, thresholds = {}) =>
    wouldHaveFired(noise(600, shape), { plan, isTriggered, thresholds }).counts;
  expect(counts(false)).toEqual({ narrowbandIngress: 1, lowTraffic: 1 });
  expect(counts(false, { d8SilentS: 10 })).toMatchObject({ channelSilent: 1 });
  expect(counts(true, { d8SilentS: 10 })).toEqual({ narrowbandIngress: 1 });
});

test("a line in a narrow gap between two channels is found where it lies", () => {
  const channel = (id: string, lowerHz: number, upperHz: number) => ({
    id,
    kind: "scQam" as const,
    lowerHz,
    upperHz,
  });
  // 27.05 to 27.7 MHz are left of the gap once the skirts of the channels are taken off.
  const plan = { channels: [channel("a", 20.4e6, 26.8e6), channel("b", 28e6, 34.4e6)], upperEdgeHz: 85e6 };
  const skirts = [-50, -32, -24, -22, -28, -42];
  const frames = noise(
    60,
    (levels, sequence) => {
      if (sequence >= 20) levels.set(skirts, 242);
    },
    { firstBinHz: 15e6 },
  );
  const [event, ...others] = wouldHaveFired(frames, { plan, enabled: ["D1"] }).events;
  expect(others).toEqual([]);
  expect(Math.abs(event!.f0Hz - (15e6 + 244.5 * 50e3))).toBeLessThan(50e3);
});

test("a strong line is a line, and no carrier as wide as the window makes it", () => {
  const mainLobe = [-48, -30, -22, -20, -26, -40];
  const frames = noise(200, (levels) => levels.set(mainLobe, 247), { resolutionBandwidthHz: 100e3 });
  expect(wouldHaveFired(frames, { plan: empty }).counts).toEqual({ narrowbandIngress: 1 });
});

test("a burst over the quiet band is an impulse, and the floor does not follow it", () => {
  const detectors = new DetectorSet({ plan: empty });
  const frames = noise(400, (levels, sequence) => {
    if (sequence > 100 && sequence % 40 === 0) for (let k = 0; k < 400; k += 1) levels[k]! += 20;
  });
  for (const frame of frames) detectors.feed(frame);
  expect(detectors.events.map(({ kind, count }) => [kind, count])).toEqual([["impulseNoise", 7]]);
  const floor = detectors.floorDbmv()!.toSorted();
  expect(Math.abs(floor[200]! + 59)).toBeLessThan(0.5);
});

test("a single burst is one of all frames up to its clearing, and a line that ends keeps the duty that it had", () => {
  const detectors = new DetectorSet({ plan: empty });
  const frames = noise(900, (levels, sequence) => {
    if (sequence === 100) for (let k = 0; k < 400; k += 1) levels[k]! += 20;
    if (sequence < 60) levels[200] = -20;
  });
  const cleared = [...frames].flatMap((frame) =>
    detectors.feed(frame).filter(({ type }) => type === "cleared"),
  );
  const dutyPct = (kind: string) => cleared.find(({ event }) => event.kind === kind)!.event.dutyPct;
  // 30 s of 20 frames each after the one that showed it.
  expect(100 / dutyPct("impulseNoise")).toBeGreaterThan(590);
  expect(100 / dutyPct("impulseNoise")).toBeLessThan(610);
  expect(dutyPct("narrowbandIngress")).toBeGreaterThan(90);
});

test("the same recording raises the same events", () => {
  const shape = (levels: Float32Array, sequence: number) => {
    if (sequence % 90 < 45) levels[77] = -25;
  };
  const first = wouldHaveFired(noise(300, shape), { plan: empty });
  expect(wouldHaveFired(noise(300, shape), { plan: empty })).toEqual(first);
  expect(first.frames).toBe(300);
});
