import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  captureUnixTimeS,
  complexMagnitudesDb,
  type DecodeHints,
  decodePnm,
  describeHeader,
  encodePnm,
  expectedLength,
  fecCounters,
  histogramBinCenters,
  histogramShares,
  impulseNoiseEvents,
  modulationOrders,
  type PnmRecord,
  plotOf,
  rxMerDb,
  type SubcarrierRecord,
  subcarrierFrequenciesHz,
  summarize,
} from "./index.ts";
import { ascii, be16, be32, commonHeader, file, MAC, TIME } from "./test-support/hand-made.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

type RecordOf<K, R = PnmRecord> = R extends { kind: infer Kind } ? (K extends Kind ? R : never) : never;

/** Decodes as this kind and checks what holds for every file: it encodes back and ends where its header says. */
function read<K extends PnmRecord["kind"]>(kind: K, bytes: Uint8Array, hints: DecodeHints = {}): RecordOf<K> {
  const record = decodePnm(bytes, hints);
  expect(record.kind).toBe(kind);
  expect(encodePnm(record)).toEqual(bytes);
  return record as RecordOf<K>;
}

function axis(record: SubcarrierRecord): number[] {
  const { firstHz, stepHz, count } = subcarrierFrequenciesHz(record);
  return [firstHz, stepHz, count];
}

/** Versioned 1.0 and unversioned files begin alike but for the version. */
const FRONTS = [
  ["PNN", (code: string) => file("50 4E 4E", code, "01 00")],
  ["PNM", (code: string) => file("50 4E 4D", code)],
] as const;

