import { describe, expect, it } from "vitest";
import {
  bitsPerSymbol,
  type CmSpectrumRecord,
  channelEstimateMagnitudesDb,
  cmSpectrumAxisHz,
  type DsHistogramRecord,
  type DsOfdmChannelEstimateRecord,
  type DsOfdmFecSummaryRecord,
  type DsOfdmModulationProfileRecord,
  type DsOfdmRxMerRecord,
  decodePnm,
  encodePnm,
  fecCounters,
  histogramBinCenters,
  histogramShares,
  modulationOrders,
  modulationSchemes,
  PnmEncodeError,
  type PnmRecord,
  plotOf,
  preEqualizerMagnitudesDb,
  profileName,
  rxMerDb,
  subcarrierFrequenciesHz,
  type UsOfdmaPreEqualizerRecord,
} from "../index.ts";

const base = {
  title: "",
  reading: { layout: "", reason: "", confidence: "high" as const, alternatives: [] },
  anomalies: [],
  trailing: new Uint8Array(0),
};
const preamble = {
  magic: "PNN" as const,
  versioned: true,
  majorVersion: 1,
  minorVersion: 0,
  captureTimeS: 1_774_675_934,
};
const channel = { channelId: 34, cmMac: "00:11:22:33:44:55", dataLengthBytes: 0 };
const grid = { zeroFrequencyHz: 631_100_000, firstActiveSubcarrierIndex: 356, subcarrierSpacingKhz: 25 };

/** What a decoder makes of the file of this record. */
function decoded<R extends PnmRecord>(record: R): R {
  return decodePnm(encodePnm(record)) as R;
}

const rxMer = (values: number[]): DsOfdmRxMerRecord => ({
  ...base,
  kind: "ds-ofdm-rxmer",
  layout: "standard",
  header: { ...preamble, ...channel, ...grid, typeCode: 4 },
  quarterDb: Uint8Array.from(values),
});

describe("RxMER", () => {
  it("counts 0xFF as not measured, 0xFE as 63.5 dB and 0x00 as 0 dB", () => {
    expect([...rxMerDb(rxMer([0x00, 0xa0, 0xfe, 0xff]))]).toEqual([0, 40, 63.5, Number.NaN]);
  });

  it("plots exclusions as stretches of frequency, at both ends too", () => {
    const plot = plotOf(decoded(rxMer([0xff, 0xff, 160, 161, 0xff, 160, 0xff])));
    expect(plot.excluded).toEqual([
      { from: 640_000_000, to: 640_025_000, reason: "not measurable" },
      { from: 640_100_000, to: 640_100_000, reason: "not measurable" },
      { from: 640_150_000, to: 640_150_000, reason: "not measurable" },
    ]);
  });

  it("starts at zero frequency plus first active index times spacing", () => {
    expect(subcarrierFrequenciesHz(rxMer([160, 161]))).toEqual({
      firstHz: 640_000_000,
      stepHz: 25_000,
      count: 2,
    });
  });

  it("shares the memory of the file", () => {
    const bytes = encodePnm(rxMer([160, 161]));
    expect((decodePnm(bytes) as DsOfdmRxMerRecord).quarterDb.buffer).toBe(bytes.buffer);
  });

  it("cannot be written with a channel id of 300 or a broken MAC", () => {
    const record = rxMer([160]);
    const wrong = (fields: object) => () => encodePnm({ ...record, header: { ...record.header, ...fields } });
    expect(wrong({ channelId: 300 })).toThrow(PnmEncodeError);
    expect(wrong({ cmMac: "00-11-22-33-44-55" })).toThrow(/cmMac/);
    expect(wrong({ zeroFrequencyHz: Number.NaN })).toThrow(/zeroFrequencyHz/);
  });
});

describe("channel estimate", () => {
  const record = (coefficients: number[]): DsOfdmChannelEstimateRecord => ({
    ...base,
    kind: "ds-ofdm-channel-estimate",
    layout: "standard",
    header: { ...preamble, ...channel, ...grid, typeCode: 2 },
    coefficients: Int16Array.from(coefficients),
  });

  it("has magnitude 1 at 8192 and stays finite at 0", () => {
    const levels = channelEstimateMagnitudesDb(decoded(record([8192, 0, 0, -4096, 0, 0])));
    expect(levels[0]).toBeCloseTo(0, 9);
    expect(levels[1]).toBeCloseTo(-6.0206, 4);
    expect(levels[2]).toBeCloseTo(20 * Math.log10(0.5 / 8192), 6);
  });
});

