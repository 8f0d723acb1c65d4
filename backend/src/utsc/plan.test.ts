import {
  bulkDataTransferCfg,
  effectiveValues,
  instanceOid,
  RowStatus,
  type UtscValues,
  utscCfg,
  utscProfile,
} from "@pnmlab/docsis-mib";
import type { UtscRequest, Varbind } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { Readings, varbindOf } from "../snmp/values.ts";
import { checkDestination, planDestination, resolveDestination } from "./destination.ts";
import { chooseRow, planActivation, planCreation, planRow, rowSays, rowStillSays } from "./plan.ts";
import type { PlanStep } from "./plan-step.ts";
import {
  filesPerRun,
  hasEnded,
  isSilent,
  pollDelayMs,
  type RunView,
  triggerPatienceMs,
} from "./poll-schedule.ts";
import { acceptedOf, type UtscRow } from "./row.ts";
import { FrameStatistics } from "./statistics.ts";
import { UpTime } from "./up-time.ts";

const request: UtscRequest = {
  centerFrequencyHz: 45_000_000,
  spanHz: 80_000_000,
  bins: 800,
  repeatPeriodUs: 50_000,
  outputFormat: "fftPower",
};
const generic = utscProfile("generic")!;
const offer = {
  portName: "us-conn 0/1",
  triggerModes: ["freeRunning", "cmMac"],
  outputFormats: ["timeIQ", "fftPower"],
  windows: ["rectangular", "hann"],
};
const emptyRow: UtscRow = {
  cfgIndex: 1,
  rowStatus: RowStatus.notReady,
  values: {},
  fileName: undefined,
  mark: undefined,
  measStatus: "inactive",
  initiateTest: undefined,
  kHundredthsDb: -8600,
  sampleRateHz: undefined,
  resolutionBandwidthHz: undefined,
  upTimeTicks: 100,
};
const values = effectiveValues(generic, offer, { ...request, destinationIndex: 7 });
const wanted = { profile: generic, requested: request, values, fileName: "pnmlab_a_c1" };
const FREE_RUN_DURATION_MS = 60_000;
const fullValues = {
  triggerMode: "freeRunning",
  logicalChIfIndex: 0,
  centerFrequencyHz: 45_000_000,
  spanHz: 80_000_000,
  bins: 800,
  outputFormat: "fftPower",
  window: "hann",
  repeatPeriodUs: 50_000,
  freeRunDurationMs: FREE_RUN_DURATION_MS,
  maxResultsPerFile: 1,
  destinationIndex: 7,
};
const fullRow: UtscRow = {
  ...emptyRow,
  rowStatus: RowStatus.active,
  values: fullValues,
  fileName: "pnmlab_a_c1",
};
const rowWith = (overrides: UtscValues): UtscRow => ({ ...fullRow, values: { ...fullValues, ...overrides } });

const namesOf = (steps: readonly PlanStep[]) =>
  steps.map(({ writes }) => writes.map(({ object }) => object.name).join("+"));

test("a new row gets every column in one SET each, marked as ours first, with the wire types of the MIB", () => {
  const steps = planRow(1000, emptyRow, wanted);
  expect(namesOf(steps)).toEqual([
    "docsPnmCmtsUtscCfgFilename",
    "docsPnmCmtsUtscCfgTriggerMode",
    "docsPnmCmtsUtscCfgLogicalChIfIndex",
    "docsPnmCmtsUtscCfgOutputFormat",
    "docsPnmCmtsUtscCfgCenterFreq",
    "docsPnmCmtsUtscCfgSpan",
    "docsPnmCmtsUtscCfgNumBins",
    "docsPnmCmtsUtscCfgWindow",
    "docsPnmCmtsUtscCfgFreeRunDuration",
    "docsPnmCmtsUtscCfgRepeatPeriod",
    "docsPnmCmtsUtscCfgMaxResultsPerFile",
    "docsPnmCmtsUtscCfgDestinationIndex",
  ]);
  const varbinds = steps.flatMap(({ writes }) => writes.map(varbindOf));
  const valueSent = (object: { oid: string }) =>
    varbinds.find(({ oid }) => oid === `${object.oid}.1000.1`)?.value;
  expect(valueSent(utscCfg.triggerMode)).toEqual({ type: "Integer", value: 2 });
  expect(valueSent(utscCfg.centerFreqHz)).toEqual({ type: "Unsigned32", value: 45_000_000 });
  expect(valueSent(utscCfg.window)).toEqual({ type: "Integer", value: 3 });
  expect(valueSent(utscCfg.freeRunDurationMs)).toEqual({ type: "Unsigned32", value: 60_000 });
  expect(valueSent(utscCfg.maxResultsPerFile)).toEqual({ type: "Unsigned32", value: 1 });
  expect(valueSent(utscCfg.filename)).toEqual({
    type: "OctetString",
    value: Buffer.from("pnmlab_a_c1").toString("hex"),
  });
});

