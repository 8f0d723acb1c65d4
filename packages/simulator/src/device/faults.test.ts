import { setTimeout as delay } from "node:timers/promises";
import { bulkFileStatus, RowStatus, system, utscCfg, utscStatus } from "@pnmlab/docsis-mib";
import { decodePnm } from "@pnmlab/pnm-codec";
import { expect, test } from "vitest";
import type { UploadBehaviour } from "../bulk/upload-fault.ts";
import { type Fault, type Personality, personalities } from "../index.ts";
import { NULL } from "../snmp/values.ts";
import { CMTS, configure, initiate, type Lab, setDestination, startLab, until } from "../testing/lab.ts";

const span = { centerFreqHz: 50_000_000, spanHz: 80_000_000, numBins: 800 };

const inject = (lab: Lab, fault: Fault) => lab.simulator.inject(CMTS, fault);
const uploads = (lab: Lab) => lab.simulator.counters(CMTS).files;

/** One capture as file "one", uploaded under this fault. */
async function upload(lab: Lab, behaviour: UploadBehaviour): Promise<void> {
  inject(lab, { kind: "upload", behaviour, times: 1 });
  await setDestination(lab);
  await configure(lab, { ...span, repeatPeriodUs: 0, filename: "one", destinationIndex: 1 });
  expect(await initiate(lab)).toBe("noError");
  await until(() => lab.simulator.measStatus(CMTS, lab.rf) === "sampleReady");
}

const WHOLE_OCTETS = 291 + 4 * 800;

test("an upload to nobody leaves the file on the CMTS, in error", async () => {
  await using lab = await startLab();
  await upload(lab, { kind: "unreachable" });
  await until(() => uploads(lab).failed === 1);
  expect(await lab.manager.number(bulkFileStatus.fileStatus, 1)).toBe(7);
  expect(await lab.files()).toEqual([]);
});

test("more files than can be under way at once wait, and none is lost", async () => {
  await using lab = await startLab();
  inject(lab, { kind: "upload", behaviour: { kind: "late", delayMs: 1500 } });
  await setDestination(lab);
  const run = { repeatPeriodUs: 10_000, freeRunDurationMs: 1000, maxResultsPerFile: 1 };
  await configure(lab, { ...span, ...run, numBins: 200, filename: "many", destinationIndex: 1 });
  await initiate(lab);
  await until(() => lab.simulator.measStatus(CMTS, lab.rf) === "sampleReady");
  expect(uploads(lab).underWay).toBeGreaterThan(64);
  await until(() => uploads(lab).uploaded === 100);
  expect(await lab.files()).toHaveLength(100);
});

test("a late upload comes late and whole", async () => {
  await using lab = await startLab();
  await upload(lab, { kind: "late", delayMs: 300 });
  await delay(100);
  expect(await lab.files()).toEqual([]);
  await until(() => uploads(lab).uploaded === 1);
  expect(await lab.read("one")).toHaveLength(WHOLE_OCTETS);
});

test("a slow upload takes its time and is whole", async () => {
  await using lab = await startLab();
  const startMs = performance.now();
  await upload(lab, { kind: "slow", octetsPerS: 8000 });
  await until(() => uploads(lab).uploaded === 1);
  // Six full blocks are waited for, 64 ms each.
  expect(performance.now() - startMs).toBeGreaterThan(350);
  expect(await lab.read("one")).toHaveLength(WHOLE_OCTETS);
});

test("an upload that breaks off never becomes a file", async () => {
  await using lab = await startLab();
  await upload(lab, { kind: "broken", share: 0.5 });
  await until(() => uploads(lab).failed === 1);
  expect(await lab.files()).toEqual([]);
});

test("a truncated upload becomes a file that is too short", async () => {
  await using lab = await startLab();
  await upload(lab, { kind: "truncated", share: 0.5 });
  await until(() => uploads(lab).uploaded === 1);
  expect(await lab.read("one")).toHaveLength(Math.round(WHOLE_OCTETS / 2));
});

test("an upload in the other byte order turns the samples round and leaves the header", async () => {
  await using lab = await startLab();
  await upload(lab, { kind: "otherByteOrder" });
  await until(() => uploads(lab).uploaded === 1);
  const bytes = await lab.read("one");
  expect(bytes).toHaveLength(WHOLE_OCTETS);
  const record = decodePnm(bytes, { fileName: "one" });
  expect(record).toMatchObject({ kind: "utsc", layout: "common-header", endianness: "little" });
});

test("an empty upload counts as sent", async () => {
  await using lab = await startLab();
  await upload(lab, { kind: "empty" });
  await until(() => uploads(lab).uploaded === 1);
});