describe.each(FRONTS)("%s, modem files", (magic, front) => {
  it("01: symbol capture without and with the PLC timestamp, by the length that fits the FFT", () => {
    const samples = be16(4096, -4096, 2048, 0, -8192, 1, 0, 32767);
    const head = file(front("01"), TIME, "22", MAC, be32(631_100_000));
    const tail = file(be32(204_800_000), be32(4), "00 05", "07", be32(16), samples);
    const without = read("ds-ofdm-symbol-capture", file(head, tail));
    expect(without).toMatchObject({ layout: "without-plc-timestamp", header: { plcTimestamp: undefined } });
    const withStamp = read("ds-ofdm-symbol-capture", file(head, "01 02 03 04 05 06 07 08", tail));
    expect(withStamp).toMatchObject({
      layout: "with-plc-timestamp",
      header: { plcTimestamp: "0102030405060708" },
    });
    for (const record of [without, withStamp]) {
      expect(record.header).toMatchObject({
        magic,
        captureTimeS: 0x69c76bde,
        channelId: 0x22,
        cmMac: "00:11:22:33:44:55",
        zeroFrequencyHz: 631_100_000,
        sampleRateHz: 204_800_000,
        fftSize: 4,
        triggerGroupId: 5,
        transactionId: 7,
        dataLengthBytes: 16,
      });
      expect([...record.samples]).toEqual([4096, -4096, 2048, 0, -8192, 1, 0, 32767]);
      expect(plotOf(record).series[0]!.values[0]).toBe(1);
      expect(record.reading).toMatchObject({ confidence: "high", levelReference: "relative" });
      expect(summarize(record, new Uint8Array(0), sha256)).toMatchObject({
        kind: "ds_ofdm_symbol_capture",
        header: { fft_size: 4, sample_rate_hz: 204_800_000 },
        samples_s3_12: {
          count: 4,
          fraction_bits: 12,
          first4: [
            [1, -1],
            [0.5, 0],
            [-2, 1 / 4096],
            [0, 32767 / 4096],
          ],
        },
      });
    }
  });

  it("02: channel estimate, 28 bytes of header and 26 unversioned, s2.13 from the first active subcarrier", () => {
    const bytes = file(
      front("02"),
      TIME,
      "22",
      MAC,
      be32(631_100_000),
      be16(356),
      "19",
      be32(8),
      be16(8192, 0, -4096, 4096),
    );
    const record = read("ds-ofdm-channel-estimate", bytes);
    expect(record).toMatchObject({ layout: "standard", anomalies: [] });
    expect(axis(record)).toEqual([640_000_000, 25_000, 2]);
    expect([...complexMagnitudesDb(record.coefficients, 13)].map((level) => level.toFixed(3))).toEqual([
      "0.000",
      "-3.010",
    ]);
    expect(record.reading).toMatchObject({ axisRule: "fft", levelReference: "relative", confidence: "high" });
    expect(expectedLength(bytes.subarray(0, 34))).toBe(bytes.length);
  });

  it("02 of the MIB of 2015: two bytes shorter, without a first active subcarrier", () => {
    const bytes = file(
      front("02"),
      TIME,
      "22",
      MAC,
      be32(631_100_000),
      "32",
      be32(8),
      be16(8192, 0, -4096, 4096),
    );
    const record = read("ds-ofdm-channel-estimate", bytes);
    expect(record).toMatchObject({ layout: "mib-2015", header: { firstActiveSubcarrierIndex: undefined } });
    expect(axis(record)).toEqual([631_100_000, 50_000, 2]);
    expect(bytes.length - 8).toBe(magic === "PNM" ? 24 : 26);
  });

  it("03: constellation, order by DsOfdmModulationType and not by the enumeration of type 0A", () => {
    const bytes = file(
      front("03"),
      TIME,
      "22",
      MAC,
      be32(631_100_000),
      be16(7),
      be16(2),
      "19",
      be32(8),
      be16(8192, -8192, 100, 200),
    );
    const record = read("ds-constellation", bytes);
    expect(record).toMatchObject({ header: { modulationOrder: 7, sampleSymbols: 2 }, anomalies: [] });
    expect(summarize(record, bytes, sha256)).toMatchObject({
      header: { actual_modulation_order_name: "qam256" },
      samples_s2_13: { count: 2 },
    });
  });

  it("04: quarter dB; FF is no value, FE 63.5 and above, 00 clipped low", () => {
    const bytes = file(
      front("04"),
      TIME,
      "22",
      MAC,
      be32(631_100_000),
      be16(356),
      "19",
      be32(5),
      "FF FE 00 A1 FD",
    );
    const record = read("ds-ofdm-rxmer", bytes);
    expect([...rxMerDb(record)]).toEqual([Number.NaN, 63.5, 0, 40.25, 63.25]);
    expect(record.reading).toMatchObject({ axisRule: "fft", levelReference: "dB" });
    expect(plotOf(record).excluded).toEqual([{ from: 640e6, to: 640e6, reason: "not measurable" }]);
    expect(summarize(record, bytes, sha256)).toMatchObject({
      rxmer: {
        count: 5,
        valid: 4,
        excluded_0xFF: 1,
        clipped_high_0xFE: 1,
        clipped_low_0x00: 1,
        max_db: 63.5,
        mean_db: 41.75,
      },
    });
  });

  it("05: histogram of 256 and of 255 bins, one dwell count or one per bin, shares by the hits", () => {
    const hits = Array.from({ length: 256 }, (_, i) => i);
    const even = file(front("05"), TIME, MAC, "02", be32(4), be32(185), be32(1024), be32(...hits));
    if (magic === "PNN") expect(even.length).toBe(1053);
    const record = read("ds-histogram", even);
    expect(record).toMatchObject({
      layout: "standard",
      header: { symmetry: 2, channelId: undefined },
      anomalies: [],
    });
    const sum = (255 * 256) / 2;
    expect(histogramShares(record.hitCounts)[255]).toBeCloseTo(255 / sum, 12);
    expect(histogramBinCenters(256)[0]).toBe(-127.5 / 128);
    const odd = file(
      front("05"),
      TIME,
      MAC,
      "01",
      be32(1020),
      be32(...hits.slice(1)),
      be32(1020),
      be32(...hits.slice(1)),
    );
    expect(read("ds-histogram", odd)).toMatchObject({ header: { symmetry: 1 }, anomalies: [] });
  });

  it("05 of the MIB of 2015: channel id, start and end time instead of the symmetry", () => {
    const bytes = file(
      front("05"),
      TIME,
      "22",
      MAC,
      TIME,
      TIME,
      be32(4),
      be32(9),
      be32(1020),
      be32(...new Array<number>(255).fill(2)),
    );
    expect(read("ds-histogram", bytes)).toMatchObject({
      layout: "mib-2015",
      header: { channelId: 0x22, startTime: 0x69c76bde, symmetry: undefined },
    });
  });

  it.each([
    ["06", "us-ofdma-pre-equalizer", 8192, 13],
    ["06", "us-ofdma-pre-equalizer", 16384, 14],
    ["07", "us-ofdma-pre-equalizer-last-update", 1000, 14],
  ] as const)("%s (%s) with components of %i has %i fraction bits", (code, kind, component, fractionBits) => {
    const bytes = file(
      front(code),
      TIME,
      "07",
      MAC,
      "00 AA BB CC DD EE",
      be32(5_000_000),
      be16(100),
      "32",
      be32(8),
      be16(component, 0, 0, -component),
    );
    const record = read(kind, bytes);
    expect(record).toMatchObject({
      fractionBits,
      header: { channelId: 7, cmtsMac: "00:aa:bb:cc:dd:ee" },
    });
    expect(axis(record)).toEqual([10_000_000, 50_000, 2]);
    expect(record.anomalies.length).toBe(component === 16384 ? 1 : 0);
  });

  it("06 whose mean power is near neither 1 nor 4 warns, 07 never does", () => {
    const body = file(TIME, "07", MAC, MAC, be32(5_000_000), be16(100), "32", be32(4), be16(1000, 0));
    expect(read("us-ofdma-pre-equalizer", file(front("06"), body)).anomalies).toEqual([
      expect.stringContaining("mean power"),
    ]);
    expect(read("us-ofdma-pre-equalizer-last-update", file(front("07"), body)).anomalies).toEqual([]);
  });

  it("06 and 07 of the MIB of 2015: four bytes of first active index", () => {
    const body = file(TIME, "07", MAC, MAC, be32(5_000_000), be32(100), "32", be32(4), be16(8192, 0));
    for (const [code, kind] of [
      ["06", "us-ofdma-pre-equalizer"],
      ["07", "us-ofdma-pre-equalizer-last-update"],
    ] as const) {
      const record = read(kind, file(front(code), body));
      expect(record).toMatchObject({ layout: "mib-2015", header: { firstActiveSubcarrierIndex: 100 } });
    }
  });

  it("08: no capture time; counters big-endian, profile 255 is NCP, irregular steps flagged", () => {
    const sets = (...times: number[]) => times.flatMap((time) => be32(time, 100, 7, 1));
    const bytes = file(
      front("08"),
      "A0",
      MAC,
      "01",
      "02",
      "FF",
      be16(3),
      sets(1_762_636_604, 1_762_636_605, 1_762_636_606),
      "03",
      be16(3),
      sets(1_762_636_604, 1_762_636_605, 1_762_636_609),
    );
    const record = read("ds-ofdm-fec-summary", bytes);
    expect(bytes.length).toBe((magic === "PNN" ? 15 : 13) + 2 * (3 + 48));
    expect(record.header).toMatchObject({
      channelId: 0xa0,
      summaryType: 1,
      profileCount: 2,
      captureTimeS: undefined,
    });
    expect(fecCounters(record, record.profiles[0]!)).toMatchObject({
      totalCodewords: Uint32Array.of(100, 100, 100),
      corrected: Uint32Array.of(7, 7, 7),
      uncorrectable: Uint32Array.of(1, 1, 1),
    });
    expect(captureUnixTimeS(record)).toBe(1_762_636_604);
    expect(record.anomalies).toEqual(["Profile D: irregular time steps from set 2"]);
    expect(plotOf(record).series.map(({ name }) => name)).toEqual(["NCP", "Profile D"]);
  });

  it("09: spacing of 29 296.875 Hz kept as it is, a short last segment told", () => {
    const bins = Array.from({ length: 500 }, (_, i) => -4000 + i);
    const bytes = file(
      front("09"),
      TIME,
      "00",
      MAC,
      be32(100_000_000),
      be32(107_500_000),
      be32(7_500_000),
      be16(256),
      be16(110),
      be16(1),
      be32(1000),
      be16(...bins),
    );
    const record = read("cm-spectrum", bytes);
    const { x, series } = plotOf(record);
    expect(x).toMatchObject({ first: 96_250_000, step: 29_296.875, count: 500 });
    expect(series[0]).toMatchObject({ unit: "dBmV" });
    expect(series[0]!.values[1]).toBeCloseTo(-39.99, 4);
    expect(record.reading).toMatchObject({ axisRule: "fft", levelReference: "dBmV" });
    expect(record.anomalies).toEqual(["the capture was cut by the device: 500 of 512 bins"]);
  });

  it("0A: both schemes, orders with their own enumeration, a cut last profile tolerated", () => {
    const head = file(front("0A"), TIME, "22", MAC, "02", be32(631_100_000), be16(356), "19");
    const first = file("03", be16(12), "00 0C 00 05", "00 01 00 01", "00 10 00 02");
    const second = file("00", be16(9), "01 0C 00 00 05", "00 14 00 03");
    const whole = file(head, be32(27), first, second);
    const record = read("ds-ofdm-modulation-profile", whole);
    expect(modulationOrders(record.profiles[0]!)).toEqual(Uint8Array.of(12, 12, 12, 12, 12, 1, 16, 16));
    expect(modulationOrders(record.profiles[1]!)).toEqual(Uint8Array.of(12, 0, 12, 0, 12, 20, 20, 20));
    expect(axis(record)).toEqual([640_000_000, 25_000, 8]);
    expect(summarize(record, whole, sha256)).toMatchObject({
      profiles: [
        { subcarriers_by_order: { qam_4096: 5, continuous_pilot: 1, exclusion: 2 } },
        { scheme_types: [0, 1] },
      ],
    });
    const cut = whole.subarray(0, whole.length - 4);
    expect(() => decodePnm(cut)).toThrow(expect.objectContaining({ code: "TRUNCATED" }));
    const partly = read("ds-ofdm-modulation-profile", cut, { tolerant: true });
    expect(partly.profiles.map(({ subcarriers }) => subcarriers)).toEqual([8, 5]);
    expect(partly.anomalies).toContain("profile Profile A is cut off");
  });
});

