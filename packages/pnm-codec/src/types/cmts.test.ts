import { describe, expect, it } from "vitest";
import {
  decodePnm,
  encodePnm,
  impulseNoiseEvents,
  rxMerDb,
  type UsHistogramRecord,
  type UsImpulseNoiseRecord,
  type UsOfdmaRxMerRecord,
} from "../index.ts";

const base = {
  title: "",
  reading: { layout: "", reason: "", confidence: "high" as const, alternatives: [] },
  anomalies: [],
  trailing: new Uint8Array(0),
};
const version2 = {
  magic: "PNN" as const,
  versioned: true,
  majorVersion: 2,
  minorVersion: 0,
  captureTimeS: 1_774_675_934,
  ifIndex: 436_207_616,
  ccapId: "ccap1.example.net",
  rpdId: "02:00:00:00:00:01",
  rpdPort: 3,
};
const version1 = { ...version2, majorVersion: 1, rpdId: undefined, rpdPort: undefined };
const unversioned = {
  ...version1,
  magic: "PNM" as const,
  versioned: false,
  majorVersion: undefined,
  minorVersion: undefined,
};

function rxMer(
  header: typeof version1 | typeof version2 | typeof unversioned,
  values: Uint8Array,
): UsOfdmaRxMerRecord {
  return {
    ...base,
    kind: "us-ofdma-rxmer",
    layout: header.rpdId === undefined ? "version-1" : "version-2",
    header: {
      ...header,
      typeCode: 0x69,
      cmMac: "00:11:22:33:44:55",
      averages: 1,
      preEqualization: 1,
      zeroFrequencyHz: 36_200_000,
      firstActiveSubcarrierIndex: 148,
      subcarrierSpacingKhz: 50,
      dataLengthBytes: values.length,
    },
    quarterDb: values,
  };
}

describe("upstream RxMER", () => {
  it.each([
    ["unversioned", unversioned, 288],
    ["version 1", version1, 290],
    ["version 2", version2, 297],
  ] as const)("%s has a header of the published length", (_, header, length) => {
    const bytes = encodePnm(rxMer(header, new Uint8Array(1900).fill(160)));
    expect(bytes.length).toBe(length + 1900);
    expect(decodePnm(bytes).header).toMatchObject({ ifIndex: 436_207_616, ccapId: "ccap1.example.net" });
  });

  it("of 312 bytes with 12 not measured has 300 values", () => {
    const values = new Uint8Array(312).fill(0xff).fill(176, 6, 306);
    const levels = rxMerDb(decodePnm(encodePnm(rxMer(version2, values))) as UsOfdmaRxMerRecord);
    expect(levels.filter((level) => !Number.isNaN(level))).toEqual(new Float32Array(300).fill(44));
  });

  it("with the longer header under version 1 is told by its lengths", () => {
    const bytes = encodePnm(rxMer(version2, new Uint8Array(40).fill(160)));
    bytes[4] = 1;
    const record = decodePnm(bytes);
    expect(record).toMatchObject({ layout: "version-2", header: { majorVersion: 1, rpdPort: 3 } });
    expect(encodePnm(record)).toEqual(bytes);
  });
});

it("an upstream histogram of 256 bins has the published 1314 bytes", () => {
  const record: UsHistogramRecord = {
    ...base,
    kind: "us-histogram",
    layout: "version-2",
    header: { ...version2, typeCode: 0x68, symmetry: 2, startTime: undefined, endTime: undefined },
    dwellCounts: Uint32Array.of(10_000_000),
    hitCounts: new Uint32Array(256).fill(7),
  };
  const bytes = encodePnm(record);
  expect(bytes.length).toBe(1314);
  expect(decodePnm(bytes)).toMatchObject({ kind: "us-histogram", layout: "version-2", anomalies: [] });
});

it("impulse noise statistics of 1024 events have the published 14 629 bytes", () => {
  const events = new Uint8Array(14 * 1024);
  new DataView(events.buffer).setUint32(8, 2500);
  new DataView(events.buffer).setInt16(12, -123);
  const record: UsImpulseNoiseRecord = {
    ...base,
    kind: "us-impulse-noise",
    layout: "version-2",
    header: {
      ...version2,
      typeCode: 0x67,
      startTriggerLevelUv: 300,
      endTriggerLevelUv: 150,
      eventCount: 1024,
      dataLengthBytes: events.length,
    },
    eventBytes: 14,
    events,
  };
  const bytes = encodePnm(record);
  expect(bytes.length).toBe(14_629);
  const decoded = decodePnm(bytes) as UsImpulseNoiseRecord;
  expect(impulseNoiseEvents(decoded)[0]).toEqual({
    timestamp: "0000000000000000",
    durationNs: 2500,
    averagePowerRaw: -123,
  });
});

it("a CCAP id that is not UTF-8 goes back to the same bytes", () => {
  const bytes = encodePnm(rxMer(version2, Uint8Array.of(160)));
  bytes.set([0x63, 0xe9, 0xff, 0xc3, 0xbc, 0x00, 0x80], 14);
  const record = decodePnm(bytes);
  expect((record as UsOfdmaRxMerRecord).header.ccapId.startsWith("c")).toBe(true);
  expect((record as UsOfdmaRxMerRecord).header.ccapId).toContain("ü");
  expect(encodePnm(record)).toEqual(bytes);
});
