import { expect, test } from "vitest";
import { bandPlanOf } from "../plant/plan-of-channels.ts";
import type { SpectrumFrame } from "../spectrum-frame.ts";
import type { MaskSource } from "./mask-source.ts";
import { MaskWatch, type WatchedMask } from "./mask-watch.ts";

const BINS = 200;
const STEP_S = 0.1;
const PLAN = bandPlanOf([
  { ifIndex: 5, kind: "scQam", lowerFrequencyHz: 14e6, upperFrequencyHz: 17.2e6 },
  { ifIndex: 6, kind: "scQam", lowerFrequencyHz: 17.2e6, upperFrequencyHz: 20.4e6 },
]);
const LINE: MaskSource = {
  from: "points",
  points: [
    { frequencyHz: 10e6, levelDbmv: -40 },
    { frequencyHz: 13e6, levelDbmv: -40 },
    { frequencyHz: 13e6 + 1, levelDbmv: 0 },
    { frequencyHz: 21e6, levelDbmv: 0 },
    { frequencyHz: 21e6 + 1, levelDbmv: -40 },
    { frequencyHz: 29.9e6, levelDbmv: -40 },
  ],
};

function watched(part: Partial<WatchedMask> = {}): WatchedMask {
  return {
    id: "m1",
    name: "node 7",
    source: LINE,
    trace: "live",
    consecutiveFrames: 3,
    severity: "major",
    ...part,
  };
}

/** 100 kHz bins from 10 MHz: a floor of -50 dBmV, channels at -10, and a carrier where one is given. */
class Stream {
  readonly watch: MaskWatch;
  #sequence = 0;

  constructor(...masks: WatchedMask[]) {
    this.watch = new MaskWatch({
      plan: PLAN,
      masks,
      thresholds: { clearS: 5, cooldownS: 10 },
      dBcAt: (_, levelDbmv) => levelDbmv + 6,
    });
  }

