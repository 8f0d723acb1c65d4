import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ALARM_TABLE,
  type AlarmMemory,
  alarmStep,
  beatGridsOf,
  clippedShare,
  combTest,
  DEFAULT_TIMING,
  dbOfPower,
  fitHum,
  fitTemplate,
  humOfModulation,
  LocalBaseline,
  mainsFold,
  medianToMeanDb,
  powerOfDb,
  QUIET_ALARM,
  quantileOf,
  Random,
  secondOrderTemplate,
  serviceAt,
  THRESHOLDS,
  thresholdsWith,
} from "../index.ts";
import { productsSeen } from "./clipping-products.ts";

/** One letter per frame: over, between, under the threshold. */
function effects(frames: string, stepS = 1, timing = DEFAULT_TIMING): string[] {
  let memory: AlarmMemory = QUIET_ALARM;
  const seen: string[] = [];
  [...frames].forEach((letter, i) => {
    const excess = letter === "o" ? 1 : letter === "b" ? -1 : -10;
    const next = alarmStep(memory, excess, i * stepS, timing);
    memory = next.memory;
    if (next.effect) seen.push(`${i} ${next.effect}`);
  });
  return seen;
}

describe("the alarm", () => {
  test("is raised by three of five frames and not by two", () => {
    expect(effects("ouou")).toEqual([]);
    expect(effects("ouuouuouu")).toEqual([]);
    expect(effects("ouoo")).toEqual(["3 raise"]);
    expect(effects("ooo")).toEqual(["2 raise"]);
  });

  test("is cleared after 30 s under the hysteresis, and not within it", () => {
    expect(effects(`ooo${"u".repeat(40)}`)).toEqual(["2 raise", "33 clear"]);
    expect(effects(`ooo${"b".repeat(100)}`)).toEqual(["2 raise"]);
    expect(effects(`ooo${"u".repeat(20)}b${"u".repeat(20)}`)).toEqual(["2 raise"]);
  });

  test("goes on where it returns within a minute, and begins anew after it", () => {
    expect(effects(`ooo${"u".repeat(50)}ooo`)).toEqual(["2 raise", "33 clear", "55 reopen"]);
    expect(effects(`ooo${"u".repeat(120)}ooo`)).toEqual(["2 raise", "33 clear", "125 raise"]);
  });

  test("that is to last counts from when it was first not under", () => {
    expect(effects("o".repeat(60), 1, { ...DEFAULT_TIMING, holdS: 30 })).toEqual(["30 raise"]);
    expect(effects(`${"o".repeat(20)}u${"o".repeat(20)}`, 1, { ...DEFAULT_TIMING, holdS: 30 })).toEqual([]);
  });

  test("never clears what it did not raise, and alternates", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("o", "b", "u"), { maxLength: 300 }), (letters) => {
        let isRaised = false;
        for (const effect of effects(letters.join(""), 3)) {
          const isClear = effect.endsWith("clear");
          expect(isClear).toBe(isRaised);
          isRaised = !isClear;
        }
      }),
    );
  });

  test("knows only its states", () => {
    const states = Object.keys(ALARM_TABLE);
    for (const row of Object.values(ALARM_TABLE))
      for (const next of Object.values(row)) expect(states).toContain(next);
  });
});

describe("the local baseline", () => {
  test("is the median of the neighbours of the same group", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -90, max: 10, noNaN: true }), { minLength: 60, maxLength: 120 }),
        fc.integer({ min: 0, max: 60 }),
        (levels, border) => {
          const groups = Int16Array.from(levels, (_, k) => (k < border ? 0 : 1));
          const excess = new LocalBaseline(groups, 1).excess(levels, new Float32Array(levels.length));
          for (let k = 0; k < levels.length; k += 1) {
            const near = levels.filter(
              (_, j) => groups[j] === groups[k] && Math.abs(j - k) > 2 && Math.abs(j - k) <= 20,
            );
            if (near.length < 6) {
              expect(excess[k]).toBeNaN();
              continue;
            }
            const sorted = near.toSorted((a, b) => a - b);
            const median = levels[k]! - medianToMeanDb(1) - excess[k]!;
            expect(median).toBeGreaterThan(sorted[Math.ceil(near.length / 2) - 1]! - 0.11);
            expect(median).toBeLessThan(sorted[Math.floor(near.length / 2)]! + 0.11);
          }
        },
      ),
    );
  });

  test("turns a median into a mean: 1.592 dB for one look, 0.09 dB for sixteen", () => {
    expect(medianToMeanDb(1)).toBeCloseTo(1.592, 3);
    expect(medianToMeanDb(16)).toBeCloseTo(0.09, 2);
  });
});

