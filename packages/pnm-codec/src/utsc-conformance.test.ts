import { describe, expect, it } from "vitest";
import {
  type DecodeHints,
  decodePnm,
  describeHeader,
  encodePnm,
  expectedLength,
  plotOf,
  UTSC_READING_PROFILES,
  type UtscRecord,
  utscFrequencyAxisHz,
  utscLevelsDb,
} from "./index.ts";
import { be16, be32, commonHeader, file, le16, le32, MAC } from "./test-support/hand-made.ts";
import { noiseLevels, uniform } from "./test-support/noise.ts";

const NAME = "utsc_001122334455_2026-01-20_15.02.57.954";
/** 51 bytes that say nothing. */
const OPAQUE = file("01 00 00 00", new Uint8Array(47));

function read(bytes: Uint8Array, hints: DecodeHints = {}): UtscRecord {
  const record = decodePnm(bytes, hints);
  expect(record.kind).toBe("utsc");
  expect(encodePnm(record)).toEqual(bytes);
  return record as UtscRecord;
}

/** A file of the 328-byte form with these unknown bytes in its header. */
function e6000(samples: readonly number[], vendor: Uint8Array = OPAQUE): Uint8Array {
  const bytes = file(commonHeader("PNN 2", "6A"), vendor, samples);
  expect(vendor.length).toBe(51);
  return bytes;
}

/** The arrangement the simulator writes into the 51 bytes. */
function known(fields: { bins: number; format: number; k: number; length: number }): Uint8Array {
  return file(
    ...[be32(9), "06", MAC, be32(0), be32(45_000_000), be32(80_000_000), be32(fields.bins), "00 02"],
    ...[
      [fields.format],
      be32(102_400_000),
      be32(50_000),
      be16(fields.k),
      be32(1),
      "00 00 00",
      be32(fields.length),
    ],
  );
}

/** 86 dB above the level: linear power as a CMTS with K = -86 dB stores it. */
const powers = (bins: number, seed = 1) =>
  Array.from(noiseLevels(bins, seed), (level) => Math.round(10 ** ((level + 86) / 10)));
const hundredths = (bins: number, seed = 1) =>
  Array.from(noiseLevels(bins, seed), (level) => Math.round(100 * level));
const amplitudes = (bins: number) => powers(bins).map((power) => Math.round(Math.sqrt(power)));

function complexNoise(count: number, amplitude: number): number[] {
  const random = uniform(9);
  return Array.from({ length: 2 * count }, () =>
    Math.round(amplitude * (random() + random() + random() - 1.5)),
  );
}

describe("a header that says everything", () => {
  it("gives bins, format, axis and K; 3528 bytes for 800 bins of power", () => {
    const bytes = e6000(
      powers(800).flatMap((power) => be32(power)),
      known({ bins: 800, format: 2, k: -8600, length: 3200 }),
    );
    expect(bytes.length).toBe(3528);
    const record = read(bytes);
    expect(record).toMatchObject({
      layout: "e6000-328",
      outputFormat: "fftPower",
      bins: 800,
      frames: 1,
      kHundredthsDb: -8600,
      configurationSource: "header",
      reading: { confidence: "high", axisRule: "fft", levelReference: "dBmV" },
    });
    expect(utscFrequencyAxisHz(record)).toEqual({ firstHz: 5_000_000, stepHz: 100_000, count: 800 });
    expect(utscLevelsDb(record, 0)[3]).toBeCloseTo(noiseLevels(800)[3]!, 1);
    expect(expectedLength(bytes.subarray(0, 328))).toBe(3528);
  });

  it.each([
    [1, "timeIQ", 4],
    [2, "fftPower", 4],
    [3, "rawAdc", 2],
    [4, "fftIQ", 4],
    [5, "fftAmplitude", 2],
    [6, "fftDb", 2],
  ] as const)("with output format %i holds %s of %i bytes", (format, outputFormat, width) => {
    const samples = complexNoise(128, 3000).flatMap((value) => be16(value));
    const bins = samples.length / width;
    const record = read(e6000(samples, known({ bins, format, k: 0, length: samples.length })));
    expect(record).toMatchObject({ outputFormat, bins, sampleWidth: width, frames: 1 });
    // K = 0 is no calibration.
    expect(record.reading.levelReference).toBe("dB");
  });
});

