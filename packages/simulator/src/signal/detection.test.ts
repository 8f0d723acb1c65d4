import {
  type DetectorEvent,
  DetectorSet,
  type DetectorSetOptions,
  dbOfPower,
  type EventKind,
  type EventSourceId,
  fitHum,
  momentsOf,
  probabilityOfIntercept,
  type SpectrumFrame,
  type Thresholds,
  wouldHaveFired,
} from "@pnmlab/pnm-analysis";
import { describe, expect, test } from "vitest";
import { HALF_USED_OFDMA } from "../testing/half-used-ofdma.ts";
import { bandPlanOf, type Recording, type RecordingOptions, recordingOf } from "../testing/recording.ts";
import type { PortActivity } from "./activity.ts";
import { pathDistortionComb } from "./impairments.ts";
import type { CarrierPlan, OfdmaPlan, PortPlan, ScQamPlan } from "./plan.ts";
import type { Receiver } from "./receiver.ts";
import { scenarios } from "./scenario.ts";
import { TimeSamples } from "./time-samples.ts";

const scQam = (centerMhz: number, utilization = 0.5): ScQamPlan => ({
  kind: "scQam",
  centerHz: centerMhz * 1e6,
  widthHz: 6.4e6,
  powerDbmv: 0,
  utilization,
});
const ofdma: OfdmaPlan = {
  ...HALF_USED_OFDMA,
  excludedHz: [[60e6, 62e6]],
};
/** Four channels of 6.4 MHz and 40 MHz of OFDMA, half in use, nothing foreign. */
const clean: PortPlan = {
  label: "clean",
  noise: { levelDbmvPer50Khz: -59, riseBelowHz: 15e6, riseDbPerOctave: 3 },
  channels: [scQam(17.6), scQam(24), scQam(31.2), scQam(37.6), ofdma],
  carriers: [],
  impulses: [],
  modemCount: 24,
};
/** What a comb needs: quiet bands wide enough for its teeth. */
const sparse: PortPlan = { ...clean, channels: [scQam(31.2), scQam(37.6)] };

/** Half of the band, where the whole is not needed. */
const LOW_HALF = { bins: 1024, spanHz: 51.2e6, centerFrequencyHz: 25.6e6 };

interface Run {
  events: readonly DetectorEvent[];
  kinds: Set<EventKind>;
  detectors: Set<EventSourceId>;
  recording: Recording;
  set: DetectorSet;
  /** Sequence number at which each kind was first raised and last cleared. */
  raisedAt: Map<EventKind, SpectrumFrame>;
  clearedAt: Map<EventKind, SpectrumFrame>;
}

function run(
  plan: PortPlan,
  recordingOptions: RecordingOptions,
  options: Partial<DetectorSetOptions> = {},
): Run {
  const recording = recordingOf(plan, recordingOptions);
  const set = new DetectorSet({ plan: bandPlanOf(plan), ...options });
  const raisedAt = new Map<EventKind, SpectrumFrame>();
  const clearedAt = new Map<EventKind, SpectrumFrame>();
  for (const frame of recording.frames()) {
    for (const { type, event } of set.feed(frame)) {
      if (type === "cleared") clearedAt.set(event.kind, frame);
      else if (!raisedAt.has(event.kind)) raisedAt.set(event.kind, frame);
    }
  }
  const { events } = set;
  return {
    events,
    kinds: new Set(events.map(({ kind }) => kind)),
    detectors: new Set(events.map(({ detector }) => detector)),
    recording,
    set,
    raisedAt,
    clearedAt,
  };
}

describe("a clean plant", () => {
  test.each([
    ["blackmanHarris", "first"],
    ["blackmanHarris", "second"],
    ["hann", "third"],
    ["rectangular", "fourth"],
  ] as const)("raises nothing in 600 frames, %s window, %s draw", (window, seed) => {
    const { events } = run(clean, { frames: 600, seed, receiver: { window } });
    expect(events.map(({ kind, f0Hz, evidence }) => ({ kind, f0Hz, evidence }))).toEqual([]);
  });

  test("raises nothing in 1000 frames, and shows channel powers within 0.3 dB and the floor within 0.5 dB", () => {
    const { events, set } = run(clean, { frames: 1000, seed: "thousand" });
    expect(events.map(({ kind }) => kind)).toEqual([]);
    for (const row of set.channels()) {
      expect(Math.abs(row.deviationDb!)).toBeLessThan(0.3);
      expect(Math.abs(row.occupancyPct - 50)).toBeLessThan(8);
      expect(Math.abs(row.tiltDb)).toBeLessThan(1);
    }
    const [first] = set.channels();
    // 38.897 dB on the symbol rate, by the floor of -59 dBmV in 50 kHz.
    expect(Math.abs(first!.carrierToNoiseDb - 38.897)).toBeLessThan(0.8);
    expect(Math.abs(first!.occupiedBandwidthHz / 5.12e6 - 1.103)).toBeLessThan(0.02);
    const floor = set.floorDbmv()!;
    const quiet = Array.from({ length: 20 }, (_, i) => floor[552 + i * 1]!).sort((a, b) => a - b);
    const enbwDb = dbOfPower(2.00435);
    expect(Math.abs(quiet[10]! - enbwDb + 59)).toBeLessThan(0.5);
  });

  test("raises nothing where the CMTS averages 16 looks", () => {
    const { events } = run(clean, { frames: 300, receiver: { averaging: 16 } });
    expect(events.map(({ kind }) => kind)).toEqual([]);
  });
});