test("a lost file counts as sent and never comes", async () => {
  await using lab = await startLab();
  await upload(lab, { kind: "lost" });
  await until(() => uploads(lab).uploaded === 1);
  expect(await lab.files()).toEqual([]);
});

test("a file that comes twice is written again", async () => {
  await using lab = await startLab();
  await upload(lab, { kind: "duplicate", delayMs: 100 });
  await until(async () => (await lab.files()).length === 1);
  expect(uploads(lab)).toMatchObject({ uploaded: 0, underWay: 1 });
  await until(() => uploads(lab).uploaded === 1);
});

test("a fault of uploads may be one port's alone", async () => {
  await using lab = await startLab();
  const [, other] = lab.simulator.devices[0]!.rfPorts;
  const behaviour: UploadBehaviour = { kind: "wrongName", name: "wrong" };
  inject(lab, { kind: "upload", behaviour, rfPort: other!.ifIndex });
  await setDestination(lab);
  await configure(lab, { ...span, repeatPeriodUs: 0, filename: "one", destinationIndex: 1 });
  await initiate(lab);
  await until(async () => (await lab.files()).length === 1);
  expect(await lab.files()).toEqual(["one"]);
});

test("a clock that is ahead shows in the name and in the header of a file", async () => {
  await using lab = await startLab();
  const remove = inject(lab, { kind: "clockSkew", skewMs: 86_400_000 });
  await setDestination(lab);
  await configure(lab, { ...span, repeatPeriodUs: 0, destinationIndex: 1 });
  await initiate(lab);
  const [name] = await until(async () => ((await lab.files()).length > 0 ? lab.files() : undefined));
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  expect(name).toContain(tomorrow);
  const record = decodePnm(await lab.read(name!), { utsc: { outputFormat: "fftPower" } });
  const aheadS = (record.header.captureTimeS ?? 0) - Date.now() / 1000;
  expect(Math.abs(aheadS - 86_400)).toBeLessThan(60);
  remove();
  expect(lab.simulator.injector(CMTS).clockSkewMs).toBe(0);
});

test("a status that is stuck reads busy when the test is long over", async () => {
  await using lab = await startLab();
  // Before the row exists: the fault is the port's.
  const remove = inject(lab, { kind: "measStatus", rfPort: lab.rf, status: "busy" });
  await configure(lab, { ...span, repeatPeriodUs: 0 });
  await initiate(lab);
  await until(() => lab.simulator.measStatus(CMTS, lab.rf) === "sampleReady");
  expect(await lab.manager.number(utscStatus.measStatus, ...lab.row)).toBe(3);
  remove();
  expect(await lab.manager.number(utscStatus.measStatus, ...lab.row)).toBe(4);
});

test("resources that are exhausted end a start as the personality ends it", async () => {
  await using generic = await startLab();
  await configure(generic, span);
  const remove = inject(generic, { kind: "resources", rfPort: generic.rf });
  expect(await initiate(generic)).toBe("noError");
  expect(generic.simulator.measStatus(CMTS, generic.rf)).toBe("resourceUnavailable");
  remove();
  expect(await initiate(generic)).toBe("noError");
  expect(generic.simulator.measStatus(CMTS, generic.rf)).toBe("busy");

  await using e6000 = await startLab({ personality: "e6000" });
  await configure(e6000, { filename: "x", freeRunDurationMs: 1000 });
  inject(e6000, { kind: "resources" });
  expect(await initiate(e6000)).toBe("inconsistentValue");
});

test.each(["wrongValue", "noCreation", "resourceUnavailable", "genErr"] as const)(
  "an object named by the MIB answers %s, as often as asked",
  async (status) => {
    await using lab = await startLab();
    await configure(lab, span);
    inject(lab, {
      kind: "object",
      object: "docsPnmCmtsUtscCfgSpan",
      operations: ["set"],
      behaviour: { kind: "error", status },
      times: 1,
    });
    expect(await lab.manager.set(lab.row, [utscCfg.spanHz, 40_000_000])).toBe(status);
    expect(await lab.manager.set(lab.row, [utscCfg.spanHz, 40_000_000])).toBe("noError");
  },
);