describe("mains", () => {
  test("456 events, a fifth of them at random, fold at 120 Hz only", () => {
    const random = new Random(12);
    const times = Array.from({ length: 456 }, () => {
      const cycle = Math.floor(random.uniform() * 72_000);
      const isRandom = random.uniform() < 0.22;
      return isRandom ? random.uniform() * 600 : (cycle + 0.3) / 120 + 0.0002 * (random.uniform() - 0.5);
    });
    const { mainsHz, strengths } = mainsFold(times);
    expect(mainsHz).toBe(120);
    expect(strengths[120]).toBeGreaterThan(200);
    for (const other of [50, 60, 100] as const) expect(strengths[other]).toBeLessThan(15);
  });

  test("pulses once per period are told by the mains itself, not by its double", () => {
    const times = Array.from({ length: 100 }, (_, i) => (7 * i) / 60);
    expect(mainsFold(times).mainsHz).toBe(60);
  });

  test("frames every 50 ms cannot tell 100 Hz from a standstill, and say so", () => {
    const frames = Array.from({ length: 500 }, (_, i) => i * 0.05);
    const { mainsHz, aliased } = mainsFold(
      frames.filter((_, i) => i % 7 === 0),
      frames,
    );
    expect(mainsHz).toBeUndefined();
    expect(aliased).toContain(100);
    expect(aliased).toContain(120);
  });

  test("hum of 7 % is -23.098 dBc, and a fit finds phase-free amplitude", () => {
    expect(humOfModulation(0.05).percent).toBeCloseTo(9.5238, 3);
    expect(humOfModulation(0.05).dBc).toBeCloseTo(-20.42, 2);
    expect(humOfModulation(0.07 / 1.93).dBc).toBeCloseTo(-23.098, 3);
    const random = new Random(5);
    const times = Array.from({ length: 300 }, (_, i) => i * 0.05 + 0.05 * random.uniform());
    const levels = times.map((t) => 0.43 * Math.cos(2 * Math.PI * 120 * t + 1) + 0.2 * random.normal());
    const [best, next] = fitHum(times, levels);
    expect(best!.frequencyHz).toBe(120);
    expect(Math.abs(best!.amplitudeDb - 0.43)).toBeLessThan(0.05);
    expect(best!.f).toBeGreaterThan(100);
    expect(next!.f).toBeLessThan(20);
  });
});

describe("combs and templates", () => {
  const axis = { firstBinHz: 5e6, binSpacingHz: 50e3 };

  test("a comb of 6 MHz is found at 6 and not at 7 or 8 MHz", () => {
    const random = new Random(6);
    const excess = Float64Array.from({ length: 1600 }, (_, k) => {
      const frequencyHz = axis.firstBinHz + k * axis.binSpacingHz;
      const tooth = Math.abs(frequencyHz - 6e6 * Math.round(frequencyHz / 6e6)) < 25e3 ? 8 : 0;
      return dbOfPower(random.gamma(8) / 8) + tooth;
    });
    expect(combTest(excess, axis, 6e6).z).toBeGreaterThan(10);
    expect(combTest(excess, axis, 7e6).z).toBeLessThan(6);
    expect(combTest(excess, axis, 8e6).z).toBeLessThan(6);
    expect(combTest(new Float64Array(1600).fill(Number.NaN), axis, 6e6)).toMatchObject({
      teeth: 0,
      share: 0,
    });
  });

  test("downstream carriers beat at multiples of their spacing, and beside them where groups are shifted", () => {
    const carriers = (firstHz: number, count: number, spacingHz = 6e6) =>
      Array.from({ length: count }, (_, k) => ({
        lowerHz: firstHz + k * spacingHz - spacingHz / 2,
        upperHz: firstHz + k * spacingHz + spacingHz / 2,
      }));
    const ofdm = { lowerHz: 750e6, upperHz: 942e6 };
    expect(beatGridsOf([...carriers(561e6, 8), ofdm])).toEqual([{ spacingHz: 6e6, offsetsHz: [0] }]);
    expect(beatGridsOf(carriers(474e6, 16, 8e6))).toEqual([{ spacingHz: 8e6, offsetsHz: [0] }]);
    const [shifted] = beatGridsOf([...carriers(561e6, 8), ...carriers(682.25e6, 4)]);
    expect(shifted).toEqual({ spacingHz: 6e6, offsetsHz: [0, 4.75e6, 1.25e6] });
    const usual = [6e6, 7e6, 8e6].map((spacingHz) => ({ spacingHz, offsetsHz: [0] }));
    expect(beatGridsOf([])).toEqual(usual);
    expect(beatGridsOf([ofdm])).toEqual(usual);
  });

  test("beats of shifted groups are found although each of the others raises what random offsets show", () => {
    const random = new Random(16);
    const offsetsHz = [0, 1.25e6, 4.75e6];
    const excess = Float64Array.from({ length: 1600 }, (_, k) => {
      const frequencyHz = axis.firstBinHz + k * axis.binSpacingHz;
      const isTooth = offsetsHz.some((offsetHz) => {
        const inGridHz = frequencyHz - offsetHz;
        return Math.abs(inGridHz - 6e6 * Math.round(inGridHz / 6e6)) < 25e3;
      });
      return dbOfPower(random.gamma(8) / 8) + (isTooth ? 8 : 0);
    });
    expect(combTest(excess, axis, 6e6).z).toBeLessThan(6);
    for (const offsetHz of offsetsHz) {
      const others = offsetsHz.filter((other) => other !== offsetHz);
      const found = combTest(excess, axis, 6e6, [offsetHz, ...others]);
      expect(found.z).toBeGreaterThan(10);
      expect(found.share).toBeGreaterThan(0.5);
      expect(found.offsetHz).toBe(offsetHz);
    }
    expect(combTest(excess, axis, 6e6, [3e6, ...offsetsHz]).z).toBeLessThan(6);
  });

  test("the second-order products of a full downstream fall smoothly towards higher frequencies", () => {
    const frequencies = Array.from({ length: 80 }, (_, k) => 5e6 + k * 1e6);
    const template = secondOrderTemplate([{ lowerHz: 108e6, upperHz: 1002e6 }], frequencies);
    for (let k = 1; k < 80; k += 1) expect(template[k]!).toBeLessThan(template[k - 1]!);
    expect(template[0]! - (1 - 5 / 894)).toBeCloseTo(0, 3);
    const fit = fitTemplate(
      template.map((value) => 2 * value + 3),
      template,
    );
    expect(fit.factor).toBeCloseTo(2, 6);
    expect(fit.constant).toBeCloseTo(3, 6);
    expect(fit.explained).toBeCloseTo(1, 6);
    expect(
      fitTemplate(
        template.map((value) => -value),
        template,
      ).explained,
    ).toBe(0);
  });
});

