import { describe, expect, it } from "vitest";
import {
  decodePnm,
  type E6000UtscFile,
  encodePnm,
  encodeUtsc,
  expectedLength,
  PnmDecodeError,
  UTSC_READING_PROFILES,
  type UtscOutputFormat,
  type UtscRecord,
  type UtscSamples,
  utscFrequencyAxisHz,
  utscLevelReference,
  utscLevelsDb,
  utscSamplesFromLevels,
} from "../index.ts";
import { noiseLevels, uniform } from "../test-support/noise.ts";

const content = {
  captureTimeS: 1_774_675_934,
  ifIndex: 436_207_616,
  ccapId: "ccap1.example.net",
  centerFrequencyHz: 45_000_000,
  spanHz: 80_000_000,
};
const K = -8600;

function power(bins: number, seed = 1): Uint32Array {
  return utscSamplesFromLevels(noiseLevels(bins, seed), "fftPower", K) as Uint32Array;
}

function e6000(overrides: Partial<E6000UtscFile> & { samples: UtscSamples; bins: number }): Uint8Array {
  return encodeUtsc({
    ...content,
    form: "e6000-328",
    outputFormat: "fftPower",
    kHundredthsDb: K,
    ...overrides,
  });
}

function decodeUtsc(...input: Parameters<typeof decodePnm>): UtscRecord {
  const record = decodePnm(...input);
  if (record.kind !== "utsc") throw new Error(`decoded as ${record.kind}`);
  return record;
}