test("a row that says what is wanted is left alone", () => {
  expect(planRow(1000, fullRow, wanted)).toEqual([]);
  expect(planActivation(1000, fullRow)).toBeUndefined();
  expect(namesOf([planActivation(1000, emptyRow)!])).toEqual(["docsPnmCmtsUtscCfgStatus"]);
});

test.each([
  ["device defaults of 0", 0, 0, ["FreeRunDuration", "RepeatPeriod"]],
  ["a short run", 100_000, 1000, ["FreeRunDuration", "RepeatPeriod"]],
  ["a period over the duration that is wanted", 120_000_000, 300_000, ["RepeatPeriod", "FreeRunDuration"]],
])("from %s the timing columns go in the order that no check forbids", (_, repeatUs, runMs, order) => {
  const row = rowWith({ repeatPeriodUs: repeatUs, freeRunDurationMs: runMs });
  const names = namesOf(planRow(1000, row, wanted)).map((name) => name.replace("docsPnmCmtsUtscCfg", ""));
  expect(names).toEqual(order);
});

test("only what a CMTS can do without is tolerated when it is refused", () => {
  const refusals = Object.fromEntries(
    planRow(1000, emptyRow, { ...wanted, requested: { ...request, window: "hann" } }).map(
      ({ writes, refusal }) => [writes[0]!.object.name.replace("docsPnmCmtsUtscCfg", ""), refusal],
    ),
  );
  expect(refusals).toEqual({
    Filename: "tolerate",
    TriggerMode: "postpone",
    LogicalChIfIndex: "tolerate",
    OutputFormat: "postpone",
    CenterFreq: "postpone",
    Span: "postpone",
    NumBins: "postpone",
    Window: "postpone",
    FreeRunDuration: "postpone",
    RepeatPeriod: "postpone",
    MaxResultsPerFile: "tolerate",
    DestinationIndex: "tolerate",
  });
});

test("of several rows the one with our name is used, else one of the trigger mode, else the first", () => {
  const rows = [
    { ...emptyRow, cfgIndex: 1, values: { triggerMode: "idleSid" } },
    {
      ...emptyRow,
      cfgIndex: 2,
      values: { triggerMode: "cmMac" },
      mark: { sessionId: "a", rowCreated: false, generation: 1 },
    },
    { ...emptyRow, cfgIndex: 3, values: { triggerMode: "freeRunning" } },
  ];
  expect(chooseRow(rows, (mark) => mark?.sessionId === "a", "freeRunning")?.cfgIndex).toBe(2);
  expect(chooseRow(rows, () => false, "freeRunning")?.cfgIndex).toBe(3);
  expect(chooseRow(rows, () => false, "cmMac")?.cfgIndex).toBe(2);
  expect(chooseRow(rows.slice(0, 1), () => false, "freeRunning")?.cfgIndex).toBe(1);
  expect(chooseRow([], () => false, "freeRunning")).toBeUndefined();
});

test("a row is created as one that waits, and at once where the CMTS knows only that", () => {
  const step = planCreation(1000, 1, generic);
  expect(step.writes[0]!.index).toEqual([1000, 1]);
  expect(step.writes[0]!.value).toBe(RowStatus.createAndWait);
  expect(step.otherwise![0]!.value).toBe(RowStatus.createAndGo);
});

test("a row goes on where it reads as wanted, or as it was accepted before", () => {
  expect(rowSays(fullRow, values)).toBe(true);
  expect(rowSays({ ...fullRow, rowStatus: RowStatus.notInService }, values)).toBe(false);
  expect(rowSays(rowWith({ repeatPeriodUs: 100_000 }), values)).toBe(false);
  const snapped = rowWith({ repeatPeriodUs: 100_000 });
  const accepted = acceptedOf(snapped, new Date(0))!;
  expect(accepted).toEqual({
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    bins: 800,
    repeatPeriodUs: 100_000,
    freeRunDurationMs: 60_000,
    outputFormat: "fftPower",
    window: "hann",
    triggerMode: "freeRunning",
    logicalChIfIndex: 0,
    maxResultsPerFile: 1,
    destinationIndex: 7,
    fileName: "pnmlab_a_c1",
    readAt: "1970-01-01T00:00:00.000Z",
  });
  expect(rowStillSays(snapped, accepted)).toBe(true);
  expect(rowStillSays(fullRow, accepted)).toBe(false);
  expect(acceptedOf(emptyRow, new Date(0))).toBeUndefined();
});

