import { setTimeout as delay } from "node:timers/promises";
import {
  bulkDataTransferCfg,
  ccapBulkDataControl,
  MeasStatus,
  type MibObject,
  RowStatus,
  system,
  utscCapab,
  utscCfg,
  utscCtrl,
  utscResult,
  utscStatus,
} from "@pnmlab/docsis-mib";
import { expect, test } from "vitest";
import { type Personality, type PersonalityName, personalities, scenarios } from "../index.ts";
import { compareOids } from "../snmp/oid.ts";
import { CMTS, type Lab, setDestination, startLab, until } from "../testing/lab.ts";

const UTSC_SELECTOR = Uint8Array.of(0x00, 0x80);
const LOOPBACK = Uint8Array.of(127, 0, 0, 1);

const setter = (lab: Lab, index: number[]) => (object: MibObject, value: number | string | Uint8Array) =>
  lab.manager.set(index, [object, value]);

/** Points the first server of the deprecated table at the lab, for UTSC files. */
function setServer(lab: Lab) {
  return lab.manager.set(
    [1],
    [ccapBulkDataControl.destIpAddrType, 1],
    [ccapBulkDataControl.destIpAddr, LOOPBACK],
    [ccapBulkDataControl.uploadControl, 3],
    [ccapBulkDataControl.pnmTestSelector, UTSC_SELECTOR],
  );
}

async function fileCount(lab: Lab, count: number): Promise<string[]> {
  return until(async () => {
    const files = await lab.files();
    return files.length >= count ? files : undefined;
  });
}

test("an E6000 I-CCAP takes four windows and names its ports in its own way", async () => {
  await using lab = await startLab({ personality: "e6000-iccap" });
  const set = setter(lab, lab.row);
  for (const window of [2, 3, 4, 5]) expect(await set(utscCfg.window, window)).toBe("noError");
  expect(await set(utscCfg.window, 6)).toBe("wrongValue");
  expect(personalities["e6000-iccap"].interfaces.rfPortDescr(4)).toBe("cable-upstreamRfPort 1/1");
});

test("a Casa runs its own row 3, uploads by the deprecated table, and files carry the default name", async () => {
  await using lab = await startLab({ personality: "casa-c100g" });
  const { manager, rf } = lab;
  const row = [rf, 3];
  const set = setter(lab, row);
  expect(await manager.number(utscCfg.triggerMode, rf, 1)).toBe(5);
  expect(await manager.number(utscCfg.rowStatus, ...row)).toBe(RowStatus.createAndWait);
  expect(await set(utscCfg.triggerMode, 5)).toBe("inconsistentValue");
  expect(await set(utscCfg.filename, "live")).toBe("notWritable");
  expect(await set(utscCfg.destinationIndex, 1)).toBe("notWritable");
  expect(await set(utscCtrl.initiateTest, 1)).toBe("commitFailed");
  expect(await setServer(lab)).toBe("noError");
  expect(await set(utscCfg.rowStatus, RowStatus.active)).toBe("noError");
  expect(await manager.number(utscCfg.rowStatus, ...row)).toBe(RowStatus.active);
  expect(await set(utscCtrl.initiateTest, 1)).toBe("noError");
  expect(lab.simulator.measStatus(CMTS, rf)).toBe("busy");
  expect(lab.simulator.measStatus(CMTS, rf, 1)).toBe("inactive");
  const [name] = await fileCount(lab, 2);
  expect(name).toMatch(/^PNMCcapUsSpecAn_test-cmts_\d{4}-\d\d-\d\d_\d\d\.\d\d\.\d\d\.\d{3}_4000048$/);
  expect(((await manager.get(utscResult.output, ...row)).value as Uint8Array).length).toBe(0);
  expect(await set(utscCtrl.initiateTest, 2)).toBe("noError");
});

test.each([
  ["a short run", 60_000, 400_000],
  ["a short repeat period", 120_000, 50_000],
  ["more than 300 files", 200_000, 100_000],
  ["a repeat period over the duration", 120_000, 200_000_000],
])(
  "a Casa confirms the activation of %s and takes it back without a word",
  async (_, durationMs, repeatUs) => {
    await using lab = await startLab({ personality: "casa-c100g" });
    const row = [lab.rf, 3];
    const set = setter(lab, row);
    expect(await set(utscCfg.freeRunDurationMs, durationMs)).toBe("noError");
    expect(await set(utscCfg.repeatPeriodUs, repeatUs)).toBe("noError");
    expect(await set(utscCfg.rowStatus, RowStatus.active)).toBe("noError");
    expect(await lab.manager.number(utscCfg.rowStatus, ...row)).toBe(RowStatus.createAndWait);
    expect(await set(utscCtrl.initiateTest, 1)).toBe("commitFailed");
  },
);