  feed(
    frames: number,
    carrier?: { bin: number; levelDbmv: number },
    { firstBinHz = 10e6, resolutionBandwidthHz = 1e5 } = {},
  ) {
    const axis = { firstBinHz, resolutionBandwidthHz };
    return Array.from({ length: frames }, () => this.watch.feed(this.#frame(axis, carrier))).flat();
  }

  #frame(
    axis: Pick<SpectrumFrame, "firstBinHz" | "resolutionBandwidthHz">,
    carrier?: { bin: number; levelDbmv: number },
  ): SpectrumFrame {
    this.#sequence += 1;
    const levelsDbmv = Float32Array.from({ length: BINS }, (_, bin) =>
      bin === carrier?.bin ? carrier.levelDbmv : bin >= 40 && bin <= 104 ? -10 : -50,
    );
    const timeS = this.#sequence * STEP_S;
    return {
      levelsDbmv,
      ...axis,
      binSpacingHz: 1e5,
      timeS,
      sequence: this.#sequence,
    };
  }
}

test("a carrier over a mask is an event once it is there for so many frames in a row, with mask, place and excess", () => {
  const stream = new Stream(watched());
  expect(stream.feed(10)).toEqual([]);
  const carrier = { bin: 150, levelDbmv: -26 };
  expect(stream.feed(2, carrier)).toEqual([]);
  const [notice, ...others] = stream.feed(1, carrier);
  expect(others).toEqual([]);
  expect(notice).toMatchObject({
    type: "raised",
    event: {
      detector: "mask",
      kind: "mask",
      severity: "major",
      state: "raised",
      classification: "node 7",
      levelDbmv: -26,
      channels: [],
      evidence: { value: 14, threshold: 0, frames: [11, 12, 13, 14, 15] },
      figures: { limitDbmv: -40, worstDb: 14, worstLevelDbmv: -26, bandFromHz: 20.75e6, bandToHz: 29.95e6 },
    },
  });
  expect(notice!.event.f0Hz).toBeCloseTo(25e6, 0);
  expect(notice!.event.bwHz).toBe(1e5);
  expect(stream.watch.states).toMatchObject([{ id: "m1", isFailing: true, fit: { fit: "whole" } }]);
});

test("an event beside the channels tells its level relative to the channel nearby, one in a channel none", () => {
  const beside = new Stream(watched());
  expect(beside.feed(3, { bin: 150, levelDbmv: -26 })[0]!.event.dBc).toBe(-20);
  const within = new Stream(watched());
  expect(within.feed(3, { bin: 60, levelDbmv: 6 })[0]!.event).toMatchObject({
    dBc: undefined,
    channels: ["5"],
  });
});

test("frames that are not in a row raise nothing", () => {
  const stream = new Stream(watched());
  for (let round = 0; round < 20; round += 1) {
    expect(stream.feed(2, { bin: 150, levelDbmv: -26 })).toEqual([]);
    expect(stream.feed(1)).toEqual([]);
  }
});

test("the event is cleared once the limit was kept for the clearing time, however near, and a single frame over it begins that time anew", () => {
  const stream = new Stream(watched());
  const carrier = { bin: 150, levelDbmv: -26 };
  const under = { bin: 150, levelDbmv: -40.5 };
  stream.feed(3, carrier);
  expect(stream.feed(45, under)).toEqual([]);
  expect(stream.feed(1, carrier)).toEqual([]);
  expect(stream.feed(45, under)).toEqual([]);
  const [notice] = stream.feed(10, under);
  expect(notice).toMatchObject({ type: "cleared", event: { state: "cleared", count: 2 } });
  expect(stream.watch.raised).toEqual([]);
  expect(stream.feed(3, carrier)).toMatchObject([{ type: "reopened" }]);
});

test("the event stands where the level was furthest beyond the limit", () => {
  const stream = new Stream(watched());
  stream.feed(3, { bin: 150, levelDbmv: -30 });
  stream.feed(1, { bin: 120, levelDbmv: -20 });
  stream.feed(30, { bin: 160, levelDbmv: -35 });
  const [event] = stream.watch.raised;
  expect(event!.f0Hz).toBeCloseTo(22e6, 0);
  expect(event).toMatchObject({
    levelDbmv: -20,
    figures: { worstDb: 20 },
    evidence: { value: 20 },
    count: 32,
  });
});

test("bands fail each for itself, and each is an event", () => {
  const stream = new Stream(watched({ consecutiveFrames: 1 }));
  stream.feed(1, { bin: 10, levelDbmv: -30 });
  stream.feed(1, { bin: 150, levelDbmv: -30 });
  expect(stream.watch.raised.map(({ f0Hz }) => Math.round(f0Hz / 1e5) / 10)).toEqual([11, 25]);
});

test("a level under a lower limit is an event too", () => {
  const line = [
    { frequencyHz: 15e6, levelDbmv: -10 },
    { frequencyHz: 20e6, levelDbmv: -10 },
  ];
  const stream = new Stream(watched({ source: { from: "reference", line, upperDb: 3, lowerDb: 3 } }));
  const [notice] = stream.feed(3, { bin: 60, levelDbmv: -20 });
  expect(notice!.event).toMatchObject({
    levelDbmv: -20,
    figures: { limitDbmv: -13, worstDb: 7 },
    channels: ["5"],
  });
});

test("the average is judged once it is full, so that the spread of its first frames raises nothing", () => {
  const stream = new Stream(watched({ trace: "average", consecutiveFrames: 1 }));
  expect(stream.feed(15, { bin: 150, levelDbmv: -30 })).toEqual([]);
  const [notice] = stream.feed(1, { bin: 150, levelDbmv: -30 });
  expect(notice).toMatchObject({ type: "raised" });
  expect(notice!.event.evidence.value).toBeCloseTo(10, 3);
});

test("a max hold goes over ten seconds: what was there before then keeps no event raised", () => {
  const stream = new Stream(watched({ trace: "max" }));
  expect(stream.feed(1, { bin: 150, levelDbmv: -30 })).toEqual([]);
  expect(stream.feed(2)).toMatchObject([{ type: "raised" }]);
  expect(stream.feed(100)).toEqual([]);
  expect(stream.feed(70)).toMatchObject([{ type: "cleared" }]);
});

test("a mask that the spectrum does not show is told as one that does not fit, and one that it cuts as one that fits in part", () => {
  const away: MaskSource = {
    from: "points",
    points: LINE.points.map((point) => ({ ...point, frequencyHz: point.frequencyHz + 100e6 })),
  };
  const cut: MaskSource = {
    from: "floor",
    upperDb: 6,
    line: [
      { frequencyHz: 5e6, levelDbmv: -50 },
      { frequencyHz: 42e6, levelDbmv: -50 },
    ],
  };
  const plan: MaskSource = {
    from: "plan",
    channelMarginDb: 6,
    idleDbmv: -44,
    measured: [{ ifIndex: 5, dbmvPerHz: -60 }],
  };
  const stream = new Stream(
    watched({ id: "away", source: away }),
    watched({ id: "cut", source: cut }),
    watched({ id: "plan", source: plan }),
    watched({ id: "point", source: { from: "points", points: LINE.points.slice(0, 1) } }),
  );
  stream.feed(1);
  expect(stream.watch.states.map(({ id, fit }) => [id, fit.fit])).toEqual([
    ["away", "none"],
    ["cut", "part"],
    ["plan", "part"],
    ["point", "none"],
  ]);
  expect(stream.watch.states[0]!.fit).toMatchObject({ maskFromHz: 110e6, axisFromHz: 9.95e6 });
  expect(stream.watch.states[2]!.fit.channelsWithoutLevel).toEqual(["6"]);
  // On another axis the same mask fits.
  stream.feed(1, undefined, { firstBinHz: 110e6 });
  expect(stream.watch.states[0]!.fit.fit).toBe("whole");
});

test("a mask that is taken away or changed clears its event; the others go on", () => {
  const other = watched({ id: "m2", name: "other" });
  const stream = new Stream(watched(), other);
  stream.feed(3, { bin: 150, levelDbmv: -26 });
  expect(stream.watch.raised).toHaveLength(2);
  expect(stream.watch.change([{ ...other }])).toMatchObject([
    { type: "cleared", event: { classification: "node 7" } },
  ]);
  expect(stream.watch.raised).toMatchObject([{ classification: "other", state: "raised" }]);
  expect(stream.watch.change([{ ...other, consecutiveFrames: 5 }])).toMatchObject([{ type: "cleared" }]);
  expect(stream.feed(5, { bin: 150, levelDbmv: -26 })).toMatchObject([{ type: "raised" }]);
});

test("an event goes on where the CMTS tells the noise bandwidth of the same frames a little differently", () => {
  const stream = new Stream(watched());
  const carrier = { bin: 150, levelDbmv: -26 };
  stream.feed(3, carrier, { resolutionBandwidthHz: 100_217.65 });
  expect(stream.feed(3, carrier, { resolutionBandwidthHz: 100_218 })).toEqual([]);
  expect(stream.watch.raised).toMatchObject([{ count: 4 }]);
});

test("an event of frames on another axis or of another noise bandwidth is cleared, and one that is still there is raised anew", () => {
  const stream = new Stream(watched());
  const carrier = { bin: 150, levelDbmv: -26 };
  stream.feed(3, carrier);
  const wider = { resolutionBandwidthHz: 3.8e5 };
  expect(stream.feed(3, carrier, wider).map(({ type }) => type)).toEqual(["cleared", "raised"]);
  expect(stream.feed(1, carrier, { ...wider, firstBinHz: 5e6 }).map(({ type }) => type)).toEqual(["cleared"]);
  expect(stream.watch.raised).toEqual([]);
});