describe("D1, lines", () => {
  test.each([
    ["blackmanHarris", 1],
    ["hann", 1],
    ["rectangular", 4],
  ] as const)(
    "a carrier at 13.56 MHz is found within 5 frames at its bin and level, %s window",
    (window, levelDb) => {
      const plan: PortPlan = {
        ...clean,
        carriers: [{ kind: "ism", label: "ISM", frequencyHz: 13.56e6, levelDbmv: -30 }],
      };
      const { events, detectors, raisedAt } = run(plan, { frames: 300, receiver: { window } });
      const lines = events.filter(({ detector }) => detector === "D1");
      expect(lines).toHaveLength(1);
      const [line] = lines;
      expect(raisedAt.get("narrowbandIngress")!.sequence).toBeLessThan(5);
      expect(Math.abs(line!.f0Hz - 13.56e6)).toBeLessThanOrEqual(50e3);
      expect(Math.abs(line!.levelDbmv! + 30)).toBeLessThanOrEqual(levelDb);
      expect(line!.classification).toContain("ISM");
      expect(detectors.has("D2")).toBe(false);
      expect(detectors.has("D3")).toBe(false);
    },
  );

  test("a CB station that is keyed is intermittent with the duty of its keying", () => {
    const cb = {
      kind: "cb" as const,
      label: "CB",
      frequencyHz: 27.185e6,
      levelDbmv: -20,
      gate: { onS: [5, 20], offS: [20, 60] } as const,
    };
    const plan: PortPlan = { ...clean, channels: [scQam(17.6), scQam(37.6)], carriers: [cb] };
    const recording = recordingOf(plan, { frames: 1500, repeatS: 0.2, receiver: LOW_HALF });
    const set = new DetectorSet({ plan: bandPlanOf(plan) });
    const on: boolean[] = [];
    const last: DetectorEvent[] = [];
    for (const frame of recording.frames()) {
      on.push(recording.activity.carrierLevelDbmv(cb, recording.atUs(frame.sequence)) !== undefined);
      for (const { event } of set.feed(frame)) if (event.detector === "D1") last.push(event);
    }
    const events = set.events.filter(({ detector }) => detector === "D1");
    expect(events.length).toBeGreaterThan(0);
    for (const { f0Hz, classification } of events) {
      expect(Math.abs(f0Hz - 27.185e6)).toBeLessThan(50e3);
      expect(classification).toContain("CB");
    }
    expect(events.some(({ classification }) => classification?.includes("intermittent"))).toBe(true);
    const cleared = last.filter(({ state }) => state === "cleared");
    expect(cleared.length).toBeGreaterThan(0);
    for (const { firstS, lastS, dutyPct, count } of cleared) {
      const span = on.slice(Math.round(firstS * 5), Math.round(lastS * 5) + 1);
      const truthPct = (100 * span.filter(Boolean).length) / span.length;
      expect(Math.abs(dutyPct - truthPct)).toBeLessThan(10);
      expect(Math.abs(dutyPct - (100 * count) / span.length)).toBeLessThan(2);
    }
    expect(set.events.some(({ kind }) => kind === "cpdComb" || kind === "cpdNoise")).toBe(false);
  });

  test("a line under a busy channel is found between its bursts", () => {
    const plan: PortPlan = {
      ...clean,
      carriers: [{ kind: "shortWave", label: "under", frequencyHz: 31.2e6, levelDbmv: -40 }],
    };
    const { events } = run(plan, { frames: 600 });
    const line = events.find(({ detector }) => detector === "D1");
    expect(Math.abs(line!.f0Hz - 31.2e6)).toBeLessThan(100e3);
    expect(line!.channels).toEqual(["scQam 2"]);
  });
});

