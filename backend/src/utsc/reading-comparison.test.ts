import { generic } from "@pnmlab/docsis-mib";
import { median, Random } from "@pnmlab/pnm-analysis";
import { encodeUtsc, utscSamplesFromLevels } from "@pnmlab/pnm-codec";
import { type UtscAccepted, type UtscReadingComparison, utscReadingComparisonSchema } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { SINGLE_LOOKS } from "../_test/utsc/single-looks.ts";
import type { CaptureContext } from "./capture-frame.ts";
import { FrameIntake } from "./frame-intake.ts";

const accepted = SINGLE_LOOKS;
const BINS = accepted.bins;
const HEADER = 328;
const K_DB = -86;
const context: CaptureContext = {
  accepted,
  kHundredthsDb: 100 * K_DB,
  sampleRateHz: undefined,
  resolutionBandwidthHz: undefined,
  samples: generic.samples,
};

/** Single looks at noise of -40 dBmV, with a carrier of +10 dBmV in bin 600, as an FFT with a rectangular window sees them. */
function looks(seed = 1): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: BINS }, (_, bin) =>
    bin === 600 ? 10 : -40 + 10 * Math.log10(-Math.log(1 - random.uniform())),
  );
}

function fileOf(
  outputFormat: "fftPower" | "fftDb",
  endianness: "big" | "little" = "big",
  levels = looks(),
): Uint8Array {
  return fileOfSamples(outputFormat, endianness, utscSamplesFromLevels(levels, outputFormat, 100 * K_DB));
}

function fileOfSamples(
  outputFormat: "fftPower" | "fftDb",
  endianness: "big" | "little",
  samples: ReturnType<typeof utscSamplesFromLevels>,
): Uint8Array {
  return encodeUtsc({
    form: "e6000-328",
    vendorBytes: "opaque",
    captureTimeS: 1_780_000_000,
    ifIndex: 5,
    ccapId: "ccap",
    bins: BINS,
    centerFrequencyHz: accepted.centerFrequencyHz,
    spanHz: accepted.spanHz,
    outputFormat,
    samples,
    endianness,
  });
}

/** An intake, and what is compared after each file that it takes. */
function intakeOf(part: Partial<CaptureContext> = {}) {
  const intake = new FrameIntake(1);
  intake.setContext(1, { ...context, ...part });
  let files = 0;
  return (bytes: Uint8Array, seenAtMs: number): UtscReadingComparison | undefined => {
    files += 1;
    const fileName = `pnmlab_a_c1_${files}`;
    intake.take({ fileName, bytes, modifiedAt: new Date(seenAtMs) } as never, seenAtMs, 1);
    return intake.observed!.comparison;
  };
}

const START_MS = 1_780_000_000_000;

test("a file as its CMTS is known to write it is read in one way only", () => {
  expect(intakeOf()(fileOf("fftPower"), START_MS)).toBeUndefined();
});

test("samples in the other order of bytes are read in both, each with the figures that its own reading gives", () => {
  const bytes = fileOf("fftPower", "little");
  const { readings, ...of } = intakeOf()(bytes, START_MS)!;
  expect(of).toMatchObject({ sequence: 1, uncalibrated: false });
  expect(of.noiseStepDb).toBeCloseTo(4.771, 3);
  expect(readings.map(({ name }) => name)).toEqual(["little-endian", "big-endian"]);
  expect(readings[0]!.why).toMatch(/328-byte header.*little-endian: most samples end with a zero byte/);
  expect(readings[1]!.why).toBe("the profile of the CMTS says this order");
  // The same bytes, by hand.
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (const [place, isLittle] of [true, false].entries()) {
    const levels = Array.from(
      { length: BINS },
      (_, bin) => 10 * Math.log10(Math.max(view.getUint32(HEADER + 4 * bin, isLittle), 0.5)) + K_DB,
    );
    const figures = readings[place]!.figures!;
    const peak = Math.max(...levels);
    expect(figures.medianDbmv).toBeCloseTo(median(levels), 4);
    expect(figures.meanDbmv).toBeCloseTo(
      10 * Math.log10(levels.reduce((sum, level) => sum + 10 ** (level / 10), 0) / BINS),
      4,
    );
    expect(figures.peakDbmv).toBeCloseTo(peak, 4);
    expect(figures.peakHz).toBe(5_000_000 + levels.indexOf(peak) * 50_000);
    expect(figures.stepDb).toBeCloseTo(
      median(levels.slice(1).map((level, bin) => Math.abs(level - levels[bin]!))),
      4,
    );
    expect(figures).toMatchObject({ bins: BINS, firstBinHz: 5_000_000, spanHz: 80_000_000 });
  }
  expect(readings[0]!.figures!.peakHz).toBe(35_000_000);
  expect(readings[0]!.figures!.medianDbmv).toBeCloseTo(-41.6, 0);
  expect(readings[1]!.figures!.medianDbmv).toBeGreaterThan(-10);
});