const destination = { index: 7, host: "10.1.2.20", port: 6969 };
const destinationRow = (overrides: Record<string, Varbind["value"]> = {}): Readings => {
  const columns = bulkDataTransferCfg;
  const values: Record<string, Varbind["value"]> = {
    destHostIpAddrType: { type: "Integer", value: 1 },
    destHostIpAddress: { type: "OctetString", value: "0a010214" },
    destPort: { type: "Unsigned32", value: 6969 },
    destBaseUri: { type: "OctetString", value: Buffer.from("tftp://10.1.2.20:6969/").toString("hex") },
    protocol: { type: "Integer", value: 1 },
    localStore: { type: "Integer", value: 2 },
    rowStatus: { type: "Integer", value: 1 },
    ...overrides,
  };
  return new Readings(
    Object.entries(values).map(([name, value]) => ({
      oid: instanceOid(columns[name as keyof typeof columns], 7),
      value,
    })),
  );
};

test("a host name goes into the destination row as its IPv4 address, and one without is named", async () => {
  expect(await resolveDestination(destination)).toBe(destination);
  expect(await resolveDestination({ ...destination, host: "localhost" })).toEqual({
    ...destination,
    host: "127.0.0.1",
  });
  await expect(resolveDestination({ ...destination, host: "tftp.invalid" })).rejects.toMatchObject({
    code: "UTSC_DESTINATION_UNKNOWN",
    message: expect.stringContaining("PNMLAB_TFTP_ADVERTISED_HOST tftp.invalid has no IPv4 address"),
  });
});

test("a destination row that leads to the TFTP server is left alone", () => {
  expect(planDestination(destinationRow(), destination, generic.destination)).toEqual([]);
});

test("an absent destination row is made, filled with type and address in one PDU, and activated", () => {
  const steps = planDestination(new Readings([]), destination, generic.destination);
  expect(namesOf(steps)).toEqual([
    "docsPnmBulkDataTransferCfgRowStatus",
    "docsPnmBulkDataTransferCfgDestHostIpAddrType+docsPnmBulkDataTransferCfgDestHostIpAddress",
    "docsPnmBulkDataTransferCfgDestPort",
    "docsPnmBulkDataTransferCfgDestBaseUri",
    "docsPnmBulkDataTransferCfgProtocol",
    "docsPnmBulkDataTransferCfgLocalStore",
    "docsPnmBulkDataTransferCfgRowStatus",
  ]);
  expect(steps[1]!.writes.map(varbindOf).map(({ value }) => value)).toEqual([
    { type: "Integer", value: 1 },
    { type: "OctetString", value: "0a010214" },
  ]);
});

test("only the columns that differ are written into a destination row that exists", () => {
  const row = destinationRow({ destPort: { type: "Unsigned32", value: 69 } });
  expect(namesOf(planDestination(row, destination, generic.destination))).toEqual([
    "docsPnmBulkDataTransferCfgDestPort",
    "docsPnmBulkDataTransferCfgRowStatus",
  ]);
});

test("a destination row that reads back otherwise is refused by column and value", () => {
  const elsewhere = destinationRow({ destHostIpAddress: { type: "OctetString", value: "0a010215" } });
  expect(() => checkDestination(elsewhere, destination, generic.destination, ["why"])).toThrow(
    "destination row 7 does not lead to 10.1.2.20:6969: the CMTS did not take docsPnmBulkDataTransferCfgDestHostIpAddress = 0a010214 (why)",
  );
  const inactive = destinationRow({ rowStatus: { type: "Integer", value: 2 } });
  expect(() => checkDestination(inactive, destination, generic.destination, [])).toThrow(
    "it reads notInService",
  );
  const otherUri = destinationRow({ destBaseUri: { type: "OctetString", value: "00" } });
  expect(() => checkDestination(otherUri, destination, generic.destination, [])).not.toThrow();
  const noProtocol = destinationRow({ protocol: { type: "noSuchInstance" } });
  expect(() => checkDestination(noProtocol, destination, generic.destination, [])).not.toThrow();
});

const view: RunView = {
  nowMs: 10_000,
  armedAtMs: 9000,
  lastPollAtMs: 9900,
  lastFileAtMs: 9950,
  filesThisRun: 3,
  expectedFiles: 10,
  periodMs: 50,
  patienceMs: 0,
  busySeen: true,
  quickPolls: 1,
};