test("D2: a rise of 6 dB for a minute is raised within 30 s and cleared within 60 s of its end", () => {
  const plan: PortPlan = {
    ...clean,
    impairments: { noiseRises: [{ riseDb: 6, phaseS: 1_780_000_030 % 1e6, durationS: 60, periodS: 1e6 }] },
  };
  const { kinds, events, raisedAt, clearedAt } = run(plan, { frames: 900, repeatS: 0.2, receiver: LOW_HALF });
  const event = events.find(({ kind }) => kind === "noiseRise")!;
  expect(raisedAt.get("noiseRise")!.timeS - 30).toBeLessThan(31);
  expect(clearedAt.get("noiseRise")!.timeS - 90).toBeLessThan(60);
  expect(Math.abs(event.evidence.value - 6)).toBeLessThan(1.2);
  expect(event.severity).toBe("major");
  expect(kinds.has("cpdNoise")).toBe(false);
  expect(kinds.has("cpdComb")).toBe(false);
  expect(kinds.has("narrowbandIngress")).toBe(false);
});

describe("D3, impulses", () => {
  const pulses = {
    label: "mains",
    ratePerS: 120,
    overFloorDb: 25,
    durationUs: 10,
    phaseMs: 3.2,
    jitterMs: 0.2,
    cornerHz: 20e6,
  };

  test("pulses of 10 us are found within 600 frames with a probability of 0.88, and make no lines", () => {
    const plan: PortPlan = { ...clean, impulses: [pulses] };
    const runs = 40;
    let runsCaught = 0;
    let runsFound = 0;
    for (let seed = 0; seed < runs; seed += 1) {
      const recording = recordingOf(plan, { frames: 600, seed: `pulses ${seed}`, receiver: LOW_HALF });
      const set = new DetectorSet({ plan: bandPlanOf(plan) });
      let caught = 0;
      let well = 0;
      for (const frame of recording.frames()) {
        const overlaps = recording.activity
          .pulses(pulses, recording.atUs(frame.sequence), recording.captureUs)
          .map(({ fromUs, toUs }) => toUs - fromUs);
        caught += overlaps.length;
        // 0.4 us of 20 raise the quiet bands by 8 dB.
        well += overlaps.filter((us) => us > 0.4).length;
        set.feed(frame);
      }
      const impulses = set.events.filter(({ kind }) => kind === "impulseNoise");
      const found = impulses.reduce((sum, { count }) => sum + count, 0);
      expect(found).toBeGreaterThanOrEqual(well);
      expect(found).toBeLessThanOrEqual(caught);
      if (caught > 0) runsCaught += 1;
      if (found > 0) runsFound += 1;
      expect(set.events.filter(({ detector }) => detector === "D1")).toEqual([]);
    }
    expect(runsFound / runs).toBeGreaterThanOrEqual(0.88);
    expect(runsFound).toBe(runsCaught);
    expect(probabilityOfIntercept(120, 10e-6, 20e-6, 600)).toBeCloseTo(0.885, 3);
  }, 120_000);

  test("twenty hits and more of pulses of 10 us fold at the mains' double, and not at the others", () => {
    const { events, kinds } = run(
      { ...clean, impulses: [pulses] },
      { frames: 12_000, repeatS: 0.05, ditherS: 0.05, receiver: LOW_HALF },
    );
    const [event, ...others] = events.filter(({ kind }) => kind === "impulseNoise");
    expect(others).toEqual([]);
    expect(event!.count).toBeGreaterThanOrEqual(20);
    expect(event!.classification).toBe("mains-locked, 120 Hz");
    expect(event!.figures.foldStrength).toBeGreaterThan(15);
    expect(event!.figures.slopeDbPerOctave).toBeLessThan(0);
    expect(kinds.has("narrowbandIngress")).toBe(false);
  }, 120_000);
});

test("D4: a comb of 6 MHz is one event with z of 10 and more, at 6 MHz and not at 7 or 8, and no lines", () => {
  // A tooth of 8 dB over the noise of a Blackman-Harris bin.
  const plan: PortPlan = {
    ...sparse,
    noise: { ...sparse.noise, riseDbPerOctave: 0 },
    carriers: pathDistortionComb(6e6, -59 + 3 + 9, 102e6),
  };
  const { events } = run(plan, { frames: 200, receiver: { averaging: 8 } });
  const comb = events.filter(({ kind }) => kind === "cpdComb");
  expect(comb).toHaveLength(1);
  expect(comb[0]!.figures.spacingHz).toBe(6e6);
  expect(comb[0]!.evidence.value).toBeGreaterThan(10);
  expect(events.filter(({ kind }) => kind === "narrowbandIngress")).toEqual([]);
});

