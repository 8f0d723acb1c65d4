import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  bitsFromOctets,
  bulkDataTransferCfg,
  docsIfUpChannel,
  IfType,
  ifStackStatus,
  ifTable,
  ifXTable,
  instanceOid,
  RowStatus,
  system,
  usOfdmaChan,
  utscCapab,
  utscCfg,
  utscCtrl,
  utscResult,
  utscStatus,
} from "@pnmlab/docsis-mib";
import * as snmp from "net-snmp";
import { expect, test } from "vitest";
import { type Personality, personalities } from "../index.ts";
import { compareOids, oidText } from "../snmp/oid.ts";
import { CMTS, configure, initiate, startLab } from "../testing/lab.ts";

const run = promisify(execFile);

test("the system group names the simulator and the vendor, and its texts can be written", async () => {
  await using lab = await startLab({ personality: "e6000" });
  const { manager } = lab;
  expect(await manager.text(system.sysDescr)).toMatch(/^PNM Lab CMTS simulator, ARRIS .*CER_V/);
  expect(await manager.text(system.sysName)).toBe(CMTS);
  expect(await manager.set([], [system.sysLocation, "rack 4"])).toBe("noError");
  expect(await manager.text(system.sysLocation)).toBe("rack 4");
  expect(await manager.set([], [system.sysDescr, "x"])).toBe("notWritable");
});

test.each(["generic", "e6000"] as const)(
  "the interfaces of %s lead from channel to RF port",
  async (personality) => {
    await using lab = await startLab({ personality });
    const { manager, simulator } = lab;
    const [device] = simulator.devices;
    expect(device!.rfPorts).toHaveLength(4);
    const types = new Map(
      (await manager.walk(ifTable.ifType.oid)).map(({ oid, value }) => [oid.at(-1)!, value.value as number]),
    );
    const stack = (await manager.walk(ifStackStatus.oid)).map(({ oid }) => oid.slice(-2) as [number, number]);
    const below = (higher: number) => stack.filter(([upper]) => upper === higher).map(([, lower]) => lower);
    for (const { ifIndex } of device!.rfPorts) {
      expect(types.get(ifIndex)).toBe(IfType.docsCableUpstreamRfPort);
      const truth = simulator.truth(CMTS, ifIndex);
      for (const channel of truth.channels) {
        let at = channel.ifIndex;
        expect(types.get(at)).toBe(
          channel.kind === "scQam" ? IfType.docsCableUpstreamChannel : IfType.docsOfdmaUpstream,
        );
        if (channel.kind === "scQam") {
          [at] = below(at) as [number];
          expect(types.get(at)).toBe(IfType.docsCableUpstream);
          expect(await manager.number(docsIfUpChannel.frequencyHz, channel.ifIndex)).toBe(channel.centerHz);
          expect(await manager.number(docsIfUpChannel.widthHz, channel.ifIndex)).toBe(
            channel.upperHz - channel.lowerHz,
          );
        } else {
          expect(await manager.number(usOfdmaChan.lowerBoundaryHz, channel.ifIndex)).toBe(44_000_000);
          expect(await manager.number(usOfdmaChan.upperBoundaryHz, channel.ifIndex)).toBe(84_800_000);
        }
        expect(below(at)).toEqual([ifIndex]);
      }
    }
    expect(await manager.text(ifXTable.ifAlias, lab.rf)).toBe("Node Abel");
  },
);

test("capability bits say what the configuration takes", async () => {
  await using lab = await startLab({ personality: "e6000" });
  const { manager, rf } = lab;
  const bits = async (object: typeof utscCapab.window) =>
    bitsFromOctets((await manager.get(object, rf)).value as Uint8Array);
  expect(await bits(utscCapab.triggerMode)).toEqual([1, 4, 5]);
  expect(await bits(utscCapab.outputFormat)).toEqual([1, 2, 4, 5]);
  expect(await bits(utscCapab.window)).toEqual([1]);
  for (let value = 1; value <= 8; value += 1) {
    const supported = value <= 5 && value !== 3;
    const status = await manager.set(lab.row, [utscCfg.outputFormat, value]);
    expect(status).toBe(supported ? "noError" : "wrongValue");
  }
  expect(await manager.set(lab.row, [utscCfg.window, 3])).toBe("wrongValue");
  expect(await manager.set(lab.row, [utscCfg.triggerMode, 7])).toBe("wrongValue");
});

