import { generic } from "@pnmlab/docsis-mib";
import { bandPower, Random } from "@pnmlab/pnm-analysis";
import { encodeUtsc, utscSamplesFromLevels } from "@pnmlab/pnm-codec";
import { NO_LEVEL, type UtscAccepted } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { type CaptureContext, decodeCaptures, toHundredths } from "./capture-frame.ts";

const accepted: UtscAccepted = {
  centerFrequencyHz: 45_000_000,
  spanHz: 80_000_000,
  bins: 800,
  repeatPeriodUs: 50_000,
  freeRunDurationMs: 60_000,
  outputFormat: "fftPower",
  window: "hann",
  triggerMode: "freeRunning",
  readAt: "2026-01-01T00:00:00.000Z",
};
const context: CaptureContext = {
  accepted,
  kHundredthsDb: -8600,
  sampleRateHz: 102_400_000,
  resolutionBandwidthHz: undefined,
  samples: generic.samples,
};
const content = {
  captureTimeS: 1_780_000_000,
  ifIndex: 5,
  ccapId: "ccap",
  bins: 800,
  centerFrequencyHz: 45_000_000,
  spanHz: 80_000_000,
};
const levelsDbmv = Float32Array.from({ length: 800 }, (_, bin) => (bin === 450 ? 5 : -40));

test.each(["fftPower", "fftAmplitude", "fftDb"] as const)(
  "a %s file of the 328-byte form without a telling header reads as what the CMTS accepted",
  (outputFormat) => {
    const bytes = encodeUtsc({
      form: "e6000-328",
      vendorBytes: "opaque",
      ...content,
      outputFormat,
      samples: utscSamplesFromLevels(levelsDbmv, outputFormat, -8600),
    });
    const frame = decodeCaptures(bytes, "pnmlab_a_c1", {
      ...context,
      accepted: { ...accepted, outputFormat },
    })[0]!;
    expect(frame).toMatchObject({
      firstBinHz: 5_000_000,
      binSpacingHz: 100_000,
      kHundredthsDb: -8600,
      uncalibrated: false,
      observed: { bins: 800, outputFormat, fileLayout: "e6000-328", fileSizeBytes: bytes.length },
    });
    expect(frame.resolutionBandwidthHz).toBeCloseTo(150_000, 3);
    expect(frame.observed.centerFrequencyHz).toBeUndefined();
    expect(frame.observed.ownWindow).toBeUndefined();
    expect(Math.abs(frame.levelsHundredthsDbmv[450]! - 500)).toBeLessThanOrEqual(5);
    expect(Math.abs(frame.levelsHundredthsDbmv[0]! + 4000)).toBeLessThanOrEqual(5);
  },
);

/** Integers around a middle, as noise has them, with those of the list in place of every hundredth. */
function noisy(count: number, middle: number, spread: number, ends: readonly number[]): number[] {
  const random = new Random(7n);
  return Array.from({ length: count }, (_, k) =>
    k % 100 === 0 ? ends[(k / 100) % ends.length]! : Math.round(middle + spread * random.uniform()),
  );
}

test.each([
  ["timeIQ", Int16Array.from(noisy(1600, -3000, 6000, [0x7fff, -0x8000])), 0.01],
  ["fftPower", Uint32Array.from(noisy(800, 4e5, 3e5, [0xffff_ffff])), 0.01],
  ["fftAmplitude", Uint16Array.from(noisy(800, 600, 500, [0xffff])), 0.01],
  // The lower end of levels is an empty bin.
  ["fftDb", Int16Array.from(noisy(800, 2000, 900, [0x7fff, -0x8000])), 0.005],
] as const)(
  "a %s file tells the share of its integers that stand at full scale",
  (outputFormat, samples, share) => {
    const read = (values: typeof samples) =>
      decodeCaptures(
        encodeUtsc({ form: "common-header-v2", ...content, outputFormat, samples: values }),
        "pnmlab_a_c1",
        { ...context, accepted: { ...accepted, outputFormat } },
      )[0]!;
    expect(read(samples).clippedShare).toBeCloseTo(share, 9);
    const free = samples.map((value) =>
      Math.abs(value) >= 0x7fff && value < 4e5 ? 700 : Math.min(value, 7e5),
    );
    expect(read(free as typeof samples)).not.toHaveProperty("clippedShare");
  },
);

test("time samples become a spectrum", () => {
  const samples = new Int16Array(2 * 2048);
  for (let n = 0; n < 2048; n += 1) {
    samples[2 * n] = Math.round(1000 * Math.cos((2 * Math.PI * 100 * n) / 2048));
    samples[2 * n + 1] = Math.round(1000 * Math.sin((2 * Math.PI * 100 * n) / 2048));
  }
  const timeIq = { ...accepted, outputFormat: "timeIQ", bins: 2048, spanHz: 102_400_000 } as const;
  const bytes = encodeUtsc({
    form: "common-header-v2",
    ...content,
    bins: 2048,
    spanHz: 102_400_000,
    outputFormat: "timeIQ",
    samples,
  });
  const frame = decodeCaptures(bytes, "pnmlab_a_c1", { ...context, accepted: timeIq })[0]!;
  const highest = frame.levelsHundredthsDbmv.reduce(
    (best, level, bin, all) => (level > all[best]! ? bin : best),
    0,
  );
  expect(frame.firstBinHz + highest * frame.binSpacingHz).toBe(45_000_000 + 100 * 50_000);
  expect(frame.levelsHundredthsDbmv[highest]).toBeCloseTo(6000 - 8600, -1);
  // The window is ours, with its noise bandwidth, and not the one that the CMTS reads back.
  expect(frame.observed.ownWindow).toBe("blackmanHarris");
  expect(frame.resolutionBandwidthHz / frame.binSpacingHz).toBeCloseTo(2.004, 2);
  const chosen = decodeCaptures(bytes, "pnmlab_a_c1", {
    ...context,
    accepted: timeIq,
    ownWindow: "flatTop",
  })[0]!;
  expect(chosen.observed.ownWindow).toBe("flatTop");
  expect(chosen.resolutionBandwidthHz / chosen.binSpacingHz).toBeCloseTo(3.77, 2);
});

