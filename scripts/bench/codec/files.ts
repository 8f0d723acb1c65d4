// Files with the sizes and values that captures in the field have.

import {
  type DecodeHints,
  encodePnm,
  encodeUtsc,
  type PnmRecord,
  type PnmRecordBase,
  type UtscOutputFormat,
  type UtscSamples,
} from "../../../packages/pnm-codec/src/index.ts";

const base: Pick<PnmRecordBase, "title" | "reading" | "anomalies" | "trailing"> = {
  title: "",
  reading: { layout: "", reason: "", confidence: "high", alternatives: [] },
  anomalies: [],
  trailing: new Uint8Array(0),
};
const CAPTURE_TIME_S = 1_774_675_934;
const preamble = {
  magic: "PNN",
  versioned: true,
  majorVersion: 1,
  minorVersion: 0,
  captureTimeS: CAPTURE_TIME_S,
} as const;
const MAC = "00:11:22:33:44:55";
const CCAP_ID = "ccap1.example.net";
const grid = { zeroFrequencyHz: 631_100_000, firstActiveSubcarrierIndex: 356, subcarrierSpacingKhz: 25 };
const channel = { channelId: 34, cmMac: MAC, ...grid, dataLengthBytes: 0 };
const cmts = { ...preamble, majorVersion: 2, ifIndex: 5, ccapId: CCAP_ID, rpdId: MAC, rpdPort: 1 } as const;

const record = (fields: object): Uint8Array => encodePnm({ ...base, ...fields } as PnmRecord);

export function noise16(count: number): Int16Array {
  return Int16Array.from({ length: count }, (_, i) => Math.round(-4000 + 500 * Math.sin(i * 12.9898)));
}

export function power32(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => 20_000 + ((i * 7919) % 9000));
}

export function amplitude16(count: number): Uint16Array {
  return Uint16Array.from({ length: count }, (_, i) => 140 + ((i * 7919) % 30));
}

/** Mean power 1 in the given fixed-point format, as coefficients in use have it. */
function coefficients(pairs: number, fractionBits: number): Int16Array {
  const component = Math.round(2 ** fractionBits / Math.SQRT2);
  return Int16Array.from({ length: 2 * pairs }, (_, i) => (i % 3 === 0 ? -component : component));
}

const utscFields = { captureTimeS: CAPTURE_TIME_S, ifIndex: 436_207_616, ccapId: CCAP_ID };
const band = { centerFrequencyHz: 45_000_000, spanHz: 80_000_000 };

/** The 328-byte form with all its fields, or with 51 bytes that nobody can read. */
export function utscFile(
  outputFormat: UtscOutputFormat,
  bins: number,
  samples: UtscSamples,
  vendorBytes: "capture" | "opaque" = "capture",
): Uint8Array {
  return encodeUtsc({
    form: "e6000-328",
    ...utscFields,
    ...band,
    outputFormat,
    bins,
    samples,
    vendorBytes,
    kHundredthsDb: -3000,
  });
}

export function earlyUtscFile(
  outputFormat: UtscOutputFormat,
  bins: number,
  samples: UtscSamples,
): Uint8Array {
  return encodeUtsc({ form: "common-header-v1", ...utscFields, ...band, outputFormat, bins, samples });
}

/** What SNMP reads back of a capture whose header does not tell. */
export function configuration(outputFormat: UtscOutputFormat, bins: number): DecodeHints {
  return { fileName: "utsc_capture", utsc: { ...band, bins, outputFormat, kHundredthsDb: -3000 } };
}

export function dsSymbolCapture(): Uint8Array {
  return record({
    kind: "ds-ofdm-symbol-capture",
    layout: "with-plc-timestamp",
    header: {
      ...preamble,
      ...channel,
      typeCode: 0x01,
      plcTimestamp: "0011223344556677",
      sampleRateHz: 204_800_000,
      fftSize: 8192,
      triggerGroupId: 1,
      transactionId: 2,
    },
    samples: noise16(2 * 8192),
  });
}

export function channelEstimate(): Uint8Array {
  return record({
    kind: "ds-ofdm-channel-estimate",
    layout: "standard",
    header: { ...preamble, ...channel, typeCode: 0x02 },
    coefficients: coefficients(7480, 13),
  });
}

export function constellation(): Uint8Array {
  return record({
    kind: "ds-constellation",
    layout: "standard",
    header: { ...preamble, ...channel, typeCode: 0x03, modulationOrder: 7, sampleSymbols: 8192 },
    softDecisions: noise16(2 * 8192),
  });
}

export function dsRxMer(): Uint8Array {
  return record({
    kind: "ds-ofdm-rxmer",
    layout: "standard",
    header: { ...preamble, ...channel, typeCode: 0x04 },
    quarterDb: Uint8Array.from({ length: 7480 }, (_, i) => 150 + (i % 20)),
  });
}

const histogram = {
  dwellCounts: Uint32Array.of(10_000_000),
  hitCounts: Uint32Array.from({ length: 256 }, (_, i) => i * 1000),
};

export function dsHistogram(): Uint8Array {
  return record({
    kind: "ds-histogram",
    layout: "standard",
    header: { ...preamble, typeCode: 0x05, cmMac: MAC, symmetry: 2 },
    ...histogram,
  });
}