test("a Casa's row that was destroyed comes back without its destination", async () => {
  await using lab = await startLab({ personality: "casa-c100g" });
  const row = [lab.rf, 3];
  const set = setter(lab, row);
  expect(await lab.manager.number(utscCfg.destinationIndex, ...row)).toBe(1);
  expect(await set(utscCfg.rowStatus, RowStatus.destroy)).toBe("noError");
  expect(await set(utscCfg.rowStatus, RowStatus.createAndWait)).toBe("noError");
  expect(await lab.manager.number(utscCfg.destinationIndex, ...row)).toBe(0);
});

test("without modems a Casa's port has no rows", async () => {
  const ports = scenarios.plant.ports.map((port, i) =>
    i === 0 ? { ...port, modemCount: 0, channels: [] } : port,
  );
  await using lab = await startLab({ personality: "casa-c100g", scenario: { name: "empty", ports } });
  expect((await lab.manager.get(utscCtrl.initiateTest, lab.rf, 3)).type).toBe("noSuchInstance");
  expect(await setter(lab, [lab.rf, 3])(utscCfg.rowStatus, RowStatus.createAndWait)).toBe("noCreation");
});

test("the servers of the deprecated table take each test once, and know an address by its type", async () => {
  await using lab = await startLab({ personality: "casa-c100g" });
  const { manager } = lab;
  expect(await setServer(lab)).toBe("noError");
  expect(await manager.set([2], [ccapBulkDataControl.pnmTestSelector, UTSC_SELECTOR])).toBe(
    "inconsistentValue",
  );
  expect(await manager.set([2], [ccapBulkDataControl.destIpAddr, LOOPBACK])).toBe("inconsistentValue");
  expect(await manager.set([2], [ccapBulkDataControl.destIpAddr, Uint8Array.of(1)])).toBe("wrongLength");
  expect(await manager.set([2], [ccapBulkDataControl.uploadControl, 4])).toBe("wrongValue");
  expect(await manager.set([4], [ccapBulkDataControl.uploadControl, 3])).toBe("noCreation");
});

test("an EVO creates rows 2 and 3 by createAndWait, and needs the deprecated table first", async () => {
  await using lab = await startLab({ personality: "casa-evo" });
  const { manager, rf } = lab;
  const row = [rf, 3];
  const set = setter(lab, row);
  const complete: [MibObject, number][] = [
    [utscCfg.centerFreqHz, 50_000_000],
    [utscCfg.spanHz, 80_000_000],
    [utscCfg.numBins, 800],
  ];
  expect(await setter(lab, [rf, 1])(utscCfg.rowStatus, RowStatus.createAndWait)).toBe("noCreation");
  expect(await manager.set(row, [utscCfg.rowStatus, RowStatus.createAndGo], ...complete)).toBe(
    "commitFailed",
  );
  expect(await set(utscCfg.rowStatus, RowStatus.createAndWait)).toBe("noError");
  expect(await manager.set(row, ...complete)).toBe("noError");
  expect(await set(utscCfg.destinationIndex, 1)).toBe("commitFailed");
  expect(await setServer(lab)).toBe("noError");
  expect(await set(utscCfg.destinationIndex, 1)).toBe("noError");
  expect(await set(utscCtrl.initiateTest, 1)).toBe("commitFailed");
  expect(await set(utscCfg.rowStatus, RowStatus.active)).toBe("noError");
  expect(await set(utscCtrl.initiateTest, 1)).toBe("noError");
  await fileCount(lab, 1);
  expect(await set(utscCtrl.initiateTest, 2)).toBe("noError");
  expect(await set(utscCfg.freeRunDurationMs, 60_000)).toBe("noError");
  expect(await set(utscCtrl.initiateTest, 1)).toBe("noError");
  expect(await manager.number(utscStatus.measStatus, ...row)).toBe(MeasStatus.inactive);
});