const FORMS = [
  ["PNM", 268],
  ["PNN 1", 270],
  ["PNN 2", 277],
] as const;

describe.each(FORMS)("%s, CMTS files behind %i bytes", (form, commonLength) => {
  const identity = { ifIndex: 0x1a000007, ccapId: "ccap1.example.net", captureTimeS: 0x69c76bde };
  const rpd = form === "PNN 2" ? { rpdId: "02:00:00:00:00:01", rpdPort: 3 } : { rpdId: undefined };

  it("65: symbol capture in frequency", () => {
    const bytes = file(
      commonHeader(form, "65"),
      be32(631_100_000),
      "01 02 03 04 05 06 07 08",
      "19",
      be16(356),
      be16(357),
      be16(5),
      "07",
      be32(8),
      be16(4096, 0, 0, 2048),
    );
    const record = read("cmts-ds-ofdm-symbol-capture", bytes);
    expect(record.header).toMatchObject({
      ...identity,
      ...rpd,
      lastActiveSubcarrierIndex: 357,
      triggerGroupId: 5,
    });
    expect(axis(record)).toEqual([640_000_000, 25_000, 2]);
    expect(record.anomalies).toEqual([]);
    expect(summarize(record, bytes, sha256)).toMatchObject({
      kind: "cmts_ds_ofdm_symbol_capture",
      header: { if_index: 0x1a000007, ccap_id: "ccap1.example.net" },
      samples_s3_12: { count: 2 },
      frequency_hz: { first: 640_000_000, step: 25_000 },
    });
  });

  it("66: probe in the arrangement of 2015", () => {
    const bytes = file(
      commonHeader(form, "66"),
      be32(5_000_000),
      "32",
      be32(3),
      "AA BB CC",
      be32(8),
      be16(1, -1, 2, -2),
    );
    const record = read("us-ofdma-probe", bytes);
    expect(record).toMatchObject({
      layout: "mib-2015",
      header: { ...identity, zeroFrequencyHz: 5_000_000, subcarrierSpacingKhz: 50, excludedLengthBytes: 3 },
      excluded: file("AA BB CC"),
      samples: Int16Array.of(1, -1, 2, -2),
    });
    expect(summarize(record, bytes, sha256)).toMatchObject({
      header: {
        subcarrier_zero_frequency_hz: 5_000_000,
        subcarrier_spacing_hz: 50_000,
        data_length_bytes: 8,
      },
    });
  });

  it("67: impulse noise, 14 bytes an event", () => {
    const event = file("00 00 00 00 00 00 00 09", be32(2500), be16(-123));
    const bytes = file(commonHeader(form, "67"), be32(300, 150, 2, 28), event, event);
    const record = read("us-impulse-noise", bytes);
    expect(record.header).toMatchObject({
      ...identity,
      startTriggerLevelUv: 300,
      endTriggerLevelUv: 150,
      eventCount: 2,
    });
    expect(impulseNoiseEvents(record)[1]).toEqual({
      timestamp: "0000000000000009",
      durationNs: 2500,
      averagePowerRaw: -123,
    });
  });

  it("68: histogram, 1314 bytes with 256 bins in version 2", () => {
    const bytes = file(
      commonHeader(form, "68"),
      "02",
      be32(4),
      be32(10_000),
      be32(1024),
      be32(...new Array<number>(256).fill(3)),
    );
    expect(bytes.length).toBe(commonLength + 1037);
    const record = read("us-histogram", bytes);
    expect(record).toMatchObject({ header: { ...identity, ...rpd, symmetry: 2 }, anomalies: [] });
    expect(summarize(record, bytes, sha256)).toMatchObject({
      kind: "us_histogram",
      header: { symmetry: 2, dwell_length_bytes: 4, hit_length_bytes: 1024 },
      histogram: { hit_sum: 768, hit_count_values: 256, dwell_counts: [10_000] },
    });
    const old = file(
      commonHeader(form, "68"),
      TIME,
      TIME,
      be32(4),
      be32(10_000),
      be32(1020),
      be32(...new Array<number>(255).fill(3)),
    );
    expect(read("us-histogram", old).header).toMatchObject({ symmetry: undefined, startTime: 0x69c76bde });
  });

  it("68 with a symmetry that is no TruthValue says so", () => {
    const bytes = file(
      commonHeader(form, "68"),
      "07",
      be32(4),
      be32(10_000),
      be32(1024),
      be32(...new Array<number>(256).fill(3)),
    );
    expect(read("us-histogram", bytes).anomalies).toEqual(["symmetry is 7, not 1 or 2"]);
  });

  it("69: upstream RxMER behind 288, 290 or 297 bytes, FF expected", () => {
    const header = file(
      commonHeader(form, "69"),
      MAC,
      be16(4),
      "01",
      be32(5_000_000),
      be16(148),
      "32",
      be32(6),
    );
    expect(header.length).toBe({ PNM: 288, "PNN 1": 290, "PNN 2": 297 }[form]);
    const bytes = file(header, "FF A0 A1 FE FF FF");
    const record = read("us-ofdma-rxmer", bytes);
    expect(record.header).toMatchObject({
      ...identity,
      ...rpd,
      averages: 4,
      preEqualization: 1,
      cmMac: "00:11:22:33:44:55",
    });
    expect([...rxMerDb(record)]).toEqual([Number.NaN, 40, 40.25, 63.5, Number.NaN, Number.NaN]);
    expect(axis(record)).toEqual([12_400_000, 50_000, 6]);
    expect(summarize(record, bytes, sha256)).toMatchObject({
      kind: "us_ofdma_rxmer",
      header: { num_averages: 4, subcarrier_spacing_hz: 50_000 },
      rxmer: { count: 6, valid: 3, excluded_0xFF: 3 },
      frequency_hz: { first: 12_400_000, last: 12_650_000 },
    });
  });
});