describe("products of strong carriers", () => {
  const axis = { binSpacingHz: 50e3 };
  const line = (mhz: number, levelDbmv: number) => ({ frequencyHz: mhz * 1e6, power: powerOfDb(levelDbmv) });
  const names = (carriers: ReturnType<typeof line>[], weak: ReturnType<typeof line>[]) =>
    productsSeen(carriers, [...carriers, ...weak], axis).map(({ name }) => name);

  test("harmonics of one, and sums, differences and third order of two, are named where a line stands", () => {
    expect(names([line(3.77, 15)], [line(7.54, -20), line(11.31, -25), line(15, -20)])).toEqual(["2f", "3f"]);
    const two = [line(13.56, 0), line(9.62, -3)];
    expect(names(two, [line(23.18, -40), line(3.94, -40), line(17.5, -45), line(5.68, -45)])).toEqual([
      "f1+f2",
      "f1-f2",
      "2f1-f2",
      "2f2-f1",
    ]);
  });

  test("what stands beside their place, or is stronger than its carrier, is no product", () => {
    expect(names([line(3.77, 15)], [line(7.7, -20), line(11.31, 16)])).toEqual([]);
  });
});

test("services by frequency, the narrowest band first", () => {
  expect(serviceAt(27.185e6, 0)).toBe("CB");
  expect(serviceAt(13.56e6, 25e3)).toBe("ISM 13.56 MHz");
  expect(serviceAt(9.62e6, 0)).toBe("Short wave 31 m");
  expect(serviceAt(300e6, 0)).toBeUndefined();
});

test("samples at full scale are counted on both sides, of unsigned bins on the upper one", () => {
  expect(clippedShare(Int16Array.of(0, 32767, -32768, 5))).toBe(0.5);
  expect(clippedShare(Int16Array.of(0, 32767, -32768, 5), true)).toBe(0.25);
  expect(clippedShare(Uint32Array.of(0, 0xffff_ffff))).toBe(0.5);
  expect(clippedShare(new Uint16Array(0))).toBe(0);
});

test("converters that stop short of full scale are seen to clip where both ends repeat", () => {
  expect(clippedShare(Int16Array.of(0, 32767, -32767, 5, -32767, 7, 8, 9))).toBe(3 / 8);
  expect(clippedShare(Int16Array.of(0x7ffc, 0x7ffc, -0x8000, 4, 8, 16, -4, 0))).toBe(3 / 8);
  expect(clippedShare(Int16Array.of(0x7ff0, 0x7ff0, -0x7ff0, -0x7ff0))).toBe(1);
  // Single peaks near full scale, and a level that only stays there, are no swing cut off.
  expect(clippedShare(Int16Array.of(0x7ff0, -0x7ff0, 0, 0))).toBe(0);
  expect(clippedShare(Int16Array.of(0x7ff0, 0x7ff0, 0, -5))).toBe(0);
  expect(clippedShare(Int16Array.of(900, 900, -900, -900))).toBe(0);
});

test("every threshold's default lies within its limits and can be changed", () => {
  for (const [name, { value, least, most, source }] of Object.entries(THRESHOLDS)) {
    expect([name, value >= least && value <= most, source.length > 0]).toEqual([name, true, true]);
  }
  expect(thresholdsWith({ d1LiveDb: 15 })).toMatchObject({ d1LiveDb: 15, d1AverageDb: 6 });
});

test("quantiles interpolate and leave absent values out", () => {
  expect(quantileOf([1, Number.NaN, 3], 0.5)).toBe(2);
  expect(quantileOf([], 0.5)).toBeNaN();
});