describe("levels that no return path has", () => {
  it("are told: a constant of the wrong sign, samples of the other byte order; plausible ones are not", () => {
    const samples = powers(800).flatMap((power) => be32(power));
    const withK = (k: number) =>
      read(e6000(samples, known({ bins: 800, format: 2, k, length: 3200 }))).anomalies;
    expect(withK(-8600)).toEqual([]);
    expect(withK(8600)).toEqual([expect.stringMatching(/% of the levels lie outside -100 to \+70 dBmV/)]);
    const db = e6000(
      hundredths(800).flatMap((value) => be16(value)),
      known({ bins: 800, format: 6, k: 1, length: 1600 }),
    );
    expect(read(db).anomalies).toEqual([]);
    expect(read(db, { utsc: { endianness: "little" } }).anomalies).toEqual([
      expect.stringContaining("of the levels"),
    ]);
    const zeros = e6000(
      be32(...new Array<number>(800).fill(0)),
      known({ bins: 800, format: 2, k: -20_000, length: 3200 }),
    );
    expect(read(zeros).anomalies).toEqual([]);
  });
});

describe("a header that says nothing, without any configuration", () => {
  it.each([200, 256, 400, 512, 800, 1024, 1600, 2048, 3200, 4096])(
    "%i bins of power are told by the size",
    (bins) => {
      const bytes = e6000(powers(bins).flatMap((power) => be32(power)));
      const record = read(bytes);
      expect(record).toMatchObject({
        outputFormat: "fftPower",
        bins,
        frames: 1,
        endianness: "big",
        sampleWidth: 4,
      });
      expect(record).toMatchObject({
        configurationSource: "file size",
        kHundredthsDb: undefined,
        capture: undefined,
      });
      expect(record.reading).toMatchObject({ confidence: "low", axisRule: undefined, levelReference: "dB" });
      expect(utscFrequencyAxisHz(record)).toBeUndefined();
    },
  );

  it.each([200, 256, 400, 512, 800, 1024, 1600, 2048, 3200, 4096])(
    "%i bins of dB, in either byte order, are told from power",
    (bins) => {
      for (const [endianness, write] of [
        ["big", be16],
        ["little", le16],
      ] as const) {
        const record = read(e6000(hundredths(bins).flatMap((value) => write(value))));
        expect(record).toMatchObject({ outputFormat: "fftDb", bins, frames: 1, endianness });
        expect(utscLevelsDb(record, 0)[7]).toBeCloseTo(noiseLevels(bins)[7]!, 1);
        // Power of half as many bins fits the size as well, unless nobody captures so few.
        if (bins >= 400) {
          expect(record.reading.alternatives).toContainEqual(
            expect.objectContaining({ utsc: expect.objectContaining({ outputFormat: "fftPower" }) }),
          );
        }
      }
    },
  );

  it("amplitudes are told from power and from dB", () => {
    expect(read(e6000(amplitudes(1600).flatMap((value) => be16(value))))).toMatchObject({
      outputFormat: "fftAmplitude",
      bins: 1600,
    });
  });

  it("strong amplitudes, over half of the range, are told in either byte order", () => {
    const strong = amplitudes(800).map((value) => Math.min(65_535, 40 * value));
    expect(Math.max(...strong)).toBeGreaterThan(20_000);
    for (const [endianness, write] of [
      ["big", be16],
      ["little", le16],
    ] as const) {
      const record = read(e6000(strong.flatMap((value) => write(value))));
      expect(record).toMatchObject({ outputFormat: "fftAmplitude", bins: 800, endianness });
    }
  });

  it.each([1.5, 3, 10])(
    "time samples that clip, a tone of %d times the range, are told in either byte order",
    (times) => {
      const clipped = Array.from({ length: 2 * 2048 }, (_, n) => {
        const angle = 2.3 * (n >> 1) + (n % 2 === 0 ? 0 : Math.PI / 2);
        return Math.max(-32_768, Math.min(32_767, Math.round(32_768 * times * Math.cos(angle))));
      });
      for (const [endianness, write] of [
        ["big", be16],
        ["little", le16],
      ] as const) {
        const bytes = e6000(clipped.flatMap((value) => write(value)));
        const record = read(bytes, { utsc: { outputFormat: "timeIQ" } });
        expect(record.endianness).toBe(endianness);
      }
    },
  );

  it.each([
    ["at 32767 and -32767", -32_767, 32_767, 1],
    ["at the ends of 14 bits, left-aligned", -8192, 8191, 4],
    ["at the ends of 12 bits, left-aligned", -2048, 2047, 16],
    ["at the ends of 14 bits, right-aligned", -8192, 8191, 1],
  ])("time samples of a converter that clips %s are told in either byte order", (_, least, most, step) => {
    for (const drive of [1.1, 1.5, 3]) {
      for (const turns of [0.0123, 0.2371, 0.49]) {
        const clipped = Array.from({ length: 2 * 2048 }, (__, n) => {
          const phase = 2 * Math.PI * turns * Math.floor(n / 2) - (n % 2) * (Math.PI / 2);
          const value = Math.round(drive * most * Math.cos(phase));
          return step * Math.max(least, Math.min(most, value));
        });
        for (const [endianness, write] of [
          ["big", be16],
          ["little", le16],
        ] as const) {
          const record = read(e6000(clipped.flatMap((value) => write(value))), {
            utsc: { outputFormat: "timeIQ", bins: 2048 },
          });
          expect([drive, turns, record.endianness]).toEqual([drive, turns, endianness]);
        }
      }
    }
  });

  it("weak power, a few counts with carriers far above, stays power", () => {
    const weak = powers(800).map((power, k) => Math.round(power / 20_000) + (k % 40 === 0 ? 900_000 : 0));
    for (const [endianness, write] of [
      ["big", be32],
      ["little", le32],
    ] as const) {
      const record = read(e6000(weak.flatMap((value) => write(value))));
      expect(record).toMatchObject({ outputFormat: "fftPower", bins: 800, endianness });
    }
  });

  it("4096 complex time samples, 16 712 bytes, are told from power; the other readings are ranked", () => {
    const bytes = e6000(complexNoise(4096, 2000).flatMap((value) => be16(value)));
    expect(bytes.length).toBe(16_712);
    const record = read(bytes);
    expect(record).toMatchObject({ outputFormat: "timeIQ", bins: 4096, endianness: "big" });
    const others = record.reading.alternatives.map(({ utsc }) => utsc?.outputFormat);
    expect(others.slice(0, 2)).toEqual(["fftIQ", "fftPower"]);
    expect(record.reading.alternatives.map(({ rank }) => rank)).toEqual(
      record.reading.alternatives.map((_, i) => i + 2),
    );
    const power = read(e6000(powers(4096).flatMap((value) => be32(value))));
    expect(power).toMatchObject({ outputFormat: "fftPower", bins: 4096 });
  });

  it("complex samples of any strength are never taken for amplitudes or decibels", () => {
    for (const amplitude of [50, 500, 2000, 6000, 20_000]) {
      const record = read(e6000(complexNoise(2048, amplitude).flatMap((value) => be16(value))));
      expect(amplitude <= 6000 ? ["timeIQ"] : ["timeIQ", "fftPower"]).toContain(record.outputFormat);
    }
  });

  it("each alternative is what its own hints read", () => {
    const bytes = e6000(powers(800).flatMap((power) => be32(power)));
    for (const { utsc } of read(bytes).reading.alternatives) {
      const record = read(bytes, { utsc });
      expect(record).toMatchObject({
        outputFormat: utsc!.outputFormat,
        bins: utsc!.bins,
        frames: utsc!.resultsPerFile,
      });
    }
  });

  it("little-endian power is told by its smoothness", () => {
    const record = read(e6000(powers(800).flatMap((power) => le32(power))));
    expect(record).toMatchObject({ outputFormat: "fftPower", endianness: "little", bins: 800 });
    expect(record.reading.reason).toContain("little-endian");
  });

  it("a word equal to the data length raises the confidence, a repeated number of bins decides", () => {
    const vendor = OPAQUE.slice();
    vendor.set(be32(3200), 20);
    const bytes = e6000(
      powers(800).flatMap((power) => be32(power)),
      vendor,
    );
    expect(read(bytes).reading).toMatchObject({
      confidence: "medium",
      reason: expect.stringContaining("the data length stands at 297"),
    });
    vendor.set(be32(400), 30);
    const two = e6000(
      powers(800).flatMap((power) => be32(power)),
      vendor,
    );
    expect(read(two)).toMatchObject({ bins: 400, frames: 2 });
  });

  it("several results are told where no single one fits, as many bins as possible in each", () => {
    const record = read(e6000(powers(2400).flatMap((power) => be32(power))));
    expect(record).toMatchObject({ bins: 800, frames: 3 });
    expect(utscLevelsDb(record, 2)[0]).toBeCloseTo(noiseLevels(2400)[1600]! + 86, 1);
  });

  it("a size that fits nothing keeps the file, shows its header, and asks", () => {
    const bytes = e6000(powers(777).flatMap((power) => be32(power)));
    const record = read(bytes);
    expect(record).toMatchObject({ layout: "unknown", frames: 0, bins: 0, reading: { confidence: "low" } });
    expect(record.anomalies).toEqual(["no samples could be found: the arrangement is unknown"]);
    expect(record.header.ccapId).toBe("ccap1.example.net");
    expect(describeHeader(record).at(-1)).toMatchObject({
      name: "Vendor header, not explained",
      offset: 277,
    });
    expect(plotOf(record)).toMatchObject({ style: "none", series: [] });
    const told = read(bytes, { utsc: { headerLength: 328, bins: 777, outputFormat: "fftPower" } });
    expect(told).toMatchObject({ layout: "manual", bins: 777, frames: 1 });
    const configured = read(bytes, { utsc: { bins: 777, outputFormat: "fftPower" } });
    expect(configured).toMatchObject({ layout: "e6000-328", bins: 777, frames: 1 });
  });

  it("a word that promises more than there is hints at a file cut off", () => {
    const vendor = OPAQUE.slice();
    vendor.set(be32(3200), 47);
    const cut = e6000(
      powers(800).flatMap((power) => be32(power)),
      vendor,
    ).subarray(0, 2000);
    const record = read(cut);
    expect(record.layout).toBe("unknown");
    expect(record.reading.alternatives[0]!.reason).toContain(
      "cut off: the word at 324 may be a data length of 3200",
    );
  });

  it("version 1 and unversioned files may carry the 328-byte header too", () => {
    for (const form of ["PNM", "PNN 1"] as const) {
      const common = commonHeader(form, "6A");
      const bytes = file(
        common,
        new Uint8Array(328 - common.length).fill(0xee),
        powers(800).flatMap((p) => be32(p)),
      );
      expect(read(bytes)).toMatchObject({ layout: "e6000-328", bins: 800, headerLength: 328 });
    }
  });
});