test("a walk of everything ends and only ever goes forward", async () => {
  await using lab = await startLab();
  await configure(lab, { centerFreqHz: 50_000_000, spanHz: 80_000_000, numBins: 4096, repeatPeriodUs: 0 });
  await initiate(lab);
  const varbinds = await lab.manager.walk("1.3", 50);
  expect(varbinds.length).toBeGreaterThan(500);
  for (let i = 1; i < varbinds.length; i += 1) {
    expect(compareOids(varbinds[i]!.oid, varbinds[i - 1]!.oid)).toBeGreaterThan(0);
  }
  const single = await lab.manager.walk("1.3.6.1.2.1.2", 1);
  expect(single.map(({ oid }) => oidText(oid))).toEqual(
    (await lab.manager.walk("1.3.6.1.2.1.2", 100)).map(({ oid }) => oidText(oid)),
  );
});

test("rows of a generic CMTS come by RowStatus, one set per port, on RF ports alone", async () => {
  await using lab = await startLab();
  const { manager, row, rf } = lab;
  const { rowStatus } = utscCfg;
  const channel = lab.simulator.truth(CMTS, rf).channels[0]!.ifIndex;
  expect(await manager.set([channel, 1], [rowStatus, RowStatus.createAndWait])).toBe("noCreation");
  expect(await manager.set([rf, 2], [rowStatus, RowStatus.createAndWait])).toBe("noCreation");
  expect(await manager.set(row, [utscCfg.spanHz, 80_000_000])).toBe("inconsistentName");
  expect(await manager.set(row, [utscCtrl.initiateTest, 1])).toBe("inconsistentName");
  expect(await manager.set(row, [rowStatus, RowStatus.createAndGo])).toBe("inconsistentValue");
  expect(await manager.set(row, [rowStatus, RowStatus.createAndWait])).toBe("noError");
  expect(await manager.number(rowStatus, ...row)).toBe(RowStatus.notReady);
  expect((await manager.get(utscCfg.spanHz, ...row)).type).toBe("noSuchInstance");
  expect(await manager.number(utscStatus.measStatus, ...row)).toBe(2);
  expect(await manager.number(utscCtrl.initiateTest, ...row)).toBe(2);
  for (const [object, value] of [
    [utscCfg.centerFreqHz, 50_000_000],
    [utscCfg.spanHz, 80_000_000],
  ] as const) {
    expect(await manager.set(row, [object, value])).toBe("noError");
    expect(await manager.number(rowStatus, ...row)).toBe(RowStatus.notReady);
  }
  expect(await manager.set(row, [utscCtrl.initiateTest, 1])).toBe("inconsistentValue");
  expect(await manager.set(row, [utscCfg.numBins, 1600])).toBe("noError");
  expect(await manager.number(rowStatus, ...row)).toBe(RowStatus.notInService);
  expect(await manager.set(row, [utscCtrl.initiateTest, 1])).toBe("inconsistentValue");
  expect(await manager.set(row, [rowStatus, RowStatus.active])).toBe("noError");
  expect(await manager.number(rowStatus, ...row)).toBe(RowStatus.active);
  expect(await manager.set(row, [rowStatus, RowStatus.destroy])).toBe("noError");
  for (const object of [rowStatus, utscCtrl.initiateTest, utscStatus.measStatus, utscResult.output]) {
    expect((await manager.get(object, ...row)).type).toBe("noSuchInstance");
  }
});