describe("66, probe with a header of the CommScope E6000", () => {
  it.each([
    [571, 2048, 2],
    [571, 2048, 8],
    [827, 4096, 2],
    [827, 4096, 8],
    [700, 2048, 8],
  ])("of %i bytes and an FFT of %i has %i symbols", (headerLength, fftSize, symbols) => {
    const length = 4 * fftSize * symbols;
    const common = commonHeader("PNN 2", "66");
    const unknown = new Uint8Array(headerLength - 4 - common.length).fill(0x5a);
    const bytes = file(common, unknown, be32(length), new Uint8Array(length).fill(1));
    const record = read("us-ofdma-probe", bytes);
    expect(record).toMatchObject({ layout: "by-length", fftSize, symbols, excluded: unknown });
    expect(record.reading.confidence).toBe("medium");
  });

  it("with bytes after the data is refused, and kept for a tolerant reader", () => {
    const length = 4 * 2048 * 2;
    const common = commonHeader("PNN 2", "66");
    const bytes = file(
      common,
      new Uint8Array(571 - 4 - common.length),
      be32(length),
      new Uint8Array(length + 5).fill(1),
    );
    expect(() => decodePnm(bytes)).toThrow(expect.objectContaining({ code: "OVERLONG" }));
    const record = read("us-ofdma-probe", bytes, { tolerant: true });
    expect(record).toMatchObject({ fftSize: 2048, symbols: 2 });
    expect(record.anomalies.join()).toContain("5 bytes follow the data");
  });
});

