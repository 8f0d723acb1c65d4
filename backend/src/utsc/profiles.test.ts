import {
  bulkDataTransferCfg,
  ccapBulkDataControl,
  effectiveValues,
  instanceOid,
  type MibObject,
  RowStatus,
  type UtscProfile,
  type UtscValues,
  utscProfile,
} from "@pnmlab/docsis-mib";
import type { SnmpValue } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { Readings, varbindOf } from "../snmp/values.ts";
import { columnTruths } from "./column-truth.ts";
import { checkDestination, planDestination } from "./destination.ts";
import { planColumns, planCreation, planRow } from "./plan.ts";
import type { PlanStep } from "./plan-step.ts";
import type { UtscRow } from "./row.ts";
import { markOf, markValues } from "./row-mark.ts";
import { parseVendorFileName } from "./vendor-file-name.ts";

const offer = {
  portName: "port",
  triggerModes: ["freeRunning", "idleSid", "cmMac"],
  outputFormats: ["timeIQ", "fftPower"],
  windows: ["rectangular", "hann"],
};
const request: UtscValues = {
  centerFrequencyHz: 50_000_000,
  spanHz: 80_000_000,
  bins: 800,
  repeatPeriodUs: 400_000,
  outputFormat: "fftPower",
};
const row: UtscRow = {
  cfgIndex: 1,
  values: {},
  rowStatus: RowStatus.notReady,
  fileName: undefined,
  mark: undefined,
  measStatus: "inactive",
  initiateTest: undefined,
  kHundredthsDb: undefined,
  sampleRateHz: undefined,
  resolutionBandwidthHz: undefined,
  upTimeTicks: undefined,
};
const own = { sessionId: "0a1b2c3d4e", rowCreated: true, generation: 3 };
const fileName = "pnmlab_0a1b2c3d4e_c3";
const wantedOf = (profile: UtscProfile, requested: UtscValues) => ({
  profile,
  requested,
  values: effectiveValues(profile, offer, { destinationIndex: 1, ...requested }),
  fileName,
});
const fieldsOf = (id: string, requested: UtscValues = request, present = row) =>
  planRow(1000, present, wantedOf(utscProfile(id)!, requested)).map(({ field }) => field);
const NAMED = ["fileName", "triggerMode", "logicalChIfIndex"];
const SIGNAL = ["outputFormat", "centerFrequencyHz", "spanHz", "bins", "window"];
const TIMING = ["freeRunDurationMs", "repeatPeriodUs"];

test.each([
  ["generic", [...NAMED, ...SIGNAL, ...TIMING, "maxResultsPerFile", "destinationIndex"]],
  ["commscope-e6000-core", [...NAMED, ...SIGNAL, ...TIMING, "destinationIndex"]],
  [
    "casa-c100g",
    ["sid", "minislotCount", "triggerMode", "logicalChIfIndex", ...SIGNAL, ...TIMING, "maxResultsPerFile"],
  ],
  [
    "cisco-cbr8",
    ["sid", "minislotCount", ...NAMED, ...SIGNAL, ...TIMING, "maxResultsPerFile", "destinationIndex"],
  ],
])("a free run on a %s is written column by column in this order", (id, fields) => {
  expect(fieldsOf(id)).toEqual(fields);
});

test("a capture of one modem is written with its address as six octets, its channel, and a count", () => {
  const requested = {
    ...request,
    triggerMode: "cmMac",
    cmMacAddr: "00:10:18:1a:2d:11",
    logicalChIfIndex: 7,
  };
  const steps = planRow(1000, row, wantedOf(utscProfile("commscope-e6000-core")!, requested));
  const sent = Object.fromEntries(steps.map(({ field, writes }) => [field, varbindOf(writes[0]!).value]));
  expect(sent).toMatchObject({
    triggerMode: { type: "Integer", value: 6 },
    cmMacAddr: { type: "OctetString", value: "0010181a2d11" },
    logicalChIfIndex: { type: "Integer", value: 7 },
    triggerCount: { type: "Unsigned32", value: 10 },
  });
});