test("one request creates, completes, activates and starts a row", async () => {
  await using lab = await startLab();
  const { manager, row } = lab;
  const response = await manager.setAll([
    [utscCtrl.initiateTest, row, 1],
    [utscCfg.rowStatus, row, RowStatus.createAndGo],
    [utscCfg.centerFreqHz, row, 50_000_000],
    [utscCfg.spanHz, row, 80_000_000],
    [utscCfg.numBins, row, 800],
  ]);
  expect(response.status).toBe("noError");
  expect(lab.simulator.measStatus(CMTS, lab.rf)).toBe("busy");
  expect(await manager.number(utscCtrl.initiateTest, ...row)).toBe(1);
});

test("a generic CMTS uses the nearest value it can and reads back what it uses", async () => {
  await using lab = await startLab();
  const { manager, row } = lab;
  await configure(lab, { centerFreqHz: 50_012_345, spanHz: 79_990_000, numBins: 60_000 });
  expect(await manager.number(utscCfg.centerFreqHz, ...row)).toBe(50_000_000);
  expect(await manager.number(utscCfg.spanHz, ...row)).toBe(80_000_000);
  expect(await manager.number(utscCfg.numBins, ...row)).toBe(8192);
});

test.each([
  ["wrongValue", "triggerMode", 1],
  ["wrongValue", "triggerMode", 11],
  ["wrongValue", "window", 1],
  ["wrongValue", "numBins", 70_000],
  ["wrongValue", "numBins", 0],
  ["wrongValue", "averaging", 256],
  ["wrongValue", "burstIuc", 13],
  ["wrongLength", "cmMacAddr", Uint8Array.of(1, 2, 3)],
  ["wrongLength", "filename", "x".repeat(256)],
  ["inconsistentValue", "destinationIndex", 9],
  ["inconsistentValue", "repeatPeriodUs", 1_000_001],
  ["inconsistentValue", "freeRunDurationMs", 99],
] as const)("a generic CMTS refuses with %s: %s = %s", async (status, key, value) => {
  await using lab = await startLab();
  await configure(lab, { centerFreqHz: 50_000_000, spanHz: 80_000_000, numBins: 1600 });
  expect(await lab.manager.set(lab.row, [utscCfg[key], value])).toBe(status);
});

test("repeat period and duration may both change in one request, in either order", async () => {
  await using lab = await startLab();
  const { manager, row } = lab;
  await configure(lab, { centerFreqHz: 50_000_000, spanHz: 80_000_000, numBins: 1600 });
  const both = (us: number, ms: number) =>
    manager.set(row, [utscCfg.repeatPeriodUs, us], [utscCfg.freeRunDurationMs, ms]);
  expect(await both(5_000_000, 60_000)).toBe("noError");
  expect(await both(10_000, 100)).toBe("noError");
  const response = await manager.setAll([
    [utscCfg.freeRunDurationMs, row, 50],
    [utscCfg.repeatPeriodUs, row, 60_000],
  ]);
  expect(response).toMatchObject({ status: "inconsistentValue", errorIndex: 2 });
  expect(await manager.number(utscCfg.freeRunDurationMs, ...row)).toBe(100);
});

test("an E6000 has its rows from boot, keeps them, and rounds or refuses by its own rules", async () => {
  await using lab = await startLab({ personality: "e6000" });
  const { manager, row } = lab;
  expect(await manager.number(utscCfg.rowStatus, ...row)).toBe(RowStatus.active);
  expect(await manager.set(row, [utscCfg.rowStatus, RowStatus.createAndGo])).toBe("inconsistentValue");
  expect(await manager.set(row, [utscCfg.rowStatus, RowStatus.destroy])).toBe("inconsistentValue");
  expect(await manager.set(row, [utscCfg.rowStatus, RowStatus.notInService])).toBe("wrongValue");
  const set = (key: keyof typeof utscCfg, value: number | string) => manager.set(row, [utscCfg[key], value]);
  expect(await set("centerFreqHz", 50_010_000)).toBe("inconsistentValue");
  expect(await set("centerFreqHz", 40_050_000)).toBe("noError");
  expect(await set("spanHz", 6_400_000)).toBe("inconsistentValue");
  expect(await set("numBins", 500)).toBe("inconsistentValue");
  expect(await set("averaging", 4)).toBe("notWritable");
  expect(await set("maxResultsPerFile", 2)).toBe("notWritable");
  expect(await set("qualifyBwHz", 4)).toBe("notWritable");
  expect(await set("triggerCount", 0)).toBe("wrongValue");
  expect(await set("filename", "a/b")).toBe("wrongValue");
  expect(await set("filename", "/pnm/utsc/live")).toBe("noError");
  expect(await set("repeatPeriodUs", 100_000)).toBe("inconsistentValue");
  expect(await set("freeRunDurationMs", 999)).toBe("wrongValue");
  expect(await set("freeRunDurationMs", 5001)).toBe("noError");
  expect(await manager.number(utscCfg.freeRunDurationMs, ...row)).toBe(5050);
  expect(await set("repeatPeriodUs", 100_001)).toBe("noError");
  expect(await manager.number(utscCfg.repeatPeriodUs, ...row)).toBe(150_000);
  expect(await set("repeatPeriodUs", 1_000_001)).toBe("wrongValue");
});