describe("D4, noise of an all-digital downstream", () => {
  /** 256-QAM from 108 to 1002 MHz, with the gaps between the channels. */
  const downstream = Array.from({ length: 149 }, (_, i) => ({
    lowerHz: 108.3e6 + 6e6 * i,
    upperHz: 113.7e6 + 6e6 * i,
  }));
  const schedule = { phaseS: 1_780_000_110 % 1e6, durationS: 1e5, periodS: 1e6 };
  const flat = { ...sparse, noise: { ...sparse.noise, riseDbPerOctave: 0 } };
  const noiseEvent = (plan: PortPlan, frames: number) =>
    run(
      plan,
      { frames, receiver: { bins: 1600, spanHz: 80e6, centerFrequencyHz: 45e6 } },
      { enabled: ["D3", "D4"] },
    );

  test.each([3, 5])("%i dB over the floor are found, in its shape", (riseDb) => {
    const overFloorDb = dbOfPower(10 ** (riseDb / 10) - 1);
    const digitalDistortion = { levelDbmvPer50Khz: -59 + overFloorDb + 0.2, downstream, ...schedule };
    const { events, raisedAt } = noiseEvent({ ...flat, impairments: { digitalDistortion } }, 5000);
    expect(events.map(({ kind }) => kind)).toEqual(["cpdNoise"]);
    const [event] = events;
    expect(Math.abs(event!.evidence.value - riseDb)).toBeLessThan(0.5);
    expect(event!.figures.explainedPct).toBeGreaterThan(70);
    // It begins at 110 s: four parts of 500 frames later the mean is of nothing else.
    expect(raisedAt.get("cpdNoise")!.timeS).toBeLessThan(110 + 125);
  });

  test("a flat rise, and one that falls steeper, are none", () => {
    const flatRise = { noiseRises: [{ riseDb: 5, ...schedule }] };
    // The same schedule on noise that falls by 3 dB an octave below 15 MHz.
    const steep = { ...sparse, noise: { ...sparse.noise, riseBelowHz: 60e6 }, impairments: flatRise };
    for (const plan of [{ ...flat, impairments: flatRise }, steep]) {
      expect(noiseEvent(plan, 5000).events.map(({ kind }) => kind)).toEqual([]);
    }
  });

  test("a clean plant raises none over means of its own", () => {
    expect(noiseEvent(clean, 6000).events).toEqual([]);
  });
});

describe("D5, clipping", () => {
  const clipping = { limitDbmv: 6.5, levelDbmvPer50Khz: -50 };
  /** To beyond the band edge, and one that ends at it. */
  const WIDE = { spanHz: 204.8e6, bins: 2048, centerFrequencyHz: 102.4e6, sampleRateHz: 204.8e6 };
  const WITHIN = { spanHz: 80e6, bins: 1600, centerFrequencyHz: 44e6 };
  /** An amateur station of the 80 m band, far stronger than all channels, and its harmonics where it clips. */
  const station: CarrierPlan = {
    kind: "amateur",
    label: "80 m",
    frequencyHz: 3.77e6,
    levelDbmv: 15,
    gate: { onS: [0.4, 0.9], offS: [0.8, 1.6] },
  };
  const harmonics = [2, 3].map((order) => ({
    ...station,
    frequencyHz: order * station.frequencyHz,
    levelDbmv: -22,
  }));
  const clipped = (plan: PortPlan, receiver: Partial<Receiver>) => {
    const { events, kinds } = run(plan, { frames: 600, receiver });
    return { kinds, event: events.find(({ kind }) => kind === "clipping") };
  };

  test("noise beyond the band edge that comes with the power in the band is clipping", () => {
    const { event } = clipped({ ...clean, impairments: { clipping } }, WIDE);
    expect(event!.figures.correlation).toBeGreaterThan(0.6);
    expect(event!.classification).toBe("follows the power in the band");
  });

  test("noise between the channels tells the same where a capture ends with the band", () => {
    const { event } = clipped(
      { ...sparse, impairments: { clipping: { ...clipping, limitDbmv: 2 } } },
      WITHIN,
    );
    expect(event!.evidence.statistic).toBe("rise between the channels in dB");
    expect(event!.classification).toBe("follows the power in the band");
  });

  test.each([
    ["beyond the band edge", WIDE],
    ["between the channels", { bins: 2048, spanHz: 84e6, centerFrequencyHz: 42e6 }],
  ])("a station at 3.77 MHz that clips the laser is named with its harmonics, %s", (place, receiver) => {
    const plan: PortPlan = {
      ...clean,
      channels: [scQam(24), scQam(31.2), scQam(37.6)],
      carriers: [station, ...harmonics],
      impairments: { clipping: { limitDbmv: 12, levelDbmvPer50Khz: -54 } },
    };
    const { event } = clipped(plan, receiver);
    expect(event!.evidence.statistic).toBe(`rise ${place} in dB`);
    expect(Math.abs(event!.figures.causeHz! - 3.77e6)).toBeLessThan(50e3);
    expect(event!.figures.correlation).toBeGreaterThan(0.6);
    expect(event!.classification).toMatch(
      /^follows the carrier at 3\.7\d\d MHz, products at 2f 7\.5\d, 3f 11\.3\d MHz$/,
    );
  });

  test("that station alone, a rise of the noise, and pulses are no clipping", () => {
    const rise = { riseDb: 8, phaseS: 1_780_000_010 % 1e6, durationS: 4, periodS: 8 };
    const plans: PortPlan[] = [
      { ...clean, carriers: [station] },
      { ...clean, carriers: [station], impairments: { noiseRises: [rise] } },
      {
        ...clean,
        impulses: [
          {
            label: "strong",
            ratePerS: 120,
            overFloorDb: 45,
            durationUs: 2000,
            phaseMs: 3.2,
            jitterMs: 0.2,
            cornerHz: 20e6,
          },
        ],
      },
    ];
    for (const plan of plans) {
      for (const receiver of [WIDE, { bins: 2048, spanHz: 84e6, centerFrequencyHz: 42e6 }]) {
        expect(clipped(plan, receiver).event).toBeUndefined();
      }
    }
  });
});