test("how much neighbouring bins of noise differ is not said of spectra that the CMTS averages", () => {
  for (const averaging of [8, undefined]) {
    const part = { accepted: { ...accepted, averaging } as UtscAccepted };
    expect(intakeOf(part)(fileOf("fftPower", "little"), START_MS)!.noiseStepDb).toBeNull();
  }
});

test("of a CMTS whose order of bytes the site has set, the setting is named", () => {
  const part = { samples: { ...generic.samples, byteOrder: "little" }, samplesSet: ["byteOrder"] } as const;
  const compared = intakeOf({ ...part, samplesSet: ["byteOrder"] })(fileOf("fftPower"), START_MS)!;
  expect(compared.readings.map(({ name }) => name)).toEqual(["big-endian", "little-endian"]);
  expect(compared.readings[1]!.why).toContain("PNMLAB_UTSC_SAMPLES");
});

test("levels in dB with steps ten times too small are read as tenths as well", () => {
  const part = { accepted: { ...accepted, outputFormat: "fftDb" as const } };
  const tenths = looks().map((level) => (level - K_DB) / 10 + K_DB);
  const { readings } = intakeOf(part)(fileOf("fftDb", "big", tenths), START_MS)!;
  expect(readings.map(({ name }) => name)).toEqual(["hundredths of a dB", "tenths of a dB"]);
  const [taken, other] = readings.map(({ figures }) => figures!);
  expect(taken!.stepDb).toBeLessThan(0.6);
  expect(other!.stepDb).toBeCloseTo(4.8, 0);
  expect(other!.peakDbmv).toBeCloseTo(10, 1);
});

test("of bins that all stand near an end of their number range every reading has figures that a browser takes", () => {
  const part = { accepted: { ...accepted, outputFormat: "fftDb" as const } };
  for (const end of [-32_768, 32_767]) {
    const samples = new Int16Array(BINS).map((_, bin) => (bin % 2 === 0 ? end - 4 * Math.sign(end) : end));
    const compared = intakeOf(part)(fileOfSamples("fftDb", "big", samples), START_MS)!;
    expect(compared.readings.map(({ name }) => name)).toContain("tenths of a dB");
    expect(utscReadingComparisonSchema.parse(JSON.parse(JSON.stringify(compared)))).toEqual(compared);
  }
});

test("behind a header that nobody has described, the documented one is tried on the same bytes", () => {
  const plain = fileOf("fftPower");
  const bytes = new Uint8Array(plain.length + 12);
  bytes.set(plain.subarray(0, HEADER));
  bytes.set(plain.subarray(HEADER), HEADER + 12);
  const { readings } = intakeOf()(bytes, START_MS)!;
  expect(readings.map(({ name }) => name)).toEqual(["340-byte header", "328-byte header"]);
  const [taken, other] = readings.map(({ figures }) => figures!);
  // Three bins of zeros in front shift all others.
  expect(other!.peakHz - taken!.peakHz).toBe(3 * 50_000);
});

test("without a header the documented one leaves too few samples, which is told in place of figures", () => {
  const { readings } = intakeOf()(fileOf("fftPower").subarray(HEADER), START_MS)!;
  expect(readings[0]).toMatchObject({ name: "no header", figures: { bins: BINS } });
  expect(readings[1]).toMatchObject({ name: "328-byte header", figures: null });
  expect(readings[1]!.why).toContain("the bytes cannot be read so");
});

test("the comparison is of one capture in two seconds, and ends with the mismatch", () => {
  const take = intakeOf();
  const swapped = fileOf("fftPower", "little");
  const sequences = [0, 100, 1900, 2000, 2100].map((laterMs) => take(swapped, START_MS + laterMs)?.sequence);
  expect(sequences).toEqual([1, 1, 1, 4, 4]);
  expect(take(fileOf("fftPower"), START_MS + 2200)).toBeUndefined();
  expect(take(swapped, START_MS + 2300)?.sequence).toBe(7);
});
