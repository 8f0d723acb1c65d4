import { createLogger } from "@pnmlab/config";
import { MeasStatus, utscCfg } from "@pnmlab/docsis-mib";
import type { StopUtscOrphan, UtscOrphan } from "@pnmlab/protocol";
import { expect, onTestFinished, test } from "vitest";
import { startChain } from "../_test/utsc/chain.ts";
import { FakeCmts, RF_PORT } from "../_test/utsc/fake-cmts.ts";
import { until } from "../_test/utsc/fixture.ts";
import { OrphanWatch } from "./orphan-watch.ts";

type Chain = Awaited<ReturnType<typeof startChain>>;

function watchOver(chain: Chain): OrphanWatch {
  const watch = new OrphanWatch({
    cmts: [{ id: "cmts", ...chain.target }],
    snmp: chain.snmp,
    sessions: {
      isOwn: (mark) => chain.store.sessions.get(mark?.sessionId ?? "")?.settled === false,
      wasOwn: (mark) => chain.store.sessions.has(mark?.sessionId ?? ""),
    },
    portName: async (_cmts, ifIndex) => `port ${ifIndex}`,
    log: createLogger("test", "silent"),
    now: Date.now,
  });
  onTestFinished(() => watch[Symbol.asyncDispose]());
  return watch;
}

function rowOf({ cmtsId, rfPortIfIndex, cfgIndex, fileName }: UtscOrphan): StopUtscOrphan {
  return { cmtsId, rfPortIfIndex, cfgIndex, fileName };
}

test.each(["generic", "casa-c100g"] as const)(
  "a test that a session runs on a %s is no orphan, and cannot be stopped as one",
  async (personality) => {
    const chain = await startChain(personality);
    const watch = watchOver(chain);
    const timing = personality === "generic" ? {} : { repeatPeriodUs: 400_000, freeRunDurationMs: 120_000 };
    const { id } = await chain.start(timing);
    await until(() => chain.session(id).state === "receiving", 20_000);
    const list = await watch.read();
    expect(list).toMatchObject({ orphans: [], cmts: [{ cmtsId: "cmts", running: 1, error: null }] });
    const cfgIndex = personality === "generic" ? 1 : 3;
    const fileName = chain.session(id).accepted?.fileName ?? null;
    const row = { cmtsId: "cmts", rfPortIfIndex: chain.rfPort, cfgIndex, fileName };
    await expect(watch.stop(row)).rejects.toMatchObject({
      code: "UTSC_ORPHAN_CONFLICT",
      message: expect.stringContaining("belongs to a session"),
    });
    expect(chain.simulator.measStatus("cmts", chain.rfPort, cfgIndex)).toBe("busy");
    await chain.stop(id);
  },
  60_000,
);

test("a test that a session of ours has left is found, and its row goes with it when it is stopped", async () => {
  const chain = await startChain("generic");
  const watch = watchOver(chain);
  const { id } = await chain.start();
  await until(() => chain.session(id).state === "receiving", 20_000);
  await chain.closeBackend();
  chain.store.save({ ...chain.store.sessions.get(id)!, desired: "stopped", settled: true });
  const [orphan] = (await watch.read()).orphans;
  expect(orphan).toMatchObject({
    origin: "ours",
    rfPortIfIndex: chain.rfPort,
    rfPortName: `port ${chain.rfPort}`,
    fileName: expect.stringMatching(`^pnmlab_${id}_c1`),
  });
  expect(await watch.stop(rowOf(orphan!))).toEqual({ stopped: rowOf(orphan!), rowRemoved: true });
  expect(chain.measStatus()).toBeUndefined();
  expect((await watch.read()).orphans).toEqual([]);
}, 60_000);

test("another manager's test is listed since it was first seen, and stopped only by its exact row", async () => {
  const chain = await startChain("generic");
  const watch = watchOver(chain);
  const end = chain.simulator.inject("cmts", { kind: "otherManager", rfPort: chain.rfPort });
  onTestFinished(end);
  const [orphan] = (await watch.read()).orphans;
  expect(["otherManager", "unknown"]).toContain(orphan?.origin);
  expect((await watch.read()).orphans[0]?.seenSince).toBe(orphan?.seenSince);
  await expect(watch.stop({ ...rowOf(orphan!), fileName: "another" })).rejects.toMatchObject({
    code: "UTSC_ORPHAN_CONFLICT",
    message: expect.stringContaining('not "another"'),
  });
  await expect(watch.stop({ ...rowOf(orphan!), cfgIndex: 7 })).rejects.toMatchObject({
    code: "UTSC_ORPHAN_CONFLICT",
    message: expect.stringContaining("no longer there"),
  });
  expect(chain.measStatus()).toBe("busy");
  expect(await watch.stop(rowOf(orphan!))).toMatchObject({ rowRemoved: false });
  expect(chain.measStatus()).toBe("inactive");
}, 60_000);

test("a test whose CMTS names each of its files anew is stopped as the orphan that was listed", async () => {
  const cmts = new FakeCmts();
  let files = 0;
  const nextFile = () => {
    files += 1;
    const name = `PNMCcapUsSpecAn_ccap_2026-03-01_10.00.${String(files).padStart(2, "0")}.000_${RF_PORT}`;
    cmts.put(utscCfg.filename, [RF_PORT, 1], {
      type: "OctetString",
      value: Buffer.from(name).toString("hex"),
    });
  };
  cmts.provide("", MeasStatus.busy);
  const get = cmts.get.bind(cmts);
  cmts.get = (...request) => {
    nextFile();
    return get(...request);
  };
  const watch = new OrphanWatch({
    cmts: [{ id: "cmts", host: "10.0.0.1", port: 161, profile: "sim" }],
    snmp: cmts,
    sessions: { isOwn: () => false, wasOwn: () => false },
    portName: async () => null,
    log: createLogger("test", "silent"),
    now: Date.now,
  });
  onTestFinished(() => watch[Symbol.asyncDispose]());
  const [orphan] = (await watch.read()).orphans;
  expect(await watch.stop(rowOf(orphan!))).toMatchObject({ rowRemoved: false });
  expect(cmts.isBusy).toBe(false);
});

test("a CMTS that cannot be asked is listed with the reason", async () => {
  const chain = await startChain("generic");
  const watch = watchOver(chain);
  await chain.stopAgent();
  expect(await watch.read()).toMatchObject({
    orphans: [],
    cmts: [{ cmtsId: "cmts", running: null, error: { code: "AGENT_UNAVAILABLE" } }],
  });
}, 60_000);
