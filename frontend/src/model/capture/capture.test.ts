import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import {
  codewordsFile,
  constellationFile,
  preEqualizerFile,
  rxMerFile,
  upstreamSpectrumFile,
} from "../../api/synthetic/synthetic-files.ts";
import { ByteMap } from "./byte-map.ts";
import { byteWords } from "./byte-words.ts";
import { chartDataOf, homeOf, panned, zoomed } from "./chart-data.ts";
import { asciiOf, hexText, integerWords, parseOffset } from "./hex-rows.ts";
import { inspect } from "./inspect.ts";
import type { Inspection, PlotPanel } from "./inspection.ts";
import { unpack } from "./unpack.ts";
import { hintsOf, NO_OVERRIDES } from "./utsc-overrides.ts";

function decoded(bytes: Uint8Array, options: Partial<Parameters<typeof inspect>[0]> = {}): Inspection {
  const result = inspect({ fileName: "file.bin", bytes, ...options });
  if (!result.ok) throw new Error(result.message);
  return result;
}

test("every byte of a file belongs to a header field, a value or what follows", () => {
  for (const bytes of [
    rxMerFile(),
    preEqualizerFile(),
    constellationFile(),
    codewordsFile(),
    upstreamSpectrumFile(),
  ]) {
    const map = new ByteMap(decoded(bytes));
    for (let offset = 0; offset < bytes.length; offset += 1) {
      expect(map.partAt(offset).part).toMatch(/field|data/);
    }
    expect(map.partAt(bytes.length).part).toBe("none");
  }
});

test("a byte of data names its subcarrier, its frequency and its value, and an excluded one says so", () => {
  const bytes = rxMerFile();
  const inspection = decoded(bytes);
  const map = new ByteMap(inspection);
  const at = (index: number) => byteWords(map.partAt(28 + index), inspection);
  expect(at(0)).toBe(`subcarrier 148, 636.400 MHz, RxMER ${(bytes[28]! / 4).toFixed(2)} dB`);
  expect(at(1100)).toBe("subcarrier 1248, 691.400 MHz, RxMER excluded");
  expect(map.bytesOfValue(10, 0)).toEqual({ offset: 38, length: 1 });
  expect(byteWords(map.partAt(6), inspection)).toMatch(/^Capture time: 1774675794 s, 2026-03-28 05:29:54Z$/);
});

test("bytes after the data are refused, and flagged as such where the user reads on", () => {
  const bytes = Uint8Array.from([...rxMerFile(), 1, 2, 3]);
  expect(inspect({ fileName: "long.bin", bytes })).toMatchObject({
    ok: false,
    code: "OVERLONG",
    isReadableInPart: true,
  });
  const inspection = decoded(bytes, { tolerant: true });
  expect(inspection.trailing).toEqual({ offset: bytes.length - 3, length: 3 });
  expect(new ByteMap(inspection).partAt(bytes.length - 1).part).toBe("trailing");
});

test("values of a set of codewords belong to the profile they are of", () => {
  const inspection = decoded(codewordsFile());
  const [first, second] = inspection.regions;
  expect([first?.name, second?.name]).toEqual(["Profile A", "Profile B"]);
  const map = new ByteMap(inspection);
  expect(byteWords(map.partAt(second!.offset + 16), inspection)).toMatch(/^Profile B, set 2, .*, Profile B /);
  expect(map.bytesOfValue(3, 1)).toEqual({ offset: second!.offset + 48, length: 16 });
});

test("only the frame of a spectrum that is shown has plotted values", () => {
  const inspection = decoded(upstreamSpectrumFile(3), { frame: 1 });
  expect(inspection.frames).toBe(3);
  expect(inspection.regions.map(({ name, firstIndex }) => [name, firstIndex])).toEqual([
    ["Frame 1", null],
    ["Frame 2", 0],
    ["Frame 3", null],
  ]);
  expect(inspection.panels[0]?.series[0]?.values).toHaveLength(1600);
});