test("a one-sided clip at 2 sigma skews the samples by 0.12", () => {
  const recording = recordingOf(
    { ...clean, channels: clean.channels.map((channel) => ({ ...channel, utilization: 1 })) },
    { frames: 1 },
  );
  const samples = new TimeSamples(recording.activity as PortActivity, {
    centerFrequencyHz: 51.2e6,
    sampleRateHz: 102_400_000,
    length: 4096,
  });
  const values: number[] = [];
  for (let i = 0; i < 40; i += 1) values.push(...samples.frame(recording.atUs(0) + i * 50_020).re);
  const sigma = Math.sqrt(momentsOf(values).variance);
  expect(Math.abs(momentsOf(values).skewness)).toBeLessThan(0.02);
  const { skewness, kurtosis } = momentsOf(values.map((value) => Math.max(value, -2 * sigma)));
  expect(Math.abs(skewness - 0.12)).toBeLessThan(0.02);
  expect(kurtosis).toBeLessThan(2.9);
});

describe("D6, hum", () => {
  const plan: PortPlan = { ...clean, impairments: { hum: { frequencyHz: 120, modulation: 0.05 } } };

  test("5 % at 120 Hz are found with a dithered repeat period", () => {
    const { events } = run(plan, { frames: 800 });
    const hum = events.find(({ kind }) => kind === "hum")!;
    expect(hum.f0Hz).toBe(120);
    expect(hum.figures.modulationPct).toBeGreaterThan(4);
    expect(hum.figures.modulationPct).toBeLessThan(6);
    expect(hum.evidence.value).toBeGreaterThan(100);
  });

  test("a repeat period of exactly 50 ms hides every mains frequency, and says so", () => {
    const { events, set } = run(plan, { frames: 800, ditherS: 0 });
    expect(events.filter(({ kind }) => kind === "hum")).toEqual([]);
    expect(set.humFits.every(({ isAliased }) => isAliased)).toBe(true);
    const times = Array.from({ length: 100 }, (_, i) => i * 0.05);
    expect(fitHum(times, times).every(({ isAliased }) => isAliased)).toBe(true);
  });
});