test("every operand goes out with the wire type of its column", () => {
  const requested = {
    ...request,
    triggerMode: "timestamp",
    timestampTicks: 123_456,
    qualifyThresholdTenthDb: -450,
    qualifyBandwidthHz: 6_400_000,
    averaging: 8,
  };
  const steps = planRow(1000, row, wantedOf(utscProfile("generic")!, requested));
  const sent = Object.fromEntries(steps.map(({ field, writes }) => [field, varbindOf(writes[0]!).value]));
  expect(sent).toMatchObject({
    timestampTicks: { type: "TimeTicks", value: 123_456 },
    qualifyThresholdTenthDb: { type: "Integer", value: -450 },
    qualifyBandwidthHz: { type: "Unsigned32", value: 6_400_000 },
    averaging: { type: "Unsigned32", value: 8 },
  });
});

test("averages and a squelch that another user left on a row are taken off, what the MIB has by default is not", () => {
  const left = { ...row, values: { averaging: 16, qualifyThresholdTenthDb: -300 } };
  const steps = planRow(1000, left, wantedOf(utscProfile("generic")!, request));
  expect(steps).not.toContainEqual(expect.objectContaining({ field: "averaging", value: 16 }));
  expect(Object.fromEntries(steps.map(({ field, value }) => [field, value]))).toMatchObject({
    averaging: 0,
    qualifyThresholdTenthDb: -1000,
  });
  const byDefault = { ...row, values: { averaging: 0, qualifyThresholdTenthDb: -100 } };
  expect(fieldsOf("generic", request, byDefault)).not.toContain("qualifyThresholdTenthDb");
  expect(fieldsOf("generic", request, byDefault)).not.toContain("averaging");
});

test("a column that the row says already is planned without being sent", () => {
  const planned = planColumns(
    1000,
    { ...row, values: { bins: 800 } },
    wantedOf(utscProfile("generic")!, request),
  );
  expect(planned.find(({ field }) => field === "bins")).toMatchObject({ changes: false, current: 800 });
});

test.each([
  ["generic", [RowStatus.createAndWait, RowStatus.createAndGo]],
  ["cisco-cbr8", [RowStatus.createAndGo, undefined]],
  ["casa-evo", [RowStatus.createAndWait, RowStatus.createAndGo]],
])("a row of a %s is made by these actions in turn", (id, actions) => {
  const { writes, otherwise } = planCreation(1000, 1, utscProfile(id)!);
  expect([writes[0]?.value, otherwise?.[0]?.value]).toEqual(actions);
});

test("a row is marked for its session in two columns, and what others write there is no mark", () => {
  const marked = markValues(own)!;
  expect(markOf(marked)).toEqual(own);
  expect(markOf(markValues({ ...own, rowCreated: false, generation: 0x7fff })!)).toEqual({
    ...own,
    rowCreated: false,
    generation: 0x7fff,
  });
  for (const value of Object.values(marked)) expect(value).toBeLessThan(2 ** 32);
  expect(markOf({ minislotCount: 0, sid: 0 })).toBeUndefined();
  expect(markOf({ minislotCount: 5, sid: 8191 })).toBeUndefined();
  expect(markOf({})).toBeUndefined();
  expect(markValues({ ...own, sessionId: "not-hex" })).toBeUndefined();
  expect(markValues({ ...own, generation: 0x8000 })).toBeUndefined();
});

test("a file that a CMTS named itself says whose and of which port it is", () => {
  const name = "PNMCcapUsSpecAn_ccap_1.example.net_2026-11-21_08.15.00.123_493230";
  expect(parseVendorFileName(name)).toEqual({ ccapId: "ccap_1.example.net", rfPortIfIndex: 493_230 });
  expect(parseVendorFileName(name.replaceAll(/(\d\d)\.(\d\d)\.(\d\d)\./g, "$1:$2:$3:"))).toBeDefined();
  expect(parseVendorFileName("PNMCcapUsSpecAn_ccap_493230")).toBeUndefined();
  expect(parseVendorFileName("pnmlab_0a1b2c3d4e_c3_2026-11-21_08.15.00.123")).toBeUndefined();
});