test("an EVO's idleSid runs on whatever its count", async () => {
  const hasty: Personality = {
    ...personalities["casa-evo"],
    timing: { ...personalities["casa-evo"].timing, grantIntervalMs: 20 },
  };
  await using lab = await startLab({ personality: hasty });
  const row = [lab.rf, 2];
  const channel = lab.simulator.truth(CMTS, lab.rf).channels[4]!.ifIndex;
  await lab.manager.set(
    row,
    [utscCfg.rowStatus, RowStatus.createAndWait],
    [utscCfg.centerFreqHz, 50_000_000],
    [utscCfg.spanHz, 80_000_000],
    [utscCfg.numBins, 200],
    [utscCfg.triggerCount, 1],
    [utscCfg.logicalChIfIndex, channel],
  );
  await lab.manager.set(row, [utscCfg.rowStatus, RowStatus.active]);
  expect(await lab.manager.set(row, [utscCtrl.initiateTest, 1])).toBe("noError");
  await until(async () => (await lab.manager.number(utscResult.sampleTimestamp, ...row)) > 0);
  await delay(200);
  expect(lab.simulator.measStatus(CMTS, lab.rf)).toBe("busy");
});

test("a cBR-8 is destroyed, created, and given its columns with pauses, and goes its own ways", async () => {
  const hasty: Personality = {
    ...personalities["cisco-cbr8"],
    provisioning: {
      ...personalities["cisco-cbr8"].provisioning,
      settleMs: { afterDestroy: 300, afterCreate: 200 },
    },
  };
  await using lab = await startLab({ personality: hasty });
  const { manager, row } = lab;
  const set = setter(lab, row);
  expect(await manager.text(system.sysDescr)).toMatch(/^PNM Lab CMTS simulator, Cisco IOS Software.*\r\n/);
  expect(await manager.set([1], [bulkDataTransferCfg.protocol, 1])).toBe("inconsistentName");
  expect(await manager.set([1], [bulkDataTransferCfg.rowStatus, RowStatus.createAndWait])).toBe("noError");
  expect(await manager.set([1], [bulkDataTransferCfg.protocol, 1])).toBe("genErr");
  await manager.set(
    [1],
    [bulkDataTransferCfg.destHostIpAddrType, 1],
    [bulkDataTransferCfg.destHostIpAddress, LOOPBACK],
    [bulkDataTransferCfg.rowStatus, RowStatus.active],
  );
  expect(await set(utscCfg.rowStatus, RowStatus.createAndWait)).toBe("wrongValue");
  expect(await set(utscCfg.rowStatus, RowStatus.createAndGo)).toBe("noError");
  expect(await set(utscCfg.rowStatus, RowStatus.destroy)).toBe("inconsistentValue");
  await delay(220);
  expect(await set(utscCfg.rowStatus, RowStatus.destroy)).toBe("noError");
  expect(await set(utscCfg.rowStatus, RowStatus.createAndGo)).toBe("inconsistentValue");
  await delay(320);
  expect(await set(utscCfg.rowStatus, RowStatus.createAndGo)).toBe("noError");
  expect(await set(utscCfg.spanHz, 6_400_000)).toBe("inconsistentValue");
  await delay(220);
  expect(await set(utscCfg.spanHz, 6_400_000)).toBe("noError");
  expect(await set(utscCfg.numBins, 100)).toBe("noError");
  expect(await manager.number(utscCfg.numBins, ...row)).toBe(800);
  for (const [written, kept] of [
    [1, 2],
    [6, 5],
    [4, 4],
  ] as const) {
    expect(await set(utscCfg.window, written)).toBe("noError");
    expect(await manager.number(utscCfg.window, ...row)).toBe(kept);
  }
  expect(await set(utscCfg.window, 7)).toBe("wrongValue");
  expect(await set(utscCfg.filename, "live")).toBe("notWritable");
  expect(await set(utscCfg.destinationIndex, 1)).toBe("noError");
  expect(await set(utscCtrl.initiateTest, 1)).toBe("noError");
  const [name] = await fileCount(lab, 1);
  expect(name).toMatch(/^PNMCcapUsSpecAn_test-cmts_\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d:\d{3}_493230$/);
});