describe("D7, the path's response", () => {
  const shaped = (
    response: NonNullable<PortPlan["impairments"]>["response"],
    utilization = 0.8,
  ): PortPlan => ({
    ...clean,
    channels: clean.channels.map((channel) => ({ ...channel, utilization })),
    ...(response === undefined ? {} : { impairments: { response } }),
  });

  test("a tilt of 8 dB is measured within 0.5 dB and is no roll-off", () => {
    const { events, kinds } = run(shaped({ tilt: { lowerHz: 14.4e6, upperHz: 84e6, tiltDb: -8 } }), {
      frames: 400,
    });
    const tilt = events.find(({ kind }) => kind === "tilt")!;
    expect(Math.abs(tilt.figures.tiltDb! + 8)).toBeLessThan(0.5);
    // A warning: the alarm begins at 10 dB.
    expect(tilt.severity).toBe("minor");
    expect(kinds.has("rollOff")).toBe(false);
    expect(kinds.has("suckOut")).toBe(false);
  });

  test("a tilt of 12 dB is an alarm", () => {
    const tilt = { lowerHz: 14.4e6, upperHz: 84e6, tiltDb: -12 };
    const { events } = run(shaped({ tilt }), { frames: 400 });
    expect(events.find(({ kind }) => kind === "tilt")!.severity).toBe("major");
  });

  test("a dip of 8 dB is a suck-out at its frequency and depth", () => {
    const { events, kinds } = run(shaped({ suckOuts: [{ frequencyHz: 70e6, depthDb: 8, sigmaHz: 2e6 }] }), {
      frames: 400,
    });
    const dip = events.find(({ kind }) => kind === "suckOut")!;
    expect(Math.abs(dip.f0Hz - 70e6)).toBeLessThan(2e6);
    expect(Math.abs(dip.figures.depthDb! - 8)).toBeLessThan(1);
    expect(kinds.has("tilt")).toBe(false);
    expect(kinds.has("rollOff")).toBe(false);
  });

  test("a band that falls off at its upper end is a roll-off", () => {
    const { kinds } = run(shaped({ rollOff: { edgeHz: 78e6, widthHz: 6e6, depthDb: 10 } }), { frames: 400 });
    expect(kinds.has("rollOff")).toBe(true);
    expect(kinds.has("suckOut")).toBe(false);
  });

  test("an echo of the common path is a ripple with its delay", () => {
    const { events } = run(shaped({ echo: { levelDbc: -15, delayUs: 0.5 } }), { frames: 700 });
    const ripple = events.find(({ kind }) => kind === "ripple")!;
    expect(Math.abs(ripple.figures.delayNs! - 500)).toBeLessThan(10);
    expect(Math.abs(ripple.figures.peakToPeakDb! - 3.1224)).toBeLessThan(0.6);
  });
});

describe("D8, what does not fit the channel table", () => {
  test("a carrier that the table does not know is told with its width", () => {
    const table = {
      ...bandPlanOf(clean),
      channels: bandPlanOf(clean).channels.filter(({ id }) => id !== "scQam 2"),
    };
    const { events } = run(clean, { frames: 200 }, { plan: table });
    const carrier = events.find(({ kind }) => kind === "unknownCarrier")!;
    expect(Math.abs(carrier.f0Hz - 31.2e6)).toBeLessThan(0.5e6);
    expect(Math.abs(carrier.bwHz - 6.4e6)).toBeLessThan(0.8e6);
  });

  test("a channel without a burst for five minutes is silent, one with 1 % only has low traffic", () => {
    const lost: PortPlan = { ...clean, channels: [scQam(17.6, 0), scQam(24, 0.01), scQam(31.2)] };
    const { events } = run(lost, { frames: 900, repeatS: 0.5, receiver: LOW_HALF });
    expect(events.filter(({ kind }) => kind === "channelSilent").map(({ channels }) => channels)).toEqual([
      ["scQam 0"],
    ]);
    const low = events.filter(({ kind }) => kind === "lowTraffic");
    expect(low.map(({ channels }) => channels)).toContainEqual(["scQam 1"]);
    expect(low.every(({ severity }) => severity === "info")).toBe(true);
  });

  test("a channel 4 dB under its level warns", () => {
    const low: PortPlan = { ...clean, channels: [{ ...scQam(17.6), powerDbmv: -4 }, scQam(24)] };
    const { events } = run(
      low,
      { frames: 300 },
      { plan: bandPlanOf({ ...low, channels: [scQam(17.6), scQam(24)] }) },
    );
    const level = events.filter(({ kind }) => kind === "levelDeviation");
    expect(level.map(({ channels }) => channels)).toEqual([["scQam 0"]]);
    expect(Math.abs(level[0]!.figures.deviationDb! + 4)).toBeLessThan(0.4);
    expect(level[0]!.severity).toBe("minor");
  });

  test("a transmitter that does not stop is told from a busy channel", () => {
    const stuck: PortPlan = { ...clean, modemCount: 1, channels: [scQam(17.6, 1)] };
    expect([...run(stuck, { frames: 400 }).kinds]).toContain("stuckTransmitter");
    const busy: PortPlan = { ...clean, channels: [scQam(17.6, 1)] };
    expect([...run(busy, { frames: 400 }).kinds]).not.toContain("stuckTransmitter");
  });
});