const server = { index: 1, host: "10.1.2.20", port: 69 };
const readings = (...values: [MibObject, SnmpValue][]) =>
  new Readings(values.map(([object, value]) => ({ oid: instanceOid(object, 1), value })));
const namesOf = (steps: readonly PlanStep[]) =>
  steps.map(({ writes }) =>
    writes.map(({ object }) => object.name.replace(/^docsPnm(Ccap)?Bulk/, "")).join("+"),
  );
const unconfigured = readings(
  [ccapBulkDataControl.destIpAddrType, { type: "Integer", value: 0 }],
  [ccapBulkDataControl.destIpAddr, { type: "OctetString", value: "" }],
  [ccapBulkDataControl.uploadControl, { type: "Integer", value: 2 }],
  // usOfdmaRxMerPerSubcarrier(5) is somebody's.
  [ccapBulkDataControl.pnmTestSelector, { type: "OctetString", value: "0400" }],
);

test("a Casa is steered by the deprecated table, and tests that it serves already keep being served", () => {
  const habits = utscProfile("casa-c100g")!.destination;
  const steps = planDestination(unconfigured, server, habits);
  expect(namesOf(steps)).toEqual([
    "DataControlDestIpAddrType+DataControlDestIpAddr",
    "DataControlUploadControl",
    "DataControlPnmTestSelector",
  ]);
  expect(varbindOf(steps.at(-1)!.writes[0]!).value).toEqual({ type: "OctetString", value: "0480" });
  const configured = readings(
    [ccapBulkDataControl.destIpAddrType, { type: "Integer", value: 1 }],
    [ccapBulkDataControl.destIpAddr, { type: "OctetString", value: "0a010214" }],
    [ccapBulkDataControl.uploadControl, { type: "Integer", value: 3 }],
    [ccapBulkDataControl.pnmTestSelector, { type: "OctetString", value: "0480" }],
  );
  expect(planDestination(configured, server, habits)).toEqual([]);
  expect(() => checkDestination(configured, server, habits, [])).not.toThrow();
  expect(() => checkDestination(unconfigured, server, habits, ["why"])).toThrow(
    "server row 1 of docsPnmCcapBulkDataControlTable does not lead to 10.1.2.20",
  );
});

test("a CMTS that has the deprecated table alone is steered by it, whatever its profile", () => {
  const habits = utscProfile("generic")!.destination;
  const only = readings(
    [bulkDataTransferCfg.rowStatus, { type: "noSuchObject" }],
    [ccapBulkDataControl.uploadControl, { type: "Integer", value: 3 }],
  );
  expect(namesOf(planDestination(only, server, habits))[0]).toContain("DataControl");
  expect(namesOf(planDestination(unconfigured, server, habits))[0]).toBe("DataTransferCfgRowStatus");
});

test("Protocol is left out where a SET of it is refused without reason", () => {
  const names = (id: string) => namesOf(planDestination(readings(), server, utscProfile(id)!.destination));
  expect(names("commscope-e6000-core")).toContain("DataTransferCfgProtocol");
  expect(names("cisco-cbr8")).not.toContain("DataTransferCfgProtocol");
});

test("a column that was refused, changed or not written is told so", () => {
  const readAt = "2026-11-21T08:00:00.000Z";
  const truths = columnTruths({
    requested: { ...(request as Record<"bins", number>), averaging: 4 } as never,
    written: { ...request, averaging: 4, repeatPeriodUs: 120_000 },
    accepted: { ...(request as object), averaging: 0, repeatPeriodUs: 150_000, readAt } as never,
    observed: undefined,
    notes: [
      "the CMTS refused docsPnmCmtsUtscCfgAveraging = 4 with notWritable: it does not let it be written",
    ],
  });
  const verdict = (field: string) => truths.find((one) => one.field === field)!.verdict;
  expect(truths).toHaveLength(22);
  expect([verdict("averaging"), verdict("repeatPeriodUs"), verdict("bins"), verdict("sid")]).toEqual([
    "refused",
    "changed",
    "asWritten",
    "notWritten",
  ]);
});