test.each<[string, Partial<RunView>, number]>([
  ["when the next file is overdue", {}, 55],
  ["every 500 ms while files come slowly", { periodMs: 60_000 }, 400],
  ["every 500 ms once an overdue file has been asked about", { lastPollAtMs: 10_060, nowMs: 10_060 }, 500],
  ["at once when the run has given all it can", { filesThisRun: 10, quickPolls: 0 }, 0],
  [
    "soon again when the CMTS is still busy then",
    { filesThisRun: 10, quickPolls: 1, lastPollAtMs: 10_000 },
    20,
  ],
  ["with doubling pauses", { filesThisRun: 10, quickPolls: 4, lastPollAtMs: 10_000 }, 160],
  ["never slower than every 500 ms", { filesThisRun: 10, quickPolls: 30, lastPollAtMs: 10_000 }, 500],
  ["soon while the CMTS has not said busy", { busySeen: false, lastPollAtMs: 10_000 }, 20],
])("the CMTS is asked %s", (_, overrides, delayMs) => {
  expect(pollDelayMs({ ...view, ...overrides })).toBe(delayMs);
});

test("a status left over from the run before is no end of this one", () => {
  const fresh = { ...view, busySeen: false, filesThisRun: 0, armedAtMs: 9900 };
  expect(hasEnded("sampleReady", fresh)).toBe(false);
  expect(hasEnded("inactive", fresh)).toBe(false);
  expect(hasEnded("inactive", { ...fresh, armedAtMs: 4000 })).toBe(true);
  expect(hasEnded("resourceUnavailable", { ...fresh, armedAtMs: 8900 })).toBe(true);
  expect(hasEnded("sampleReady", { ...fresh, filesThisRun: 1 })).toBe(true);
  expect(hasEnded("sampleReady", view)).toBe(true);
  expect(hasEnded("busy", view)).toBe(false);
});

test("a run gives as many files as periods fit into its duration, at least one, and no more than the vendor lets", () => {
  const files = (freeRunDurationMs: number, repeatPeriodUs: number, limit?: number) =>
    filesPerRun({ triggerMode: "freeRunning", freeRunDurationMs, repeatPeriodUs }, limit);
  expect(files(60_000, 50_000)).toBe(1200);
  expect(files(60_000, 50_000, 10)).toBe(10);
  expect(files(60_000, 60_000_000)).toBe(1);
  expect(files(60_000, 0)).toBe(1);
  expect(filesPerRun({ triggerMode: "cmMac", triggerCount: 5 })).toBe(5);
});

test("a trigger may let wait for its event, a free run may not", () => {
  const waiting = { ...view, lastFileAtMs: undefined, filesThisRun: 0, armedAtMs: -20_000 };
  expect(isSilent(waiting)).toBe(true);
  expect(isSilent({ ...waiting, patienceMs: triggerPatienceMs("idleSid") })).toBe(false);
  expect(isSilent({ ...waiting, patienceMs: 90_000, armedAtMs: -90_000 })).toBe(true);
});

test("the rate counts the frames of the last 10 s and falls to 0 when they end", () => {
  const statistics = new FrameStatistics();
  for (let k = 0; k <= 100; k += 1) statistics.add(k * 50, k * 50, k === 0 ? undefined : 50);
  expect(statistics.framesPerSecond(5000)).toBe(20);
  for (let k = 101; k <= 400; k += 1) statistics.add(k * 50, k * 50, 50);
  expect(statistics.framesPerSecond(20_000)).toBe(20);
  expect(statistics.framesPerSecond(25_000)).toBe(10);
  expect(statistics.framesPerSecond(30_001)).toBe(0);
  expect(statistics.medianIntervalUs()).toBe(50_000);
});

test("files that come late at once are no higher rate than that of their captures", () => {
  const statistics = new FrameStatistics();
  const clockMs = 3_600_000;
  for (let k = 0; k < 100; k += 1) statistics.add(k * 100 + 20, clockMs + k * 100, 100);
  // Nothing comes for 40 s, then what was captured meanwhile within half a second.
  for (let k = 100; k < 500; k += 1) {
    statistics.add(50_000 + k, clockMs + k * 100, 100);
    expect(statistics.framesPerSecond(50_000 + k)).toBeLessThanOrEqual(10);
  }
  expect(statistics.framesPerSecond(50_500)).toBeCloseTo(10, 0);
});

test("a restart shows in an uptime that is smaller, or younger than it should be", () => {
  const upTime = new UpTime();
  expect(upTime.restarted(5, 0)).toBe(false);
  upTime.see(100_000, 1_000_000);
  expect(upTime.restarted(100_100, 1_001_000)).toBe(false);
  expect(upTime.restarted(99_999, 1_001_000)).toBe(true);
  expect(upTime.restarted(120_000, 10_000_000)).toBe(true);
  expect(upTime.restarted(undefined, 10_000_000)).toBe(false);
});