describe("D9, the receiver", () => {
  test("a frame at full scale is told and kept out of the baselines", () => {
    const recording = recordingOf(clean, { frames: 300 });
    const set = new DetectorSet({ plan: bandPlanOf(clean) });
    for (const frame of recording.frames()) {
      const isOverloaded = frame.sequence % 50 === 49;
      set.feed(
        isOverloaded
          ? { ...frame, levelsDbmv: frame.levelsDbmv.map((level) => level + 20), clippedShare: 0.01 }
          : frame,
      );
    }
    expect(new Set(set.events.map(({ kind }) => kind))).toEqual(
      new Set(["receiverOverload", "impulseNoise"]),
    );
  });

  test("a spur at the centre frequency is told", () => {
    const plan: PortPlan = {
      ...sparse,
      carriers: [{ kind: "ism", label: "spur", frequencyHz: 51.2e6, levelDbmv: -40 }],
    };
    expect([...run(plan, { frames: 200 }).kinds]).toContain("dcSpur");
  });
});

test("D10: what was never there stands out in time and frequency", () => {
  const plan: PortPlan = {
    ...sparse,
    impairments: { noiseRises: [{ riseDb: 10, phaseS: 1_780_000_030 % 1e6, durationS: 10, periodS: 1e6 }] },
  };
  const { events } = run(plan, { frames: 1000 }, { enabled: ["D10"] });
  expect(events.length).toBeGreaterThan(0);
  expect(Math.max(...events.map(({ bwHz }) => bwHz))).toBeGreaterThan(20e6);
  for (const { firstS } of events) expect(Math.abs(firstS - 30)).toBeLessThan(12);
});

test("D10 leaves what other detectors name to them: 3000 frames of the plant give at most 2 anomalies", () => {
  const { events, kinds } = run(scenarios.plant.ports[0]!, { frames: 3000, repeatS: 0.1, seed: "s1" });
  expect(kinds).toContain("narrowbandIngress");
  expect(kinds).toContain("impulseNoise");
  expect(events.filter(({ kind }) => kind === "anomaly").length).toBeLessThanOrEqual(2);
}, 180_000);

test("D10: the same place again after minutes goes on with the old event, and one look alone raises none", () => {
  const rise = (riseDb: number, atS: number, durationS: number) => ({
    riseDb,
    phaseS: 1_780_000_000 + atS,
    durationS,
    periodS: 1e6,
  });
  const plan: PortPlan = {
    ...sparse,
    impairments: { noiseRises: [rise(10, 60.2, 12), rise(10, 180.2, 12), rise(10, 120.2, 1)] },
  };
  const { events } = run(plan, { frames: 2600, repeatS: 0.1, receiver: LOW_HALF }, { enabled: ["D10"] });
  expect(events).toHaveLength(1);
  expect(Math.abs(events[0]!.firstS - 60)).toBeLessThan(5);
  expect(Math.abs(events[0]!.lastS - 190)).toBeLessThan(6);
  // Two rises and the short one, in whole averages of 16 frames.
  expect(events[0]!.count).toBeLessThanOrEqual(350);
});

describe("the floor under a channel", () => {
  const figuresAfter = (frames: number, utilization: number) => {
    const plan: PortPlan = { ...clean, channels: [scQam(17.6, utilization), scQam(37.6)] };
    const { set } = run(plan, { frames, receiver: LOW_HALF, repeatS: 0.1 });
    return set.channels()[0]!;
  };
  // -59 dBmV in 50 kHz on the symbol rate.
  const truthDbmv = -59 + dbOfPower(5.12e6 / 50e3);

  test("is not known before enough idle frames were seen, and nor is carrier to noise", () => {
    for (const frames of [3, 12, 40]) {
      const { floorDbmv, floorSource, carrierToNoiseDb } = figuresAfter(frames, 0.95);
      expect([floorDbmv, carrierToNoiseDb, floorSource]).toEqual([Number.NaN, Number.NaN, "unknown"]);
    }
  });

  test("is right within 1.5 dB from its first number on", () => {
    for (const frames of [25, 35, 50, 51, 60, 99, 100, 101, 150]) {
      const { floorDbmv, floorSource } = figuresAfter(frames, 0.5);
      expect(floorSource).toBe("statistical");
      expect(Math.abs(floorDbmv - truthDbmv)).toBeLessThan(1.5);
    }
  });

  test("is seen between the bursts of a channel in use for 85 % of the time", () => {
    const { floorDbmv, floorSource, carrierToNoiseDb } = figuresAfter(400, 0.85);
    expect(floorSource).toBe("statistical");
    expect(Math.abs(floorDbmv - truthDbmv)).toBeLessThan(1.5);
    expect(Math.abs(carrierToNoiseDb + truthDbmv)).toBeLessThan(2);
  });

  test("is a bound where the channel never pauses", () => {
    const { floorDbmv, floorSource } = figuresAfter(400, 1);
    expect(floorSource).toBe("underBurst");
    expect(floorDbmv).toBeGreaterThan(truthDbmv);
  });
});