describe("no magic", () => {
  const samples = powers(800).flatMap((power) => be32(power));

  it.each([
    NAME,
    "PNMCcapUsSpecAn_ccap1_2026-01-20_15.02.57.954_7",
    "PNMCcapUsSpecAn_ccap_1_1768921377_436207616",
    "PNMCcapSpecAn_ccap1_1768921377",
    "PNMCcapUsSpecAn_ccap1_2026-01-20_15.02.57.954_7_2026-01-20_15.02.58.000",
  ])("but the name %s: read with low confidence, which says why", (fileName) => {
    const bytes = e6000(samples);
    bytes.fill(0, 0, 4);
    const record = read(bytes, { fileName });
    expect(record).toMatchObject({ bins: 800, outputFormat: "fftPower", header: { magic: "" } });
    expect(record.reading).toMatchObject({ confidence: "low", reason: expect.stringContaining("no magic") });
  });

  it("and no name: refused", () => {
    const bytes = e6000(samples);
    bytes.fill(0, 0, 4);
    expect(() => decodePnm(bytes)).toThrow(expect.objectContaining({ code: "BAD_MAGIC" }));
  });
});

describe("the early layout", () => {
  it.each([
    ["PNM", 282],
    ["PNN 1", 284],
    ["PNN 2", 291],
  ] as const)("%s has %i bytes of header", (form, headerLength) => {
    const own = (length: number) => file(be32(45_000_000), be32(80_000_000), be16(400), be32(length));
    const power = file(
      commonHeader(form, "6A"),
      own(1600),
      powers(400).flatMap((value) => be32(value)),
    );
    expect(power.length).toBe(headerLength + 1600);
    expect(read(power)).toMatchObject({
      layout: "common-header",
      headerLength,
      bins: 400,
      outputFormat: "fftPower",
    });
    expect(utscFrequencyAxisHz(read(power))).toEqual({ firstHz: 5_000_000, stepHz: 200_000, count: 400 });
    const db = file(
      commonHeader(form, "6A"),
      own(800),
      hundredths(400).flatMap((value) => be16(value)),
    );
    expect(read(db)).toMatchObject({ outputFormat: "fftDb", bins: 400, frames: 1 });
    const results = file(
      commonHeader(form, "6A"),
      own(4800),
      powers(1200).flatMap((value) => be32(value)),
    );
    expect(read(results)).toMatchObject({ outputFormat: "fftPower", bins: 400, frames: 3 });
    expect(() => decodePnm(power.subarray(0, headerLength + 999))).toThrow(
      expect.objectContaining({ code: form === "PNN 2" ? expect.any(String) : "TRUNCATED" }),
    );
  });
});