describe("pre-equalizer", () => {
  const record = (kind: UsOfdmaPreEqualizerRecord["kind"], i: number): UsOfdmaPreEqualizerRecord => ({
    ...base,
    kind,
    layout: "standard",
    header: {
      ...preamble,
      ...channel,
      ...grid,
      typeCode: kind === "us-ofdma-pre-equalizer" ? 6 : 7,
      cmtsMac: "02:00:00:00:00:01",
    },
    fractionBits: 13,
    coefficients: Int16Array.from({ length: 40 }, (_, k) => (k % 2 === 0 ? i : 0)),
  });

  it("in use is s2.13 where that gives a mean power of about 1", () => {
    const result = decoded(record("us-ofdma-pre-equalizer", 8192));
    expect(result).toMatchObject({ fractionBits: 13, anomalies: [] });
    expect(preEqualizerMagnitudesDb(result)[0]).toBeCloseTo(0, 9);
  });

  it("in use is s1.14 where s2.13 would give about 4, and says so", () => {
    const result = decoded(record("us-ofdma-pre-equalizer", 16_384));
    expect(result.fractionBits).toBe(14);
    expect(result.anomalies.join()).toContain("the device wrote s1.14");
  });

  it("in use warns where neither fits", () => {
    expect(decoded(record("us-ofdma-pre-equalizer", 100)).anomalies.join()).toContain("where 1 is expected");
  });

  it("last update is s1.14 whatever its power", () => {
    expect(decoded(record("us-ofdma-pre-equalizer-last-update", 100))).toMatchObject({
      fractionBits: 14,
      anomalies: [],
    });
  });
});

describe("histogram", () => {
  it("has bin centres between the integers of an 8-bit converter with even symmetry", () => {
    const centers = histogramBinCenters(256);
    expect(centers[0]! * 128).toBeCloseTo(-127.5, 9);
    expect(centers[128]! * 128).toBeCloseTo(0.5, 9);
  });

  it("has a bin on the origin with odd symmetry, in 255 bins and in 256 of which the first is not used", () => {
    expect(histogramBinCenters(255)[127]).toBe(0);
    expect(histogramBinCenters(256, true)[128]).toBe(0);
  });

  it("is normalised by the hits, not by the dwell, and stays a number without any", () => {
    expect([...histogramShares(Uint32Array.of(1, 3))]).toEqual([0.25, 0.75]);
    expect([...histogramShares(Uint32Array.of(0, 0))]).toEqual([0, 0]);
  });

  it("reports a number of bins that is neither 255 nor 256", () => {
    const record: DsHistogramRecord = {
      ...base,
      kind: "ds-histogram",
      layout: "standard",
      header: {
        ...preamble,
        typeCode: 5,
        cmMac: channel.cmMac,
        symmetry: 2,
        channelId: undefined,
        startTime: undefined,
        endTime: undefined,
      },
      dwellCounts: Uint32Array.of(10),
      hitCounts: Uint32Array.of(1, 2, 3),
    };
    expect(decoded(record).anomalies).toEqual(["3 bins, not 255 or 256"]);
  });
});

describe("codeword error rate", () => {
  const record = (times: number[]): DsOfdmFecSummaryRecord => ({
    ...base,
    kind: "ds-ofdm-fec-summary",
    layout: "standard",
    header: {
      ...preamble,
      typeCode: 8,
      captureTimeS: undefined,
      channelId: 34,
      cmMac: channel.cmMac,
      summaryType: 1,
      profileCount: 1,
      startTimeS: undefined,
      endTimeS: undefined,
    },
    profiles: [
      { profileId: 2, sets: times.length, words: Uint32Array.from(times.flatMap((t) => [t, 1000, 10, 1])) },
    ],
  });

  it("takes the counters of a profile apart", () => {
    const result = decoded(record([100, 101]));
    expect(fecCounters(result, result.profiles[0]!)).toEqual({
      timestampsS: Uint32Array.of(100, 101),
      totalCodewords: Uint32Array.of(1000, 1000),
      corrected: Uint32Array.of(10, 10),
      uncorrectable: Uint32Array.of(1, 1),
    });
    expect(plotOf(result).series[0]).toMatchObject({
      name: "Profile C",
      values: Float64Array.of(0.001, 0.001),
    });
  });

  it("keeps irregular time steps and flags them", () => {
    expect(decoded(record([100, 101, 103])).anomalies).toEqual([
      "Profile C: irregular time steps from set 2",
    ]);
  });

  it("calls profile 255 the next codeword pointer", () => {
    expect(profileName(255)).toBe("NCP");
  });
});