function refusal(act: () => unknown): PnmDecodeError {
  try {
    act();
  } catch (error) {
    if (error instanceof PnmDecodeError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("the 328-byte form", () => {
  it("is 3528 bytes long for 800 power bins and reads back with every field", () => {
    const samples = power(800);
    const bytes = e6000({ samples, bins: 800, triggerMode: 6, cmMac: "00:11:22:33:44:55", window: 3 });
    expect(bytes.length).toBe(3528);
    const record = decodeUtsc(bytes);
    expect(record).toMatchObject({
      layout: "e6000-328",
      outputFormat: "fftPower",
      bins: 800,
      frames: 1,
      centerFrequencyHz: 45_000_000,
      spanHz: 80_000_000,
      kHundredthsDb: K,
      endianness: "big",
      configurationSource: "header",
      anomalies: [],
    });
    expect(record.header).toMatchObject({
      ccapId: "ccap1.example.net",
      ifIndex: 436_207_616,
      majorVersion: 2,
    });
    expect(record.capture).toMatchObject({ triggerMode: 6, cmMac: "00:11:22:33:44:55", window: 3 });
    expect(record.reading.confidence).toBe("high");
    expect(record.samples).toEqual(samples);
    expect(encodePnm(record)).toEqual(bytes);
  });

  it("reads 1600 amplitude bins and a 4096-sample I/Q capture of 16 712 bytes", () => {
    const amplitude = utscSamplesFromLevels(noiseLevels(1600), "fftAmplitude", K);
    const amplitudeFile = e6000({ samples: amplitude, bins: 1600, outputFormat: "fftAmplitude" });
    expect(decodeUtsc(amplitudeFile).samples).toEqual(amplitude);
    const iq = Int16Array.from({ length: 8192 }, (_, i) => Math.round(3000 * Math.sin(i * 0.37)));
    const iqFile = e6000({ samples: iq, bins: 4096, outputFormat: "timeIQ", sampleRateHz: 102_400_000 });
    expect(iqFile.length).toBe(16_712);
    const record = decodeUtsc(iqFile);
    expect(record.samples).toEqual(iq);
    expect(refusal(() => utscLevelsDb(record, 0)).code).toBe("UNSUPPORTED");
  });

  it("reads several frames, each with its own levels", () => {
    const samples = power(1200);
    const record = decodeUtsc(e6000({ samples, bins: 400 }));
    expect(record.frames).toBe(3);
    const third = utscLevelsDb(record, 2);
    expect(third[0]).toBeCloseTo(10 * Math.log10(samples[800]!) + K / 100, 4);
    expect(refusal(() => utscLevelsDb(record, 3)).code).toBe("BAD_VALUE");
  });

  it("finds little-endian dB samples and says so", () => {
    const samples = utscSamplesFromLevels(noiseLevels(800), "fftDb", 0);
    const record = decodeUtsc(
      e6000({ samples, bins: 800, outputFormat: "fftDb", endianness: "little", kHundredthsDb: 0 }),
    );
    expect(record.endianness).toBe("little");
    expect(record.reading.reason).toContain("little-endian");
    expect(record.samples).toEqual(samples);
  });

  it.each(["big", "little"] as const)(
    "finds %s-endian power whose strong carriers fill the top byte",
    (endianness) => {
      const samples = power(800).map((value, k) =>
        k >= 300 && k < 500 ? 2 ** 31 + 1_000_003 * (k - 300) : value,
      );
      const record = decodeUtsc(e6000({ samples, bins: 800, endianness, vendorBytes: "opaque" }));
      expect(record.endianness).toBe(endianness);
      expect(record.samples).toEqual(samples);
    },
  );

  it("finds little-endian power samples", () => {
    const samples = power(800);
    const record = decodeUtsc(e6000({ samples, bins: 800, endianness: "little" }));
    expect(record.endianness).toBe("little");
    expect(record.samples).toEqual(samples);
  });

  it("is read from the configuration alone when the 51 bytes say nothing", () => {
    const samples = power(800);
    const bytes = e6000({ samples, bins: 800, vendorBytes: "opaque" });
    const utsc = {
      bins: 800,
      outputFormat: "fftPower",
      centerFrequencyHz: 45e6,
      spanHz: 80e6,
      kHundredthsDb: K,
    } as const;
    const record = decodeUtsc(bytes, { utsc });
    expect(record).toMatchObject({ layout: "e6000-328", bins: 800, frames: 1, capture: undefined });
    expect(record).toMatchObject({ centerFrequencyHz: 45e6, kHundredthsDb: K, configurationSource: "hints" });
    expect(record.samples).toEqual(samples);
    expect(encodePnm(record)).toEqual(bytes);
  });

  it("is guessed from the size without any configuration, four bytes a bin first, with the alternative named", () => {
    const record = decodeUtsc(e6000({ samples: power(800), bins: 800, vendorBytes: "opaque" }));
    expect(record).toMatchObject({ bins: 800, outputFormat: "fftPower", configurationSource: "file size" });
    expect(record.reading.confidence).toBe("low");
    expect(record.reading.alternatives).toContainEqual({
      layout: "e6000-328",
      reason: "1600 bins of 2 bytes, read as fftAmplitude",
      rank: 3,
      utsc: { layout: "e6000-328", outputFormat: "fftAmplitude", bins: 1600, resultsPerFile: 1 },
    });
    expect(utscFrequencyAxisHz(record)).toBeUndefined();
  });

  it("survives missing magic when the configuration says what the file is", () => {
    const samples = power(800);
    const bytes = e6000({ samples, bins: 800, magic: false });
    const record = decodeUtsc(bytes, { utsc: {} });
    expect(record.header.magic).toBe("");
    expect(record.samples).toEqual(samples);
    expect(encodePnm(record)).toEqual(bytes);
    const fileName = "PNMCcapUsSpecAn_ccap1_2026-01-20_15.02.57.954_7";
    expect(decodeUtsc(bytes, { fileName }).samples).toEqual(samples);
    expect(refusal(() => decodePnm(bytes)).code).toBe("BAD_MAGIC");
  });

  it("is read the way other tools read it when the user chooses so", () => {
    const samples = utscSamplesFromLevels(noiseLevels(1600), "fftDb", 0);
    const bytes = e6000({
      samples,
      bins: 1600,
      outputFormat: "fftDb",
      endianness: "little",
      vendorBytes: "opaque",
    });
    const profile = UTSC_READING_PROFILES["int16 little-endian, hundredths"];
    const record = decodeUtsc(bytes, { utsc: { ...profile, bins: 1600 } });
    expect(record).toMatchObject({ layout: "manual", outputFormat: "fftDb", bins: 1600, frames: 1 });
    expect(record.samples).toEqual(samples);
    const tenths = decodeUtsc(bytes, { utsc: { ...profile, bins: 1600, dbPerCount: 0.1 } });
    expect(utscLevelsDb(tenths, 0)[5]).toBeCloseTo(10 * utscLevelsDb(record, 0)[5]!, 3);
  });

  it("of another length is found from the configured size of the data", () => {
    const samples = power(1024);
    const e = e6000({ samples, bins: 1024, vendorBytes: "opaque" });
    const bytes = Uint8Array.from([
      ...e.subarray(0, 320),
      1,
      2,
      3,
      4,
      ...new Uint8Array(12),
      0,
      0,
      16,
      0,
      ...e.subarray(328),
    ]);
    const record = decodeUtsc(bytes, { utsc: { bins: 1024, outputFormat: "fftPower" } });
    expect(record).toMatchObject({ layout: "vendor-header", headerLength: 340, bins: 1024, frames: 1 });
    expect(record.reading.confidence).toBe("medium");
    expect(record.samples).toEqual(samples);
    expect(encodePnm(record)).toEqual(bytes);
  });

  it("with any unknown bytes is read by the configuration, and its length known from it", () => {
    const random = uniform(11);
    const utsc = { bins: 200, outputFormat: "fftPower", centerFrequencyHz: 45e6, spanHz: 80e6 } as const;
    const samples = power(200);
    const bytes = e6000({ samples, bins: 200, vendorBytes: "opaque" });
    for (let n = 0; n < 2000; n++) {
      // Small numbers and zeros are what headers are made of.
      for (let at = 277; at < 328; at++)
        bytes[at] = random() < 0.5 ? 0 : Math.floor(random() * (random() < 0.5 ? 8 : 256));
      expect(expectedLength(bytes.subarray(0, 400), { utsc })).toBe(bytes.length);
      expect(decodeUtsc(bytes, { utsc }).samples).toEqual(samples);
    }
  });

  it("followed by another file says so", () => {
    const one = e6000({ samples: power(200), bins: 200 });
    const record = decodeUtsc(Uint8Array.from([...one, ...one]), { tolerant: true });
    expect(record.anomalies).toEqual([
      "1128 bytes follow the data, which end at 1128: another file begins there",
    ]);
    expect(record.trailing).toEqual(one);
  });

  it("is refused as truncated when samples are missing, with the lengths", () => {
    const bytes = e6000({ samples: power(800), bins: 800 });
    const error = refusal(() => decodePnm(bytes.subarray(0, 2000)));
    expect(error).toMatchObject({ code: "TRUNCATED", expected: "3528 bytes", found: "2000 bytes" });
    expect(error.header).toMatchObject({ ccapId: "ccap1.example.net" });
  });

  it("reports where header and configuration disagree", () => {
    const record = decodeUtsc(e6000({ samples: power(800), bins: 800 }), {
      utsc: { bins: 1600, spanHz: 80e6 },
    });
    expect(record.anomalies).toEqual(["number of bins: the header says 800, the configuration 1600"]);
  });
});

describe("the early layout", () => {
  const forms = [
    ["common-header-unversioned", 282],
    ["common-header-v1", 284],
    ["common-header-v2", 291],
  ] as const;

  it.each(forms)("%s has a header of %i bytes and reads back", (form, headerLength) => {
    const samples = power(800);
    const bytes = encodeUtsc({ ...content, form, outputFormat: "fftPower", bins: 800, samples });
    expect(bytes.length).toBe(headerLength + 3200);
    const record = decodeUtsc(bytes);
    expect(record).toMatchObject({
      layout: "common-header",
      headerLength,
      bins: 800,
      centerFrequencyHz: 45e6,
    });
    expect(record.samples).toEqual(samples);
    expect(encodePnm(record)).toEqual(bytes);
    expect(expectedLength(bytes.subarray(0, 400))).toBe(bytes.length);
  });

  it("takes two-byte samples that are mostly negative for dB, others for amplitude", () => {
    const file = (outputFormat: UtscOutputFormat, samples: UtscSamples) =>
      encodeUtsc({ ...content, form: "common-header-v1", outputFormat, bins: 800, samples });
    const db = utscSamplesFromLevels(noiseLevels(800), "fftDb", 0);
    expect(decodeUtsc(file("fftDb", db)).outputFormat).toBe("fftDb");
    const amplitude = utscSamplesFromLevels(noiseLevels(800), "fftAmplitude", K);
    expect(decodeUtsc(file("fftAmplitude", amplitude)).outputFormat).toBe("fftAmplitude");
  });

  it("wins over the configuration even when bytes follow the data", () => {
    const samples = power(800);
    const bytes = encodeUtsc({
      ...content,
      form: "common-header-v1",
      outputFormat: "fftPower",
      bins: 800,
      samples,
    });
    const longer = Uint8Array.from([...bytes, ...new Uint8Array(60)]);
    const record = decodeUtsc(longer, {
      tolerant: true,
      utsc: { bins: 800, outputFormat: "fftPower" },
    });
    expect(record).toMatchObject({
      layout: "common-header",
      anomalies: [expect.stringContaining("60 bytes follow")],
    });
    expect(record.samples).toEqual(samples);
  });

  it("is refused as truncated when samples are missing", () => {
    const bytes = encodeUtsc({
      ...content,
      form: "common-header-v1",
      outputFormat: "fftPower",
      bins: 800,
      samples: power(800),
    });
    expect(refusal(() => decodePnm(bytes.subarray(0, 3000))).code).toBe("TRUNCATED");
  });
});

describe("levels", () => {
  const single = (outputFormat: UtscOutputFormat, samples: UtscSamples, kHundredthsDb = K) =>
    decodeUtsc(e6000({ samples, bins: 1, outputFormat, kHundredthsDb }));

  it("follow the worked examples with K = -86 dB", () => {
    expect(utscLevelsDb(single("fftPower", Uint32Array.of(1_000_000)), 0)[0]).toBeCloseTo(-26, 3);
    expect(utscLevelsDb(single("fftAmplitude", Uint16Array.of(1000)), 0)[0]).toBeCloseTo(-26, 3);
    expect(utscLevelsDb(single("fftDb", Int16Array.of(1234)), 0)[0]).toBeCloseTo(-73.66, 3);
    expect(utscLevelsDb(single("fftIQ", Int16Array.of(600, 800)), 0)[0]).toBeCloseTo(-26, 3);
  });

  it("stay finite for zero power: half an LSB", () => {
    expect(utscLevelsDb(single("fftPower", Uint32Array.of(0)), 0)[0]).toBeCloseTo(
      10 * Math.log10(0.5) - 86,
      4,
    );
    expect(utscLevelsDb(single("fftIQ", Int16Array.of(0, 0)), 0)[0]).toBeCloseTo(
      10 * Math.log10(0.25) - 86,
      4,
    );
  });

  it("say whether they are dBmV: a constant of 0 or none leaves them uncalibrated", () => {
    expect(utscLevelReference(single("fftPower", Uint32Array.of(5))).unit).toBe("dBmV");
    expect(utscLevelReference(single("fftPower", Uint32Array.of(5), 0)).unit).toBe("dB");
  });

  it("of single-look noise differ by a median of 4.771 dB from bin to bin", () => {
    const bins = 4096;
    const record = decodeUtsc(e6000({ samples: power(bins, 7), bins }));
    const levels = utscLevelsDb(record, 0);
    const steps = Array.from({ length: bins - 1 }, (_, k) => Math.abs(levels[k + 1]! - levels[k]!)).sort(
      (a, b) => a - b,
    );
    expect(steps[bins >> 1]).toBeGreaterThan(4.771 - 0.25);
    expect(steps[bins >> 1]).toBeLessThan(4.771 + 0.25);
  });
});

describe("the length of a growing file", () => {
  it("is known once a recognised header is complete", () => {
    const bytes = e6000({ samples: power(800), bins: 800 });
    expect(expectedLength(bytes.subarray(0, 327))).toBeUndefined();
    expect(expectedLength(bytes.subarray(0, 328))).toBe(3528);
  });

  it("comes from the configuration when the header says nothing", () => {
    const bytes = e6000({ samples: power(800), bins: 800, vendorBytes: "opaque" });
    expect(expectedLength(bytes.subarray(0, 1000))).toBeUndefined();
    expect(expectedLength(bytes.subarray(0, 1000), { utsc: { bins: 800, outputFormat: "fftPower" } })).toBe(
      3528,
    );
  });
});