describe("thresholds of confirmation, merging and severity", () => {
  const lines = (...carriersMhz: number[]): PortPlan => ({
    ...sparse,
    carriers: carriersMhz.map((mhz, i) => ({
      kind: "shortWave",
      label: `line ${i}`,
      frequencyHz: mhz * 1e6,
      levelDbmv: -30,
    })),
  });
  const narrowband = (plan: PortPlan, frames: number, thresholds: Partial<Thresholds>) =>
    run(plan, { frames, receiver: LOW_HALF }, { enabled: ["D1"], thresholds });

  test("a line is raised with the frame that confirms it", () => {
    const raisedAt = (thresholds: Partial<Thresholds>) =>
      narrowband(lines(20), 40, thresholds).raisedAt.get("narrowbandIngress")?.sequence;
    expect(raisedAt({})).toBe(2);
    expect(raisedAt({ d1ConfirmFrames: 1, d1ConfirmOfFrames: 1 })).toBe(0);
    expect(raisedAt({ d1ConfirmFrames: 10, d1ConfirmOfFrames: 12 })).toBe(9);
    // Out of fewer than must show it: out of as many.
    expect(raisedAt({ d1ConfirmFrames: 6, d1ConfirmOfFrames: 2 })).toBe(5);
  });

  test("lines 400 kHz apart are two, or one where lines closer than 500 kHz are", () => {
    const events = (d1MergeHz: number) => narrowband(lines(20, 20.4), 40, { d1MergeHz }).events.length;
    expect(events(100_000)).toBe(2);
    expect(events(500_000)).toBe(1);
  });

  test("severity changes at the distances that are set", () => {
    const severity = (thresholds: Partial<Thresholds>) => {
      const [event] = narrowband(lines(20), 40, thresholds).events;
      expect(Math.abs(event!.dBc! + 30)).toBeLessThan(2);
      return event!.severity;
    };
    expect(severity({ severityInfoDb: 25 })).toBe("info");
    expect(severity({ severityInfoDb: 40 })).toBe("minor");
    expect(severity({ severityInfoDb: 40, severityMinorDb: 35 })).toBe("major");
    expect(severity({ severityInfoDb: 40, severityMinorDb: 35, severityMajorDb: 34 })).toBe("critical");
  });

  test("a keyed line is intermittent below the share that is set", () => {
    const keyed: PortPlan = {
      ...sparse,
      carriers: [
        {
          kind: "cb",
          label: "CB",
          frequencyHz: 27.185e6,
          levelDbmv: -20,
          gate: { onS: [2, 3], offS: [4, 6] },
        },
      ],
    };
    const classes = (d1IntermittentPct: number) =>
      narrowband(keyed, 400, { d1IntermittentPct }).events.map(({ classification }) => classification);
    expect(classes(50)).toContain("CB, intermittent");
    expect(classes(5)).not.toContain("CB, intermittent");
  });

  test("other alarms wait for the frames that are set", () => {
    const spur: PortPlan = {
      ...sparse,
      carriers: [{ kind: "ism", label: "spur", frequencyHz: 25.6e6, levelDbmv: -30 }],
    };
    const at = (thresholds: Partial<Thresholds>) =>
      run(spur, { frames: 100, receiver: LOW_HALF }, { enabled: ["D9"], thresholds }).raisedAt.get("dcSpur")!
        .sequence;
    expect(at({ confirmFrames: 13, confirmOfFrames: 13 }) - at({})).toBe(10);
  });
});

test("thresholds can be tried on a recording, and every event names the frames that prove it", () => {
  const plan: PortPlan = {
    ...clean,
    carriers: [{ kind: "ism", label: "ISM", frequencyHz: 13.56e6, levelDbmv: -38 }],
  };
  const frames = [...recordingOf(plan, { frames: 120 }).frames()];
  const options = { plan: bandPlanOf(plan), enabled: ["D1"] as const };
  const usual = wouldHaveFired(frames, options);
  expect(usual.counts).toEqual({ narrowbandIngress: 1 });
  expect(usual.events[0]!.evidence.frames.every((sequence) => sequence >= 0 && sequence < 122)).toBe(true);
  expect(usual.events[0]!.evidence.value).toBeGreaterThanOrEqual(usual.events[0]!.evidence.threshold);
  const deaf = { d1LiveDb: 30, d1AverageDb: 20, d1HoldDb: 20 };
  expect(wouldHaveFired(frames, { ...options, thresholds: deaf }).counts).toEqual({});
});