test("a cBR-8 takes an OFDMA channel in the index, and one test per port all the same", async () => {
  await using lab = await startLab({ personality: "cisco-cbr8" });
  const channel = lab.simulator.truth(CMTS, lab.rf).channels.find(({ kind }) => kind === "ofdma")!;
  const go = [utscCfg.rowStatus, RowStatus.createAndGo] as [MibObject, number];
  expect((await lab.manager.get(utscCapab.window, channel.ifIndex)).type).toBe("OctetString");
  expect(await lab.manager.set([channel.ifIndex, 1], go)).toBe("noError");
  expect(await lab.manager.set([lab.rf, 1], go, [utscCfg.freeRunDurationMs, 60_000])).toBe("noError");
  expect(await lab.manager.set([lab.rf, 1], [utscCtrl.initiateTest, 1])).toBe("noError");
  expect(await lab.manager.set([channel.ifIndex, 1], [utscCtrl.initiateTest, 1])).toBe("noError");
  expect(await lab.manager.number(utscStatus.measStatus, channel.ifIndex, 1)).toBe(
    MeasStatus.resourceUnavailable,
  );
  expect(lab.simulator.measStatus(CMTS, lab.rf)).toBe("busy");
});

test("a cBR-8 of 48 ports runs 8 tests per card and 20 in all", async () => {
  await using lab = await startLab({ personality: "cisco-cbr8", rfPorts: 48 });
  const states: string[] = [];
  for (const { ifIndex } of lab.simulator.devices[0]!.rfPorts) {
    await lab.manager.set(
      [ifIndex, 1],
      [utscCfg.rowStatus, RowStatus.createAndGo],
      [utscCfg.freeRunDurationMs, 600_000],
      [utscCfg.repeatPeriodUs, 600_000_000],
      [utscCfg.numBins, 256],
    );
    expect(await lab.manager.set([ifIndex, 1], [utscCtrl.initiateTest, 1])).toBe("noError");
    states.push(lab.simulator.measStatus(CMTS, ifIndex)!);
  }
  const busy = (from: number, to: number) =>
    states.slice(from, to).filter((state) => state === "busy").length;
  expect([busy(0, 16), busy(16, 32), busy(32, 48)]).toEqual([8, 8, 4]);
  expect(new Set(states)).toEqual(new Set(["busy", "resourceUnavailable"]));
});

test.each(Object.keys(personalities) as PersonalityName[])(
  "another manager's test on %s is seen by all, refuses ours, and ends when it goes",
  async (personality) => {
    await using lab = await startLab({ personality });
    const { manager, rf, simulator } = lab;
    const release = simulator.inject(CMTS, { kind: "otherManager", rfPort: rf });
    expect(simulator.measStatus(CMTS, rf)).toBe("busy");
    const rows = await manager.walk(utscStatus.measStatus.oid);
    const busy = rows.filter(({ value }) => value.value === MeasStatus.busy);
    expect(busy).toHaveLength(1);
    const index = busy[0]!.oid.slice(-2);
    expect(await manager.set(index, [utscCtrl.initiateTest, 1])).toBe("inconsistentValue");
    expect(await manager.set(index, [utscCfg.spanHz, 80_000_000])).toBe("inconsistentValue");
    release();
    expect(simulator.measStatus(CMTS, rf)).not.toBe("busy");
  },
);

test("uploads of the current table still work where a manager names the port", async () => {
  await using lab = await startLab({ personality: "e6000-iccap" });
  await setDestination(lab);
  await lab.manager.set(lab.row, [utscCfg.filename, "once"], [utscCfg.destinationIndex, 1]);
  await lab.manager.set(lab.row, [utscCfg.freeRunDurationMs, 1000]);
  expect(await lab.manager.set(lab.row, [utscCtrl.initiateTest, 1])).toBe("noError");
  expect((await fileCount(lab, 1))[0]).toMatch(/^once_/);
});

test.each(Object.keys(personalities) as PersonalityName[])(
  "a walk of all that %s answers ends and only ever goes forward",
  async (personality) => {
    await using lab = await startLab({ personality, rfPorts: 8 });
    const varbinds = await lab.manager.walk("1.3", 50);
    expect(varbinds.length).toBeGreaterThan(1000);
    const backwards = varbinds.filter(({ oid }, i) => i > 0 && compareOids(oid, varbinds[i - 1]!.oid) <= 0);
    expect(backwards).toEqual([]);
  },
);
