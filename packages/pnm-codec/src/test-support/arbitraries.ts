import fc from "fast-check";
import {
  encodePnm,
  encodeUtsc,
  type PnmRecord,
  type PnmRecordBase,
  UTSC_FORMATS,
  type UtscFileInput,
  type UtscOutputFormat,
  type UtscSamples,
} from "../index.ts";

/** What decoding adds to a record; encoding needs the trailing bytes only. */
const base = (trailing: Uint8Array = new Uint8Array(0)): PnmRecordBase => ({
  title: "",
  reading: { layout: "", reason: "", confidence: "high", alternatives: [] },
  anomalies: [],
  trailing,
});

const byte = fc.integer({ min: 0, max: 0xff });
const word = fc.integer({ min: 0, max: 0xffff });
const long = fc.integer({ min: 0, max: 0xffffffff });
const spacing = fc.constantFrom(25, 50);
/** Unix time in a 32-bit field. */
const clock = fc.integer({ min: 1_000_000_000, max: 0xffffffff });
const macAddress = fc
  .array(byte, { minLength: 6, maxLength: 6 })
  .map((bytes) => bytes.map((value) => value.toString(16).padStart(2, "0")).join(":"));
const hex8 = fc
  .array(byte, { minLength: 8, maxLength: 8 })
  .map((bytes) => bytes.map((value) => value.toString(16).padStart(2, "0")).join(""));

const complex = (maxPairs: number) =>
  fc
    .array(fc.tuple(fc.integer({ min: -32768, max: 32767 }), fc.integer({ min: -32768, max: 32767 })), {
      minLength: 1,
      maxLength: maxPairs,
    })
    .map((pairs) => Int16Array.from(pairs.flat()));
const int16s = (length: number) => fc.int16Array({ minLength: length, maxLength: length });
const uint32s = (minLength: number, maxLength = minLength) => fc.uint32Array({ minLength, maxLength });
const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });

const preamble = (typeCode: number) =>
  fc
    .record({
      versioned: fc.boolean(),
      major: fc.integer({ min: 0, max: 1 }),
      minor: byte,
      captureTimeS: long,
    })
    .map(({ versioned, major, minor, captureTimeS }) => ({
      magic: versioned ? ("PNN" as const) : ("PNM" as const),
      typeCode,
      versioned,
      majorVersion: versioned ? major : undefined,
      minorVersion: versioned ? minor : undefined,
      captureTimeS,
    }));

const cmtsHeader = (typeCode: number) =>
  fc
    .record({
      front: preamble(typeCode),
      isVersion2: fc.boolean(),
      ifIndex: long,
      ccapId: fc.string({ maxLength: 40 }).map((text) => text.replaceAll("\0", "")),
      rpdId: macAddress,
      rpdPort: byte,
    })
    .map(({ front, isVersion2, ifIndex, ccapId, rpdId, rpdPort }) =>
      front.versioned && isVersion2
        ? { ...front, majorVersion: 2, ifIndex, ccapId, rpdId, rpdPort }
        : { ...front, ifIndex, ccapId, rpdId: undefined, rpdPort: undefined },
    );

const grid = { zeroFrequencyHz: long, firstActiveSubcarrierIndex: word, subcarrierSpacingKhz: spacing };
const channel = { channelId: byte, cmMac: macAddress };