export function preEqualizer(typeCode: 6 | 7): Uint8Array {
  return record({
    kind: typeCode === 6 ? "us-ofdma-pre-equalizer" : "us-ofdma-pre-equalizer-last-update",
    layout: "standard",
    header: { ...preamble, ...channel, typeCode, cmtsMac: MAC },
    coefficients: coefficients(1776, typeCode === 6 ? 13 : 14),
  });
}

/** Ten minutes of five profiles, one of them the next codeword pointer's. */
export function fecSummary(): Uint8Array {
  const words = Uint32Array.from({ length: 4 * 600 }, (_, i) =>
    i % 4 === 0 ? CAPTURE_TIME_S + i / 4 : i % 4 === 1 ? 700_000 + i : i,
  );
  return record({
    kind: "ds-ofdm-fec-summary",
    layout: "standard",
    header: {
      ...preamble,
      captureTimeS: undefined,
      typeCode: 0x08,
      channelId: 34,
      cmMac: MAC,
      summaryType: 2,
    },
    profiles: [255, 0, 1, 2, 3].map((profileId) => ({ profileId, sets: 600, words })),
  });
}

export function modemSpectrum(): Uint8Array {
  return record({
    kind: "cm-spectrum",
    layout: "standard",
    header: {
      ...preamble,
      typeCode: 0x09,
      channelId: 0,
      cmMac: MAC,
      firstSegmentCenterHz: 300_000_000,
      lastSegmentCenterHz: 900_000_000,
      segmentSpanHz: 7_500_000,
      binsPerSegment: 256,
      equivalentNoiseBandwidthHundredthsBin: 110,
      window: 1,
      dataLengthBytes: 0,
    },
    hundredthsDbmv: noise16(81 * 256),
  });
}

export function amplitudeData(): Uint8Array {
  return record({
    kind: "cm-spectrum-snmp",
    layout: "amplitude-data",
    header: { ...preamble, magic: "", typeCode: 0x09 },
    groups: Array.from({ length: 31 }, (_, i) => ({
      centerFrequencyHz: 740_500_000 + i * 3_000_000,
      spanHz: 3_000_000,
      bins: 100,
      binSpacingHz: 30_000,
      resolutionBwHz: 1,
      axisRule: "fft",
      hundredthsDbmv: noise16(100),
    })),
  });
}

export function modulationProfile(): Uint8Array {
  const schemes = Uint8Array.from(
    Array.from({ length: 115 }, (_, i) => (i % 2 === 0 ? [0, 12, 0, 110] : [0, 1, 0, 1])).flat(),
  );
  return record({
    kind: "ds-ofdm-modulation-profile",
    layout: "standard",
    header: { ...preamble, ...channel, typeCode: 0x0a, profileCount: 4 },
    profiles: [3, 2, 1, 0].map((profileId) => ({
      profileId,
      declaredLength: schemes.length,
      data: schemes,
      subcarriers: 0,
    })),
  });
}

export function latencyReport(): Uint8Array {
  return record({
    kind: "latency-report",
    layout: "header-only",
    header: { ...preamble, magic: "LLD", typeCode: 0x01, objectCount: 8 },
    objects: Uint8Array.from({ length: 2000 }, (_, i) => i % 251),
  });
}

export function cmtsSymbolCapture(): Uint8Array {
  return record({
    kind: "cmts-ds-ofdm-symbol-capture",
    layout: "version-2",
    header: {
      ...cmts,
      ...channel,
      typeCode: 0x65,
      plcTimestamp: "0011223344556677",
      lastActiveSubcarrierIndex: 3600,
      triggerGroupId: 1,
      transactionId: 2,
    },
    samples: noise16(2 * 4096),
  });
}

export function usProbe(): Uint8Array {
  return record({
    kind: "us-ofdma-probe",
    layout: "mib-2015",
    commonHeader: "version-2",
    header: { ...cmts, ...channel, typeCode: 0x66 },
    excluded: new Uint8Array(256),
    samples: noise16(2 * 4096),
  });
}

export function impulseNoise(): Uint8Array {
  return record({
    kind: "us-impulse-noise",
    layout: "version-2",
    header: {
      ...cmts,
      typeCode: 0x67,
      startTriggerLevelUv: 100,
      endTriggerLevelUv: 50,
      eventCount: 1024,
      dataLengthBytes: 0,
    },
    events: Uint8Array.from({ length: 14 * 1024 }, (_, i) => i % 251),
  });
}

export function usHistogram(): Uint8Array {
  return record({
    kind: "us-histogram",
    layout: "version-2",
    header: { ...cmts, typeCode: 0x68, symmetry: 2 },
    ...histogram,
  });
}

export function usRxMer(): Uint8Array {
  return record({
    kind: "us-ofdma-rxmer",
    layout: "version-2",
    header: {
      ...cmts,
      ...channel,
      typeCode: 0x69,
      averages: 1,
      preEqualization: 1,
      subcarrierSpacingKhz: 50,
    },
    quarterDb: new Uint8Array(1900).fill(170),
  });
}