describe("modulation profile", () => {
  const schemes = [0, 12, 0, 3, 1, 10, 8, 0, 3, 0, 16, 0, 2];
  const profile = (data: number[]) => ({
    profileId: 0,
    declaredLength: data.length,
    data: Uint8Array.from(data),
    subcarriers: 8,
  });
  const record: DsOfdmModulationProfileRecord = {
    ...base,
    kind: "ds-ofdm-modulation-profile",
    layout: "standard",
    header: { ...preamble, ...channel, ...grid, typeCode: 10, profileCount: 2 },
    profiles: [profile(schemes), { ...profile(schemes), profileId: 1 }],
  };

  it("unfolds uniform and alternating schemes to one order per subcarrier", () => {
    const result = decoded(record).profiles[0]!;
    expect(modulationSchemes(result)).toEqual([
      { type: "uniform", order: 12, count: 3 },
      { type: "alternating", mainOrder: 10, skipOrder: 8, count: 3 },
      { type: "uniform", order: 16, count: 2 },
    ]);
    expect([...modulationOrders(result)]).toEqual([12, 12, 12, 10, 8, 10, 16, 16]);
  });

  it("carries no bits on pilots and the PLC, and none to speak of where excluded", () => {
    expect([12, 1, 20, 0].map(bitsPerSymbol)).toEqual([12, 0, 0, 0]);
    expect(bitsPerSymbol(16)).toBeNaN();
  });

  it("whose last profile is cut off is refused, and read up to the cut by a tolerant reader", () => {
    const bytes = encodePnm(record).subarray(0, -6);
    expect(() => decodePnm(bytes)).toThrow(expect.objectContaining({ code: "TRUNCATED" }));
    const result = decodePnm(bytes, { tolerant: true }) as DsOfdmModulationProfileRecord;
    expect(result.anomalies).toContain("profile Profile B is cut off");
    expect(result.reading.confidence).toBe("low");
    expect(result.profiles.map(({ subcarriers }) => subcarriers)).toEqual([8, 3]);
    expect(encodePnm(result)).toEqual(bytes);
  });

  it("with more subcarriers than any FFT has is refused before anything is unfolded", () => {
    const huge = { ...record, profiles: [profile([0, 12, 0xff, 0xff])] };
    expect(() => decoded(huge)).toThrow(expect.objectContaining({ code: "BAD_COUNT" }));
  });

  it("with an unknown scheme is refused with the place of it", () => {
    const unknown = { ...record, profiles: [profile([7, 12, 0, 1])] };
    expect(() => decoded(unknown)).toThrow(expect.objectContaining({ code: "BAD_VALUE", offset: 32 }));
  });
});

describe("modem spectrum", () => {
  const record = (bins: number): CmSpectrumRecord => ({
    ...base,
    kind: "cm-spectrum",
    layout: "standard",
    header: {
      ...preamble,
      ...channel,
      typeCode: 9,
      firstSegmentCenterHz: 300_000_000,
      lastSegmentCenterHz: 307_500_000,
      segmentSpanHz: 7_500_000,
      binsPerSegment: 256,
      equivalentNoiseBandwidthHundredthsBin: 110,
      window: 1,
    },
    hundredthsDbmv: new Int16Array(bins).fill(-1234),
  });

  it("keeps the bin spacing as a real number", () => {
    expect(cmSpectrumAxisHz(decoded(record(512)))).toEqual({
      firstHz: 296_250_000,
      stepHz: 29_296.875,
      count: 512,
    });
  });

  it("cut short by the device is read and reported", () => {
    expect(decoded(record(300)).anomalies).toEqual(["the capture was cut by the device: 300 of 512 bins"]);
  });
});