test("a SET that is taken back shows its value first and the old one later", async () => {
  await using lab = await startLab();
  const { manager, row } = lab;
  await configure(lab, span);
  const behaviour = { kind: "revertSet", afterMs: 150 } as const;
  inject(lab, { kind: "object", object: "docsPnmCmtsUtscCfgSpan", behaviour });
  const object = `docsPnmCmtsUtscCfgStatus.${row.join(".")}`;
  inject(lab, { kind: "object", object, behaviour });
  expect(await manager.set(row, [utscCfg.spanHz, 40_000_000])).toBe("noError");
  expect(await manager.set(row, [utscCfg.rowStatus, RowStatus.active])).toBe("noError");
  expect(await manager.number(utscCfg.spanHz, ...row)).toBe(40_000_000);
  expect(await manager.number(utscCfg.rowStatus, ...row)).toBe(RowStatus.active);
  await until(async () => (await manager.number(utscCfg.spanHz, ...row)) === 80_000_000);
  await until(async () => (await manager.number(utscCfg.rowStatus, ...row)) === RowStatus.notInService);
});

test("a network that delays, doubles and shuffles answers still gives the right ones", async () => {
  await using lab = await startLab();
  const remove = inject(lab, { kind: "network", delayMs: 5, jitterMs: 40, duplication: 0.5 });
  const names = await Promise.all(Array.from({ length: 20 }, () => lab.manager.text(system.sysName)));
  expect(new Set(names)).toEqual(new Set([CMTS]));
  remove();
  expect(lab.simulator.faults(CMTS)).toMatchObject({ latencyMs: 0, jitterMs: 0, duplication: 0 });
});

test("of several faults of the network the newest decides, in whatever order they go", async () => {
  await using lab = await startLab();
  const faults = lab.simulator.faults(CMTS);
  faults.latencyMs = 1;
  const first = inject(lab, { kind: "network", delayMs: 10, duplication: 0.1 });
  const second = inject(lab, { kind: "network", delayMs: 20 });
  expect(faults).toMatchObject({ latencyMs: 20, duplication: 0.1 });
  first();
  expect(faults).toMatchObject({ latencyMs: 20, duplication: 0 });
  second();
  expect(faults.latencyMs).toBe(1);
});

test("a device of small answers says tooBig, and cuts its GETBULKs", async () => {
  await using lab = await startLab();
  const whole = await lab.manager.walk(system.sysDescr.oid.replace(/\.1$/, ""));
  inject(lab, { kind: "network", maxResponseOctets: 200 });
  const oids = Array.from({ length: 20 }, () => ({ oid: [1, 3, 6, 1, 2, 1, 1, 5, 0], value: NULL }));
  expect(await lab.manager.ask({ tag: 0xa0, varbinds: oids })).toMatchObject({ status: "tooBig" });
  expect(await lab.manager.walk(system.sysDescr.oid.replace(/\.1$/, ""))).toHaveLength(whole.length);
});

test("a restart in the middle of a capture takes rows and run away and is silent for its time", async () => {
  await using lab = await startLab();
  await configure(lab, { ...span, freeRunDurationMs: 60_000 });
  await initiate(lab);
  lab.simulator.reboot(CMTS, 300);
  await expect(lab.manager.ask({ tag: 0xa0, varbinds: [] }, 100)).rejects.toMatchObject({ code: "DEADLINE" });
  const upTime = await until(() => lab.manager.number(system.sysUpTime).catch(() => undefined));
  expect(upTime).toBeLessThan(300);
  expect((await lab.manager.get(utscCfg.rowStatus, ...lab.row)).type).toBe("noSuchInstance");
});

test("what no device has is named", async () => {
  await using lab = await startLab();
  const object = (name: string): Fault => ({
    kind: "object",
    object: name,
    behaviour: { kind: "ignoreSet" },
  });
  expect(() => inject(lab, object("docsNoSuch"))).toThrow(
    expect.objectContaining({ code: "UNKNOWN_OBJECT" }),
  );
  expect(() => inject(lab, object("sysName.x"))).toThrow(expect.objectContaining({ code: "UNKNOWN_OBJECT" }));
  expect(() => inject(lab, { kind: "otherManager", rfPort: 3 })).toThrow(
    expect.objectContaining({ code: "UNKNOWN_PORT" }),
  );
});

test("another manager that finds our row leaves it as it was when it goes", async () => {
  const custom: Personality = { ...personalities.generic, name: "custom" };
  await using lab = await startLab({ personality: custom });
  await configure(lab, span);
  const release = inject(lab, { kind: "otherManager", rfPort: lab.rf });
  expect(await lab.manager.text(utscCfg.filename, ...lab.row)).toBe("other-manager");
  release();
  expect(await lab.manager.number(utscCfg.rowStatus, ...lab.row)).toBe(RowStatus.active);
  expect(lab.simulator.measStatus(CMTS, lab.rf)).toBe("inactive");
});