test.each([
  ["hann", 10 * Math.log10(1.5)],
  ["blackmanHarris", 10 * Math.log10(2.00435)],
  ["rectangular", 0],
] as const)(
  "bins of a CMTS whose sum is the total power are raised by the noise bandwidth of %s, so that band powers hold",
  (window, raiseDb) => {
    const power = { ...generic.samples, binCal: "power" as const };
    const read = (samples: CaptureContext["samples"]) =>
      decodeCaptures(
        encodeUtsc({
          form: "common-header-v2",
          ...content,
          outputFormat: "fftPower",
          samples: utscSamplesFromLevels(levelsDbmv, "fftPower", -8600),
        }),
        "pnmlab_a_c1",
        { ...context, samples, accepted: { ...accepted, window } },
      )[0]!;
    const [cw, raised] = [read(generic.samples), read(power)];
    expect(raised.levelsHundredthsDbmv[450]! - cw.levelsHundredthsDbmv[450]!).toBeCloseTo(
      100 * raiseDb,
      -0.4,
    );
    // The sum of the bins as the CMTS sends them is the power that a band of the frame is measured with.
    const sentMw = levelsDbmv.reduce((sum, level) => sum + 10 ** (level / 10), 0);
    const levels = Float32Array.from(raised.levelsHundredthsDbmv, (level) => level / 100);
    const axis = { firstBinHz: raised.firstBinHz, binSpacingHz: raised.binSpacingHz };
    const enbwBins = raised.resolutionBandwidthHz / raised.binSpacingHz;
    const { powerDbmv } = bandPower({ levelsDbmv: levels, ...axis }, 4_950_000, 84_950_000, enbwBins);
    expect(powerDbmv).toBeCloseTo(10 * Math.log10(sentMw), 1);
  },
);

test("the offset of time samples moves their levels, and those of nothing else", () => {
  const offset = { ...generic.samples, timeOffsetDb: -60.2, binCal: "power" as const };
  const samples = new Int16Array(2 * 256).fill(1000);
  const timeIq = { ...accepted, outputFormat: "timeIQ", bins: 256, spanHz: 102_400_000 } as const;
  const bytes = encodeUtsc({
    form: "common-header-v2",
    ...content,
    bins: 256,
    spanHz: 102_400_000,
    outputFormat: "timeIQ",
    samples,
  });
  const at = (of: CaptureContext["samples"]) =>
    decodeCaptures(bytes, "pnmlab_a_c1", { ...context, accepted: timeIq, samples: of })[0]!
      .levelsHundredthsDbmv[128]!;
  expect(at(offset) - at(generic.samples)).toBe(-6020);
});

test("a header that tells centre and span wins over the configuration", () => {
  const bytes = encodeUtsc({
    form: "common-header-v2",
    ...content,
    centerFrequencyHz: 60_000_000,
    spanHz: 40_000_000,
    outputFormat: "fftPower",
    samples: utscSamplesFromLevels(levelsDbmv, "fftPower", -8600),
  });
  expect(decodeCaptures(bytes, "pnmlab_a_c1", context)[0]).toMatchObject({
    firstBinHz: 40_000_000,
    binSpacingHz: 50_000,
    observed: { centerFrequencyHz: 60_000_000, spanHz: 40_000_000 },
  });
});

test("without a calibration constant the levels are told to be uncalibrated", () => {
  const bytes = encodeUtsc({
    form: "common-header-v2",
    ...content,
    outputFormat: "fftPower",
    samples: utscSamplesFromLevels(levelsDbmv, "fftPower", -8600),
  });
  for (const kHundredthsDb of [undefined, 0]) {
    const frame = decodeCaptures(bytes, "pnmlab_a_c1", { ...context, kHundredthsDb })[0]!;
    expect(frame).toMatchObject({ uncalibrated: true, kHundredthsDb: 0 });
  }
});

test("another measurement's file and a damaged one are refused in words", () => {
  expect(() => decodeCaptures(Uint8Array.of(0x50, 0x4e, 0x4d, 0x6a, 0, 0), "pnmlab_a_c1", context)).toThrow();
  expect(() => decodeCaptures(Buffer.from("hello, this is no capture"), "pnmlab_a_c1", context)).toThrow();
});

test("levels are clamped to what the frame holds, and bins without a level are marked", () => {
  expect([
    ...toHundredths(Float32Array.of(1.234, Number.NaN, -1000, 1000, Number.NEGATIVE_INFINITY)),
  ]).toEqual([123, NO_LEVEL, -32767, 32767, -32767]);
});