test("an E6000 runs one test per card and refuses a second one there", async () => {
  await using lab = await startLab({ personality: "e6000" });
  const { manager, simulator } = lab;
  const ports = simulator.devices[0]!.rfPorts.map(({ ifIndex }) => ifIndex);
  for (const ifIndex of ports) {
    await manager.set(
      [ifIndex, 1],
      [utscCfg.filename, "x"],
      [utscCfg.freeRunDurationMs, 60_000],
      [utscCfg.repeatPeriodUs, 1_000_000],
    );
  }
  const start = (port: number) => manager.set([ports[port]!, 1], [utscCtrl.initiateTest, 1]);
  expect(await start(0)).toBe("noError");
  expect(await start(1)).toBe("inconsistentValue");
  expect(await start(2)).toBe("noError");
  expect(simulator.measStatus(CMTS, ports[1]!)).toBe("inactive");
});

test("a generic CMTS takes a start beyond its resources and says so in the status", async () => {
  const small: Personality = {
    ...personalities.generic,
    concurrency: { ...personalities.generic.concurrency, testsPerCard: 1 },
  };
  await using lab = await startLab({ personality: small });
  const { manager, simulator } = lab;
  const [first, second] = simulator.devices[0]!.rfPorts.map(({ ifIndex }) => ifIndex) as [number, number];
  for (const ifIndex of [first, second]) {
    await manager.set(
      [ifIndex, 1],
      [utscCfg.rowStatus, RowStatus.createAndGo],
      [utscCfg.centerFreqHz, 50_000_000],
      [utscCfg.spanHz, 80_000_000],
      [utscCfg.numBins, 800],
      [utscCtrl.initiateTest, 1],
    );
  }
  expect(simulator.measStatus(CMTS, first)).toBe("busy");
  expect(simulator.measStatus(CMTS, second)).toBe("resourceUnavailable");
});

test("a destination row needs an address that fits its type before it becomes active", async () => {
  await using lab = await startLab({ tftpPort: 69 });
  const { manager } = lab;
  const d = bulkDataTransferCfg;
  expect(await manager.set([7], [d.rowStatus, RowStatus.createAndWait])).toBe("noError");
  expect(await manager.number(d.rowStatus, 7)).toBe(RowStatus.notReady);
  expect(await manager.set([7], [d.destHostIpAddress, Uint8Array.of(1, 2, 3)])).toBe("wrongLength");
  expect(await manager.set([7], [d.destHostIpAddress, Uint8Array.of(10, 0, 0, 1)])).toBe("inconsistentValue");
  expect(await manager.set([7], [d.rowStatus, RowStatus.active])).toBe("inconsistentValue");
  expect(await manager.set([7], [d.destHostIpAddrType, 16])).toBe("wrongValue");
  expect(await manager.set([7], [d.destHostIpAddrType, 1])).toBe("noError");
  expect(await manager.set([7], [d.destHostIpAddress, Uint8Array.of(10, 0, 0, 1)])).toBe("noError");
  expect(await manager.set([7], [d.protocol, 2])).toBe("inconsistentValue");
  expect(await manager.set([7], [d.destBaseUri, "http://10.0.0.1/"])).toBe("wrongValue");
  expect(await manager.set([7], [d.destBaseUri, "tftp://10.0.0.1/pnm/"])).toBe("noError");
  expect(await manager.set([7], [d.rowStatus, RowStatus.active])).toBe("noError");
  expect(await manager.number(d.destPort, 7)).toBe(69);
  await configure(lab, { centerFreqHz: 50_000_000, spanHz: 80_000_000, numBins: 800, destinationIndex: 7 });
  await manager.set([7], [d.rowStatus, RowStatus.destroy]);
  expect(await initiate(lab)).toBe("inconsistentValue");
});