test("RxMER has its running median and what each order needs; exclusions are named", () => {
  const [panel] = decoded(rxMerFile()).panels;
  expect(panel?.series.map(({ name }) => name)).toEqual(["RxMER", "Median of 21"]);
  expect(panel?.marks.map(({ name }) => name)).toContain("4096-QAM 41");
  expect(panel?.excluded.map(({ reason }) => reason)).toEqual(["not measurable", "not measurable"]);
});

test("a pre-equalizer has a second plot of its group delay, and coefficients of 0 are gaps", () => {
  const [magnitude, delay] = decoded(preEqualizerFile()).panels;
  expect(magnitude?.excluded).toHaveLength(1);
  expect(magnitude?.series[0]?.values[720]).toBeNaN();
  expect([delay?.y.label, delay?.y.unit]).toEqual(["Group delay", "ns"]);
  // An echo of amplitude a after t seconds makes the delay swing by 2 a t / (1 - a^2).
  const [least, most] = extremes(delay!);
  expect(most - least).toBeGreaterThan(40);
  expect(most - least).toBeLessThan(52);
});

test("a constellation lies around the ideal points of its order", () => {
  const inspection = decoded(constellationFile());
  expect(inspection.panels[0]?.ideal?.i).toHaveLength(256);
  const mer = inspection.figures.find(({ name }) => name.startsWith("MER"))?.value;
  expect(Number.parseFloat(mer ?? "")).toBeCloseTo(34, 0);
});

test("codeword error ratios stand on a logarithmic axis whose foot is 0", () => {
  const [panel] = decoded(codewordsFile()).panels;
  const chart = chartDataOf(panel!);
  expect(chart.isClock).toBe(true);
  expect(Math.min(...(chart.series[0] as number[]))).toBe(chart.floor);
  const { y } = homeOf(panel!, chart);
  expect(y.min).toBeLessThan(chart.floor);
  expect(Math.log10(y.max) % 1).toBeCloseTo(0);
});

test("values in any order are drawn by ascending x, and a square plot holds every point", () => {
  const panel: PlotPanel = {
    title: "",
    x: { label: "I", unit: "", values: Float64Array.of(0.5, -1, 0) },
    y: { label: "Q", unit: "", logarithmic: false },
    square: true,
    series: [{ name: "Q", unit: "", values: Float64Array.of(0.2, -2, Number.NaN), form: "dots" }],
    excluded: [],
    marks: [],
    ideal: null,
  };
  const chart = chartDataOf(panel);
  expect(chart.x).toEqual([-1, 0, 0.5]);
  expect(chart.series).toEqual([[-2, null, 0.2]]);
  expect(chart.order).toEqual([1, 2, 0]);
  expect(homeOf(panel, chart).x.max).toBeCloseTo(2.16);
});

test("zoom keeps the place under the pointer and stays inside of the plot", () => {
  const bounds = { min: 0, max: 100 };
  expect(zoomed({ min: 0, max: 100 }, 25, 0.5, bounds)).toEqual({ min: 12.5, max: 62.5 });
  expect(zoomed({ min: 10, max: 20 }, 10, 100, bounds)).toEqual(bounds);
  expect(panned({ min: 80, max: 100 }, 1, bounds)).toEqual({ min: 80, max: 100 });
});

test("a refused file keeps its code, place, expectation and the header that could be read", () => {
  const result = inspect({ fileName: "cut.bin", bytes: rxMerFile().subarray(0, 1000) });
  expect(result).toMatchObject({ ok: false, code: "TRUNCATED", isReadableInPart: false });
  if (result.ok) throw new Error("decoded");
  expect(result.offset).not.toBeNull();
  expect(result.header.length).toBeGreaterThan(3);
});

