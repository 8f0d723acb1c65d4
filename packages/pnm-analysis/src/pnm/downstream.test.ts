import { describe, expect, test } from "vitest";
import {
  channelResponseDb,
  echoDistanceM,
  findEchoes,
  findMerNotches,
  passbandShape,
  Random,
  THRESHOLDS,
  tapFigures,
  tapsAgainstEcho,
} from "../index.ts";

const random = new Random(650);

describe("echoes of a downstream channel", () => {
  /** H = 1 + rho e^(-j 2 pi f tau) on 190 MHz of 50 kHz, with noise 45 dB down, as s2.13. */
  const estimate = (echoes: readonly [number, number][]) =>
    Float64Array.from({ length: 7600 }, (_, i) => {
      const f = (i >> 1) * 50e3;
      let value = i % 2 ? 0 : 1;
      for (const [dbc, delayS] of echoes) {
        const angle = -2 * Math.PI * f * delayS;
        value += 10 ** (dbc / 20) * (i % 2 ? Math.sin(angle) : Math.cos(angle));
      }
      return Math.round(8192 * (value + 10 ** (-45 / 20) * Math.SQRT1_2 * random.normal()));
    });

  test("one of -20 dBc at 1 us is found alone, at its delay, level and distance", () => {
    const echoes = findEchoes(estimate([[-20, 1e-6]]), 50e3);
    expect(echoes).toHaveLength(1);
    const [echo] = echoes;
    expect(Math.abs(echo!.delayS - 1e-6)).toBeLessThan(0.003e-6);
    expect(Math.abs(echo!.levelDbc + 20)).toBeLessThan(0.3);
    expect(Math.abs(echoDistanceM(echo!.delayS, 0.87) - 130.4)).toBeLessThan(0.5);
    expect(echo!.kind).toBe("echo");
  });

  test("two are told apart, and a channel without one has none", () => {
    const found = findEchoes(
      estimate([
        [-20, 0.4e-6],
        [-30, 2e-6],
      ]),
      50e3,
    );
    expect(found.map(({ delayS }) => Math.round(delayS * 1e8) / 100)).toEqual([0.4, 2]);
    expect(findEchoes(estimate([]), 50e3)).toEqual([]);
    expect(findEchoes([1, 0], 50e3)).toEqual([]);
  });
});

test("taps against an echo of -20 dBc two taps later say so", () => {
  const taps = tapsAgainstEcho(0.1, 2);
  expect(Math.abs(tapFigures(taps, 8).nonMainToTotalDb + 20)).toBeLessThan(0.3);
  const post = Array.from({ length: 16 }, (_, k) => Math.abs(taps[2 * (8 + k)]!));
  expect(post.indexOf(Math.max(...post)) + 1).toBe(2);
  expect(Math.abs(echoDistanceM(2 * 195.3125e-9, 0.87) - 50.9)).toBeLessThan(0.1);
  const response = channelResponseDb(taps);
  expect(Math.max(...response) - Math.min(...response)).toBeCloseTo(1.743, 2);
});

describe("notches of RxMER", () => {
  /** 190 MHz from 640 MHz with MER 41 dB, spread 0.35 dB, in quarters of a dB. */
  const trace = (errorAt: (frequencyHz: number) => number) =>
    Float64Array.from({ length: 3800 }, (_, k) => {
      const errors = 10 ** -4.1 + errorAt(640e6 + k * 50e3);
      return Math.round(4 * (-10 * Math.log10(errors) + 0.35 * random.normal())) / 4;
    });

  test("a mobile carrier of 10 MHz at C/I 24 dB is one, with its band", () => {
    const notches = findMerNotches(
      trace((f) => (Math.abs(f - 734e6) < 4.5e6 ? 10 ** -2.4 : 0)),
      640e6,
      50e3,
    );
    expect(notches).toHaveLength(1);
    const [notch] = notches;
    expect(notch!.kind).toBe("mobile");
    expect(notch!.bands).toContain("B12/17 DL");
    expect((notch!.upperHz - notch!.lowerHz) / 1e6).toBeGreaterThan(8.5);
    expect((notch!.upperHz - notch!.lowerHz) / 1e6).toBeLessThan(9.5);
    expect(Math.abs(notch!.depthDb - 17)).toBeLessThan(0.5);
  });

  test("a round dip is a suck-out and not mobile, and a flat trace has no notch", () => {
    const dip = (f: number) => 10 ** -4.1 * (10 ** (0.8 * Math.exp(-0.5 * ((f - 735e6) / 4e6) ** 2)) - 1);
    const [notch] = findMerNotches(trace(dip), 640e6, 50e3);
    expect(notch!.kind).toBe("suckOut");
    expect(
      findMerNotches(
        trace(() => 0),
        640e6,
        50e3,
      ),
    ).toEqual([]);
  });
});

describe("levels of a downstream, one per channel of 6 MHz", () => {
  const frequencies = Array.from({ length: 149 }, (_, k) => 111e6 + 6e6 * k);
  const shape = (levelAt: (frequencyHz: number) => number) =>
    passbandShape(
      frequencies,
      frequencies.map((f) => levelAt(f) + 0.3 * random.normal()),
    )!;

  const suckOutDb = (f: number) => -8 * Math.exp(-0.5 * ((f - 650e6) / 8e6) ** 2);

  test("a suck-out of 8 dB at 650 MHz, sigma 8 MHz, is found within 2 MHz and 1 dB wherever the grid lies", () => {
    for (let round = 0; round < 60; round += 1) {
      const gridHz = frequencies.map((f) => f + 0.1e6 * round);
      const { suckOut, rollOffDb } = passbandShape(
        gridHz,
        gridHz.map((f) => suckOutDb(f) + 0.3 * random.normal()),
      )!;
      expect(Math.abs(suckOut!.f0Hz - 650e6)).toBeLessThan(2e6);
      expect(Math.abs(suckOut!.depthDb - 8)).toBeLessThan(1);
      expect(rollOffDb).toBeLessThan(1);
    }
  });

  test("what that suck-out does to RxMER is a suck-out within 2 MHz, and nothing mobile", () => {
    const mer = Float64Array.from(
      { length: 3800 },
      (_, k) => 41 + suckOutDb(555e6 + k * 50e3) + 0.35 * random.normal(),
    );
    const notches = findMerNotches(mer, 555e6, 50e3);
    expect(notches.map(({ kind }) => kind)).toEqual(["suckOut"]);
    const [notch] = notches;
    expect(Math.abs((notch!.lowerHz + notch!.upperHz) / 2 - 650e6)).toBeLessThan(2e6);
    expect(Math.abs(notch!.depthDb - 8)).toBeLessThan(1);
  });

  test("a tilt of 8 dB is one within 0.3 dB, and no roll-off", () => {
    const { tiltDb, rollOffDb, suckOut } = shape((f) => (-8 * (f - 111e6)) / 888e6);
    expect(Math.abs(tiltDb + 8)).toBeLessThan(0.3);
    expect(Math.abs(tiltDb)).toBeGreaterThan(THRESHOLDS.d7TiltDb.value);
    expect(Math.abs(tiltDb)).toBeLessThan(THRESHOLDS.d7TiltAlarmDb.value);
    expect(rollOffDb).toBeLessThan(1);
    expect(suckOut).toBeUndefined();
  });

  test("a fall at the upper end is a roll-off and no suck-out", () => {
    const { rollOffDb, suckOut } = shape((f) => -8 * Math.max(0, (f - 940e6) / 50e6) ** 2);
    expect(rollOffDb).toBeGreaterThan(3);
    expect(suckOut).toBeUndefined();
  });
});