test("an E6000 has destination row 1 from boot, to be completed in place", async () => {
  await using lab = await startLab({ personality: "e6000" });
  const d = bulkDataTransferCfg;
  expect(await lab.manager.number(d.rowStatus, 1)).toBe(RowStatus.notReady);
  expect(await lab.manager.set([1], [d.rowStatus, RowStatus.createAndWait])).toBe("inconsistentValue");
});

test("an npm net-snmp session gets, sets and walks", async () => {
  await using lab = await startLab();
  const session = snmp.createSession("127.0.0.1", "private", {
    port: lab.simulator.devices[0]!.port,
    version: snmp.Version2c,
    backwardsGetNexts: false,
  });
  try {
    const names = await new Promise<string[]>((resolve, reject) => {
      const seen: string[] = [];
      session.subtree(
        ifXTable.ifName.oid,
        20,
        (varbinds) => {
          for (const varbind of varbinds) seen.push(String(varbind.value));
        },
        (error) => (error ? reject(error) : resolve(seen)),
      );
    });
    expect(names).toContain("us-rf-0/0");
    const written = await new Promise<snmp.Varbind[]>((resolve, reject) => {
      session.set(
        [
          {
            oid: instanceOid(utscCfg.rowStatus, ...lab.row),
            type: snmp.ObjectType.Integer,
            value: RowStatus.createAndWait,
          },
        ],
        (error, varbinds) => (error ? reject(error) : resolve(varbinds ?? [])),
      );
    });
    expect(written[0]!.value).toBe(RowStatus.createAndWait);
  } finally {
    session.close();
  }
});

const hasNetSnmp = await run("snmpget", ["-V"]).then(
  () => true,
  () => false,
);
if (!hasNetSnmp) console.info("skipped: the snmp command line tools are not installed");

test.skipIf(!hasNetSnmp)("snmpwalk, snmpbulkwalk and snmpset of Debian work", async () => {
  await using lab = await startLab();
  const target = `127.0.0.1:${lab.simulator.devices[0]!.port}`;
  const common = ["-On", "-Oq"];
  const walk = await run("snmpwalk", ["-v2c", "-c", "public", ...common, target, "1.3"]);
  const bulk = await run("snmpbulkwalk", ["-v2c", "-c", "public", "-Cr50", ...common, target, "1.3"]);
  const v1 = await run("snmpwalk", ["-v1", "-c", "public", ...common, target, "1.3"]);
  // Beyond the last object the tools name it once more, to say so.
  const oids = (text: string) => [...new Set(text.match(/^\.1\.3[.\d]+/gm))];
  expect(oids(walk.stdout).length).toBeGreaterThan(400);
  expect(oids(bulk.stdout)).toEqual(oids(walk.stdout));
  // SNMPv1 has no Counter64.
  const typed = await run("snmpwalk", ["-v2c", "-c", "public", "-On", target, "1.3"]);
  expect(oids(v1.stdout)).toEqual(oids(typed.stdout.replaceAll(/^.*= Counter64:.*$/gm, "")));
  const location = `${system.sysLocation.oid}.0`;
  const set = await run("snmpset", ["-v2c", "-c", "private", ...common, target, location, "s", "rack 4"]);
  expect(set.stdout).toContain("rack 4");
  const refused = run("snmpset", ["-v2c", "-c", "public", ...common, target, location, "s", "rack 5"]);
  await expect(refused).rejects.toMatchObject({ stderr: expect.stringContaining("noAccess") });
});