describe("what other tools read", () => {
  it("S5: 16-bit little-endian hundredths behind 328 bytes, found without hints and by the profile", () => {
    const bytes = e6000(hundredths(1600).flatMap((value) => le16(value)));
    expect(read(bytes)).toMatchObject({ outputFormat: "fftDb", endianness: "little", bins: 1600 });
    const record = read(bytes, {
      utsc: { ...UTSC_READING_PROFILES["int16 little-endian, hundredths"], bins: 1600 },
    });
    expect(utscLevelsDb(record, 0)[0]).toBeCloseTo(noiseLevels(1600)[0]!, 1);
  });
});

describe("a file cut off or too long", () => {
  const whole = e6000(
    powers(800).flatMap((power) => be32(power)),
    known({ bins: 800, format: 2, k: -8600, length: 3200 }),
  );

  it("is refused where the header tells, with both lengths", () => {
    for (const length of [329, 1000, 1128, 3527]) {
      expect(() => decodePnm(whole.subarray(0, length))).toThrow(
        expect.objectContaining({ code: "TRUNCATED", expected: "3528 bytes", found: `${length} bytes` }),
      );
    }
  });

  it("refuses what follows the data, and keeps it for a tolerant reader", () => {
    const longer = file(whole, "00 01 02");
    expect(read(longer, { tolerant: true }).anomalies).toEqual([
      "3 bytes follow the data, which end at 3528",
    ]);
    expect(() => decodePnm(longer)).toThrow(expect.objectContaining({ code: "OVERLONG" }));
  });

  it("is refused where the configuration tells", () => {
    const utsc = { bins: 800, outputFormat: "fftPower" } as const;
    const opaque = e6000(powers(800).flatMap((power) => be32(power)));
    for (const length of [300, 1128, 3527]) {
      expect(() => decodePnm(opaque.subarray(0, length), { utsc })).toThrow(
        expect.objectContaining({ code: "TRUNCATED" }),
      );
    }
  });
});