test("a gzip file gives its member, a plain file itself", async () => {
  const bytes = rxMerFile();
  const packed = await unpack("rxmer.bin.gz", new Uint8Array(gzipSync(bytes)));
  expect(packed).toMatchObject({
    wrapper: "gzip",
    members: [{ fileName: "rxmer.bin", title: "DS OFDM RxMER per subcarrier", isReadable: true }],
  });
  expect(crc32(packed.members[0]!.bytes!)).toBe(crc32(bytes));
  expect((await unpack("a", bytes)).members).toMatchObject([{ fileName: "a", isReadable: true }]);
});

test("overrides change how a spectrum is read, and wrong ones are named", () => {
  const bytes = upstreamSpectrumFile(1);
  const little = hintsOf({ ...NO_OVERRIDES, endianness: "little" });
  if (!little.ok) throw new Error(little.message);
  expect(decoded(bytes, { utsc: little.hints }).utsc?.endianness).toBe("little");
  expect(hintsOf(NO_OVERRIDES)).toEqual({ ok: true, hints: undefined });
  expect(hintsOf({ ...NO_OVERRIDES, kDb: "\u22121.5" })).toEqual({
    ok: true,
    hints: { kHundredthsDb: -150, overrides: true },
  });
  const asAmplitude = hintsOf({ ...NO_OVERRIDES, outputFormat: "fftIQ", centerMhz: "30", bins: "100" });
  if (!asAmplitude.ok) throw new Error(asAmplitude.message);
  expect(decoded(bytes, { utsc: asAmplitude.hints }).utsc).toMatchObject({
    outputFormat: "fftIQ",
    centerFrequencyHz: 30_000_000,
    bins: 100,
  });
  expect(hintsOf({ ...NO_OVERRIDES, bins: "12.5" })).toMatchObject({ ok: false, field: "bins" });
  expect(hintsOf({ ...NO_OVERRIDES, layout: "manual" })).toMatchObject({ ok: false, field: "headerLength" });
});

test("offsets are read as people write them, bytes written as they read them", () => {
  expect([parseOffset("284"), parseOffset("0x11C"), parseOffset("11ch"), parseOffset("x")]).toEqual([
    284,
    284,
    284,
    undefined,
  ]);
  expect(hexText(Uint8Array.of(0x50, 0x4e, 4))).toBe("50 4e 04");
  expect([asciiOf(0x50), asciiOf(4)]).toEqual(["P", "·"]);
  expect(integerWords(Uint8Array.of(0xff, 0xfe))).toBe("65534 or \u22122");
  expect(integerWords(new Uint8Array(9))).toBe("");
});

/** Real captures; they live beside the repository. */
const FIXTURES = join(import.meta.dirname, "../../../../../shared/fixtures/pnm");

test.skipIf(!existsSync(FIXTURES))(
  "every byte of real captures is explained (skipped where ../shared/fixtures/pnm is not beside the repository)",
  () => {
    const names = readdirSync(FIXTURES).filter((name) => name.endsWith(".bin"));
    expect(names.length).toBeGreaterThan(0);
    for (const fileName of names) {
      const bytes = new Uint8Array(readFileSync(join(FIXTURES, fileName)));
      const inspection = decoded(bytes, { fileName });
      const map = new ByteMap(inspection);
      const unexplained = Array.from(bytes.keys()).filter((offset) => map.partAt(offset).part === "none");
      expect([fileName, unexplained]).toEqual([fileName, []]);
      const last = map.partAt(bytes.length - 1);
      const words = byteWords(last, inspection);
      expect([fileName, words]).not.toEqual([fileName, ""]);
      for (const panel of inspection.panels) {
        expect(panel.series.every(({ values }) => values.length === panel.x.values.length)).toBe(true);
      }
    }
  },
);

function extremes({ series }: PlotPanel): [number, number] {
  const values = Array.from(series[0]!.values).filter((value) => Number.isFinite(value));
  return [Math.min(...values), Math.max(...values)];
}