describe("LLD, latency report", () => {
  it("shows its header and keeps the objects, whose layout nobody publishes", () => {
    const bytes = file("4C 4C 44 01 01 00", TIME, "02", "DE AD BE EF");
    const record = read("latency-report", bytes);
    expect(record).toMatchObject({
      header: { objectCount: 2, captureTimeS: 0x69c76bde },
      objects: file("DE AD BE EF"),
    });
    expect(describeHeader(record).at(-1)).toMatchObject({ value: 2, offset: 10, length: 1 });
    expect(summarize(record, bytes, sha256)).toMatchObject({
      kind: "latency_report",
      header: { magic: "LLD", num_objects: 2 },
      object_bytes: 4,
    });
  });
});

describe("spectrum over SNMP", () => {
  const group = (center: number, span: number, spacing: number, ...bins: number[]) =>
    file(be32(center, span, bins.length, spacing, 1), be16(...bins));

  it("steps by the stored spacing from the lower edge, and names the rule it follows", () => {
    const fft = read("cm-spectrum-snmp", group(100_000_000, 1_000_000, 250_000, -4000, -3000, 2000, 0));
    expect([...(plotOf(fft).x as { values: Float64Array }).values]).toEqual([
      99.5e6, 99.75e6, 100e6, 100.25e6,
    ]);
    expect(fft.reading).toMatchObject({ axisRule: "fft", levelReference: "dBmV" });
    const edge = read("cm-spectrum-snmp", group(100_000_000, 1_000_000, 250_000, 1, 2, 3, 4, 5));
    expect(edge.reading.axisRule).toBe("edge");
  });

  it("of a CMTS is relative when the caller says so", () => {
    const record = decodePnm(group(30_000_000, 1_000_000, 250_000, 1, 2, 3, 4), {
      levelReference: "relative",
    });
    expect(record.reading.levelReference).toBe("relative");
    expect(plotOf(record).series[0]!.unit).toBe("dB");
  });
});

describe("what devices write without meaning it", () => {
  const rxMer = (time: string, mac: string) =>
    file("50 4E 4E 04 01 00", time, "22", mac, be32(631_100_000), be16(356), "19", be32(2), "A0 A0");

  it("a time counted from the start of the device is kept, told, and no wall clock", () => {
    const record = read("ds-ofdm-rxmer", rxMer("00 15 39 FC", MAC));
    expect(record.header.captureTimeS).toBe(1_391_100);
    expect(record.anomalies).toEqual([
      "capture time 1391100 s is no wall clock: the device had no time of day",
    ]);
    expect(captureUnixTimeS(record)).toBeUndefined();
    expect(captureUnixTimeS(record, "PNMDsMer_001122334455_1774675934.bin")).toBe(1_774_675_934);
  });

  it("a MAC of zeros is told", () => {
    expect(read("ds-ofdm-rxmer", rxMer(TIME, "00 00 00 00 00 00")).anomalies).toEqual([
      "the modem MAC is all zeros",
    ]);
  });

  it("a text instead of a file is refused by its first bytes", () => {
    expect(() => decodePnm(file(ascii("404 not found")))).toThrow(
      expect.objectContaining({ code: "BAD_MAGIC" }),
    );
  });
});