/** A header of the given fields behind the bytes every file begins with. */
const header = (typeCode: number, fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.tuple(preamble(typeCode), fc.record(fields)).map(([front, own]) => ({ ...front, ...own }));
const cmts = (typeCode: number, fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.tuple(cmtsHeader(typeCode), fc.record(fields)).map(([front, own]) => ({ ...front, ...own }));

const commonName = (fields: { rpdId?: unknown }) => (fields.rpdId === undefined ? "version-1" : "version-2");

function records(shape: fc.Arbitrary<object>): fc.Arbitrary<PnmRecord> {
  return fc.tuple(shape, fc.oneof(fc.constant(new Uint8Array(0)), bytes(0, 5))).map(([content]) => {
    return { ...base(), ...content } as PnmRecord;
  });
}

const sized = (fields: object, payloadBytes: number) => ({ ...fields, dataLengthBytes: payloadBytes });

const preEqualizer = (kind: string, typeCode: number, layout: "standard" | "mib-2015") =>
  records(
    fc
      .record({
        header: header(typeCode, {
          ...channel,
          cmtsMac: macAddress,
          ...grid,
          firstActiveSubcarrierIndex: layout === "standard" ? word : long,
        }),
        coefficients: complex(20),
      })
      .map(({ header, coefficients }) => ({
        kind,
        layout,
        header: sized(header, coefficients.byteLength),
        coefficients,
      })),
  );

const histogramCounts = fc.tuple(uint32s(1), uint32s(1, 256));

const impulse = fc.tuple(
  cmts(0x67, { startTriggerLevelUv: long, endTriggerLevelUv: long }),
  fc.integer({ min: 1, max: 6 }).chain((count) => bytes(14 * count, 14 * count)),
);

const scheme = fc.oneof(
  fc.tuple(fc.constant(0), byte, fc.constant(0), byte),
  fc.tuple(fc.constant(1), byte, byte, fc.constant(0), byte),
);
const modulationProfile = fc.tuple(byte, fc.array(scheme, { maxLength: 8 })).map(([profileId, schemes]) => ({
  profileId,
  declaredLength: schemes.flat().length,
  data: Uint8Array.from(schemes.flat()),
  subcarriers: schemes.reduce((sum, numbers) => sum + numbers.at(-1)!, 0),
}));

const spectrumGroup = fc
  .record({
    centerFrequencyHz: fc.integer({ min: 1_000_000, max: 4_000_000_000 }),
    binSpacingHz: fc.integer({ min: 1, max: 1_000_000 }),
    resolutionBwHz: long,
    hundredthsDbmv: fc.int16Array({ minLength: 2, maxLength: 20 }),
    isEdge: fc.boolean(),
  })
  .map(({ isEdge, ...group }) => ({
    ...group,
    bins: group.hundredthsDbmv.length,
    spanHz: group.binSpacingHz * (group.hundredthsDbmv.length - (isEdge ? 1 : 0)),
    axisRule: isEdge ? "edge" : "fft",
  }));

/** One arbitrary per type and layout, each making records that a decoder gives back. */
export const RECORDS: Readonly<Record<string, fc.Arbitrary<PnmRecord>>> = {
  "01 without PLC timestamp": records(
    fc
      .record({
        header: header(1, {
          ...channel,
          zeroFrequencyHz: long,
          sampleRateHz: long,
          triggerGroupId: word,
          transactionId: byte,
        }),
        samples: complex(16),
      })
      .map(({ header, samples }) => ({
        kind: "ds-ofdm-symbol-capture",
        layout: "without-plc-timestamp",
        header: {
          ...sized(header, samples.byteLength),
          plcTimestamp: undefined,
          fftSize: samples.length / 2,
        },
        samples,
      })),
  ),
  "01 with PLC timestamp": records(
    fc
      .record({
        header: header(1, {
          ...channel,
          zeroFrequencyHz: long,
          plcTimestamp: hex8,
          sampleRateHz: long,
          triggerGroupId: word,
          transactionId: byte,
        }),
        samples: complex(16),
      })
      .map(({ header, samples }) => ({
        kind: "ds-ofdm-symbol-capture",
        layout: "with-plc-timestamp",
        header: { ...sized(header, samples.byteLength), fftSize: samples.length / 2 },
        samples,
      })),
  ),
  "02 channel estimate": records(
    fc.record({ header: header(2, { ...channel, ...grid }), coefficients: complex(20) }).map((it) => ({
      kind: "ds-ofdm-channel-estimate",
      layout: "standard",
      header: sized(it.header, it.coefficients.byteLength),
      coefficients: it.coefficients,
    })),
  ),
  "02 channel estimate of 2015": records(
    fc
      .record({
        header: header(2, { ...channel, zeroFrequencyHz: long, subcarrierSpacingKhz: spacing }),
        coefficients: complex(20),
      })
      .map((it) => ({
        kind: "ds-ofdm-channel-estimate",
        layout: "mib-2015",
        header: { ...sized(it.header, it.coefficients.byteLength), firstActiveSubcarrierIndex: undefined },
        coefficients: it.coefficients,
      })),
  ),
  "03 constellation": records(
    fc
      .record({
        header: header(3, {
          ...channel,
          zeroFrequencyHz: long,
          subcarrierSpacingKhz: spacing,
          modulationOrder: fc.integer({ min: 1, max: 13 }),
        }),
        softDecisions: complex(20),
      })
      .map((it) => ({
        kind: "ds-constellation",
        layout: "standard",
        header: {
          ...sized(it.header, it.softDecisions.byteLength),
          sampleSymbols: it.softDecisions.length / 2,
        },
        softDecisions: it.softDecisions,
      })),
  ),
  "03 constellation of 2015": records(
    fc
      .record({
        header: header(3, {
          ...channel,
          zeroFrequencyHz: long,
          subcarrierSpacingKhz: spacing,
          modulationOrder: fc.integer({ min: 1, max: 13 }),
        }),
        softDecisions: complex(20),
      })
      .map((it) => ({
        kind: "ds-constellation",
        layout: "mib-2015",
        header: {
          ...sized(it.header, it.softDecisions.byteLength),
          sampleSymbols: it.softDecisions.length / 2,
        },
        softDecisions: it.softDecisions,
      })),
  ),
  "04 RxMER": records(
    fc.record({ header: header(4, { ...channel, ...grid }), quarterDb: bytes(1, 60) }).map((it) => ({
      kind: "ds-ofdm-rxmer",
      layout: "standard",
      header: sized(it.header, it.quarterDb.length),
      quarterDb: it.quarterDb,
    })),
  ),
  "05 histogram": records(
    fc
      .record({
        header: header(5, { cmMac: macAddress, symmetry: fc.constantFrom(1, 2) }),
        counts: histogramCounts,
      })
      .map(({ header, counts: [dwellCounts, hitCounts] }) => ({
        kind: "ds-histogram",
        layout: "standard",
        header: { ...header, channelId: undefined, startTime: undefined, endTime: undefined },
        dwellCounts,
        hitCounts,
      })),
  ),
  "05 histogram of 2015": records(
    fc
      .record({
        header: header(5, { ...channel, startTime: clock, endTime: clock }),
        counts: histogramCounts,
      })
      .map(({ header, counts: [dwellCounts, hitCounts] }) => ({
        kind: "ds-histogram",
        layout: "mib-2015",
        header: { ...header, symmetry: undefined },
        dwellCounts,
        hitCounts,
      })),
  ),
  "06 pre-equalizer": preEqualizer("us-ofdma-pre-equalizer", 6, "standard"),
  "06 pre-equalizer of 2015": preEqualizer("us-ofdma-pre-equalizer", 6, "mib-2015"),
  "07 pre-equalizer update": preEqualizer("us-ofdma-pre-equalizer-last-update", 7, "standard"),
  "07 pre-equalizer update of 2015": preEqualizer("us-ofdma-pre-equalizer-last-update", 7, "mib-2015"),
  "08 FEC summary": records(
    fc
      .record({
        header: header(8, { ...channel, summaryType: fc.constantFrom(1, 2, 3) }),
        profiles: fc.array(
          fc.tuple(
            byte,
            fc.integer({ min: 0, max: 6 }).chain((sets) => uint32s(4 * sets)),
          ),
          { minLength: 1, maxLength: 4 },
        ),
      })
      .map(({ header, profiles }) => ({
        kind: "ds-ofdm-fec-summary",
        layout: "standard",
        header: {
          ...header,
          captureTimeS: undefined,
          startTimeS: undefined,
          endTimeS: undefined,
          profileCount: profiles.length,
        },
        profiles: profiles.map(([profileId, words]) => ({ profileId, sets: words.length / 4, words })),
      })),
  ),
  "08 FEC summary of 2015": records(
    fc
      .record({
        header: header(8, {
          ...channel,
          startTimeS: clock,
          endTimeS: clock,
          summaryType: fc.constantFrom(1, 2, 3),
        }),
        profiles: fc.array(
          fc.tuple(
            byte,
            fc.integer({ min: 1, max: 6 }).chain((sets) => uint32s(3 * sets)),
          ),
          { minLength: 1, maxLength: 4 },
        ),
      })
      .map(({ header, profiles }) => ({
        kind: "ds-ofdm-fec-summary",
        layout: "mib-2015",
        header: { ...header, profileCount: profiles.length },
        profiles: profiles.map(([profileId, words]) => ({ profileId, sets: words.length / 3, words })),
      })),
  ),
  "09 modem spectrum": records(
    fc
      .record({
        header: header(9, {
          ...channel,
          firstSegmentCenterHz: fc.integer({ min: 5_000_000, max: 1_000_000_000 }),
          segmentSpanHz: fc.integer({ min: 1, max: 10_000_000 }),
          equivalentNoiseBandwidthHundredthsBin: word,
          window: fc.integer({ min: 0, max: 7 }),
        }),
        segments: fc.integer({ min: 1, max: 4 }),
        binsPerSegment: fc.integer({ min: 1, max: 12 }),
      })
      .chain(({ header, segments, binsPerSegment }) =>
        int16s(segments * binsPerSegment).map((hundredthsDbmv) => {
          const { firstSegmentCenterHz, segmentSpanHz } = header as unknown as Record<string, number>;
          return {
            kind: "cm-spectrum",
            layout: "standard",
            header: {
              ...sized(header, hundredthsDbmv.byteLength),
              lastSegmentCenterHz: firstSegmentCenterHz! + (segments - 1) * segmentSpanHz!,
              binsPerSegment,
            },
            hundredthsDbmv,
          };
        }),
      ),
  ),
  "SNMP amplitude data": records(
    fc.array(spectrumGroup, { minLength: 1, maxLength: 5 }).map((groups) => ({
      kind: "cm-spectrum-snmp",
      layout: "amplitude-data",
      levelReference: "dBmV",
      header: {
        magic: "",
        typeCode: 9,
        versioned: false,
        majorVersion: undefined,
        minorVersion: undefined,
        captureTimeS: undefined,
      },
      groups,
    })),
  ),
  "0A modulation profile": records(
    fc
      .record({
        header: header(10, { ...channel, ...grid }),
        profiles: fc.array(modulationProfile, { minLength: 1, maxLength: 4 }),
      })
      .map(({ header, profiles }) => ({
        kind: "ds-ofdm-modulation-profile",
        layout: "standard",
        header: {
          ...sized(
            header,
            profiles.reduce((sum, { data }) => sum + 3 + data.length, 0),
          ),
          profileCount: profiles.length,
        },
        profiles,
      })),
  ),
  "65 symbol capture at the CMTS": records(
    fc
      .record({
        header: cmts(0x65, {
          ...grid,
          firstActiveSubcarrierIndex: fc.integer({ min: 0, max: 8000 }),
          plcTimestamp: hex8,
          triggerGroupId: word,
          transactionId: byte,
        }),
        samples: complex(16),
      })
      .map(({ header, samples }) => ({
        kind: "cmts-ds-ofdm-symbol-capture",
        layout: commonName(header),
        header: {
          ...sized(header, samples.byteLength),
          lastActiveSubcarrierIndex:
            (header as unknown as Record<string, number>).firstActiveSubcarrierIndex! +
            samples.length / 2 -
            1,
        },
        samples,
      })),
  ),
  "66 probe of 2015": records(
    fc
      .record({
        header: cmts(0x66, { zeroFrequencyHz: long, subcarrierSpacingKhz: spacing }),
        excluded: bytes(0, 20),
        samples: complex(16),
      })
      .map(({ header, excluded, samples }) => ({
        kind: "us-ofdma-probe",
        layout: "mib-2015",
        header: { ...header, excludedLengthBytes: excluded.length },
        commonHeader: commonName(header),
        excluded,
        fftSize: undefined,
        symbols: 1,
        samples,
      })),
  ),
  "66 probe with an unexplained header": records(
    fc.tuple(cmtsHeader(0x66), byte, fc.constantFrom(2, 8)).map(([header, filler, symbols]) => ({
      kind: "us-ofdma-probe",
      layout: "by-length",
      header: {
        ...header,
        zeroFrequencyHz: undefined,
        subcarrierSpacingKhz: undefined,
        excludedLengthBytes: undefined,
      },
      commonHeader: commonName(header),
      // 571 bytes of header. Bytes of 25, 50 and the like would look like the arrangement of 2015.
      excluded: new Uint8Array(
        567 - (header.rpdId === undefined ? (header.versioned ? 270 : 268) : 277),
      ).fill(filler | 0x80),
      fftSize: 2048,
      symbols,
      samples: Int16Array.from({ length: 2 * 2048 * symbols }, (_, i) => ((i * 7919) % 4001) - 2000),
    })),
  ),
  "67 impulse noise": records(
    impulse.map(([header, events]) => ({
      kind: "us-impulse-noise",
      layout: commonName(header),
      header: { ...sized(header, events.length), eventCount: events.length / 14 },
      eventBytes: 14,
      events,
    })),
  ),
  "68 upstream histogram": records(
    fc
      .record({ header: cmts(0x68, { symmetry: fc.constantFrom(1, 2) }), counts: histogramCounts })
      .map(({ header, counts: [dwellCounts, hitCounts] }) => ({
        kind: "us-histogram",
        layout: commonName(header),
        header: { ...header, startTime: undefined, endTime: undefined },
        dwellCounts,
        hitCounts,
      })),
  ),
  "68 upstream histogram of 2015": records(
    fc
      .record({ header: cmts(0x68, { startTime: clock, endTime: clock }), counts: histogramCounts })
      .map(({ header, counts: [dwellCounts, hitCounts] }) => ({
        kind: "us-histogram",
        layout: `${commonName(header)}-mib-2015`,
        header: { ...header, symmetry: undefined },
        dwellCounts,
        hitCounts,
      })),
  ),
  "69 upstream RxMER": records(
    fc
      .record({
        header: cmts(0x69, { cmMac: macAddress, averages: word, preEqualization: byte, ...grid }),
        quarterDb: bytes(1, 60),
      })
      .map(({ header, quarterDb }) => ({
        kind: "us-ofdma-rxmer",
        layout: commonName(header),
        header: sized(header, quarterDb.length),
        quarterDb,
      })),
  ),
  "LLD latency report": records(
    fc.record({ time: long, minor: byte, objectCount: byte, objects: bytes(0, 40) }).map((it) => ({
      kind: "latency-report",
      layout: "header-only",
      header: {
        magic: "LLD",
        typeCode: 1,
        versioned: true,
        majorVersion: 1,
        minorVersion: it.minor,
        captureTimeS: it.time,
        objectCount: it.objectCount,
      },
      objects: it.objects,
    })),
  ),
};

function samplesOf(format: UtscOutputFormat, count: number): fc.Arbitrary<UtscSamples> {
  const { store, integersPerBin } = UTSC_FORMATS[format];
  const length = { minLength: count * integersPerBin, maxLength: count * integersPerBin };
  if (store === "u32") return fc.uint32Array(length);
  return store === "u16" ? fc.uint16Array(length) : fc.int16Array(length);
}

/** Every form and format of a UTSC file. */
export const UTSC_INPUTS: fc.Arbitrary<UtscFileInput> = fc
  .record({
    form: fc.constantFrom("e6000-328", "common-header-v1", "common-header-v2", "common-header-unversioned"),
    outputFormat: fc.constantFrom(...(Object.keys(UTSC_FORMATS) as UtscOutputFormat[])),
    bins: fc.integer({ min: 1, max: 40 }),
    frames: fc.integer({ min: 1, max: 3 }),
    endianness: fc.constantFrom("big" as const, "little" as const),
    captureTimeS: long,
    ifIndex: long,
    centerFrequencyHz: fc.integer({ min: 0, max: 500_000_000 }),
    spanHz: fc.integer({ min: 1, max: 500_000_000 }),
    kHundredthsDb: fc.integer({ min: -32768, max: 32767 }),
    rpdId: macAddress,
  })
  .chain(({ frames, ...input }) =>
    samplesOf(input.outputFormat, input.bins * frames).map(
      (samples) => ({ ...input, ccapId: "ccap1.example.net", samples }) as UtscFileInput,
    ),
  );

/** A small file of every type and layout, always the same ones. */
export function sampleFiles(): { name: string; bytes: Uint8Array }[] {
  const files = Object.entries(RECORDS).map(([name, arbitrary]) => ({
    name,
    bytes: encodePnm(fc.sample(arbitrary, { seed: 4, numRuns: 3 })[2]!),
  }));
  const forms = ["e6000-328", "common-header-v1", "common-header-v2", "common-header-unversioned"] as const;
  for (const form of forms) {
    const samples = Uint32Array.from({ length: 20 }, (_, i) => 1000 + 37 * i);
    const input = { form, outputFormat: "fftPower" as const, bins: 20, samples, captureTimeS: 1_774_675_934 };
    files.push({
      name: `6A ${form}`,
      bytes: encodeUtsc({
        ...input,
        ifIndex: 7,
        ccapId: "ccap1.example.net",
        centerFrequencyHz: 45_000_000,
        spanHz: 80_000_000,
      }),
    });
  }
  return files;
}
