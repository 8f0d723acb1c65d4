import { generic } from "@pnmlab/docsis-mib";
import { Random, timeIqLevelsDbmv } from "@pnmlab/pnm-analysis";
import { encodeUtsc, utscSamplesFromLevels } from "@pnmlab/pnm-codec";
import type { UtscMismatch } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { SINGLE_LOOKS } from "../_test/utsc/single-looks.ts";
import { type CaptureContext, decodeCaptures } from "./capture-frame.ts";
import { noiseStepDb, scaleMismatch } from "./decoder-mismatch.ts";

const accepted = SINGLE_LOOKS;
const BINS = accepted.bins;

/** Single looks at noise of -40 dBmV with a channel 30 dB over it, as an FFT with a rectangular window sees them. */
function looks(seed = 1): Float32Array {
  const random = new Random(seed);
  return Float32Array.from(
    { length: BINS },
    (_, bin) => (bin > 500 && bin < 700 ? -10 : -40) + 10 * Math.log10(-Math.log(1 - random.uniform())),
  );
}

function mismatchesOf(
  outputFormat: "fftPower" | "fftDb" | "fftAmplitude",
  {
    levels = looks(),
    endianness = "big" as const,
    context = {},
  }: { levels?: Float32Array; endianness?: "big" | "little"; context?: Partial<CaptureContext> } = {},
): UtscMismatch[] | undefined {
  const bytes = encodeUtsc({
    form: "e6000-328",
    vendorBytes: "opaque",
    captureTimeS: 1_780_000_000,
    ifIndex: 5,
    ccapId: "ccap",
    bins: BINS,
    centerFrequencyHz: accepted.centerFrequencyHz,
    spanHz: accepted.spanHz,
    outputFormat,
    samples: utscSamplesFromLevels(levels, outputFormat, -8600),
    endianness,
  });
  const [frame] = decodeCaptures(bytes, "pnmlab_a_c1", {
    accepted: { ...accepted, outputFormat },
    kHundredthsDb: -8600,
    sampleRateHz: undefined,
    resolutionBandwidthHz: undefined,
    samples: generic.samples,
    ...context,
  });
  return frame!.observed.mismatches;
}

test.each(["fftPower", "fftDb", "fftAmplitude"] as const)(
  "a file of %s as its CMTS is known to write it says nothing",
  (outputFormat) => {
    for (let seed = 1; seed <= 20; seed += 1) {
      expect(mismatchesOf(outputFormat, { levels: looks(seed) })).toBeUndefined();
    }
  },
);

test.each(["fftPower", "fftDb"] as const)("%s samples in the other byte order are told", (outputFormat) => {
  expect(mismatchesOf(outputFormat, { endianness: "little" })).toEqual([
    { what: "byteOrder", expected: "big-endian samples", found: "little-endian samples" },
  ]);
});

test("of a CMTS that is known to write little-endian, it is big-endian that is told", () => {
  const context = { samples: { ...generic.samples, byteOrder: "little" as const } };
  expect(mismatchesOf("fftPower", { endianness: "little", context })).toBeUndefined();
  expect(mismatchesOf("fftPower", { endianness: "big", context })).toMatchObject([{ what: "byteOrder" }]);
});

test("decibels in tenths and in thousandths are told by the steps between bins of noise", () => {
  const tenths = looks().map((level) => (level + 86) / 10 - 86);
  expect(mismatchesOf("fftDb", { levels: tenths })).toMatchObject([
    { what: "scale", found: expect.stringMatching(/^steps of 0\.4\d dB, as of tenths/) },
  ]);
  const thousandths = looks().map((level) => (level + 60) * 10 - 60);
  expect(
    scaleMismatch({ outputFormat: "fftDb" }, thousandths, { window: "rectangular", averaging: 0 }),
  ).toMatchObject({ what: "scale", found: expect.stringMatching(/^steps of 4[5-9] dB, as of thousandths/) });
});

test("small steps say nothing where the CMTS averages, or does not tell whether it does", () => {
  const averaged = looks().map((level) => (level + 86) / 10 - 86);
  for (const averaging of [16, undefined]) {
    expect(
      scaleMismatch({ outputFormat: "fftDb" }, averaged, { window: "rectangular", averaging }),
    ).toBeUndefined();
  }
});

test("an empty capture, whose bins are all alike, tells nothing of its unit", () => {
  const empty = new Float32Array(BINS).fill(-413.7);
  expect(
    scaleMismatch({ outputFormat: "fftDb" }, empty, { window: "rectangular", averaging: 0 }),
  ).toBeUndefined();
});

test("a header that nobody has described is told, with its length", () => {
  const samples = utscSamplesFromLevels(looks(), "fftPower", -8600);
  const content = {
    captureTimeS: 1,
    ifIndex: 5,
    ccapId: "ccap",
    bins: BINS,
    outputFormat: "fftPower" as const,
  };
  const plain = encodeUtsc({
    form: "e6000-328",
    vendorBytes: "opaque",
    ...content,
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    samples,
  });
  const bytes = new Uint8Array(plain.length + 12);
  bytes.set(plain.subarray(0, 328));
  bytes.set(plain.subarray(328), 340);
  const [frame] = decodeCaptures(bytes, "pnmlab_a_c1", {
    accepted,
    kHundredthsDb: -8600,
    sampleRateHz: undefined,
    resolutionBandwidthHz: undefined,
    samples: generic.samples,
  });
  expect(frame!.observed.mismatches).toMatchObject([
    { what: "layout", found: "a header of 340 bytes that nobody has described" },
  ]);
});

test.each(["rectangular", "hann", "blackmanHarris", "flatTop"] as const)(
  "the step between neighbouring bins of noise with %s is the one that an FFT of noise shows",
  (windowName) => {
    const random = new Random(7);
    const iq = Float64Array.from({ length: 2 * 65_536 }, () => 1000 * random.normal());
    const { levelsDbmv } = timeIqLevelsDbmv(iq, {
      sampleRateHz: 102_400_000,
      centerFrequencyHz: 51_200_000,
      spanHz: 102_400_000,
      windowName,
    });
    const steps = Float64Array.from({ length: levelsDbmv.length - 1 }, (_, k) =>
      Math.abs(levelsDbmv[k + 1]! - levelsDbmv[k]!),
    ).sort();
    expect(Math.abs(noiseStepDb(windowName) - steps[steps.length >> 1]!)).toBeLessThan(0.12);
    if (windowName === "rectangular") expect(noiseStepDb(windowName)).toBeCloseTo(4.771, 3);
  },
);
