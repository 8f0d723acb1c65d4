import { setTimeout as delay } from "node:timers/promises";
import { RowStatus, utscCfg } from "@pnmlab/docsis-mib";
import { PnmLabError } from "@pnmlab/kit";
import type { SnmpTarget, Varbind } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { startChain } from "../_test/utsc/chain.ts";
import { FakeCmts } from "../_test/utsc/fake-cmts.ts";
import { deliver, REQUEST, startFixture, until } from "../_test/utsc/fixture.ts";
import type { RequestOptions } from "../contracts.ts";

async function afterMicrotasks(count: number): Promise<void> {
  for (let k = 0; k < count; k += 1) await Promise.resolve();
}

test("a stop that comes at any moment of a change of parameters leaves no test running that nobody wants", async () => {
  const { cmts, service } = startFixture();
  for (let moment = 0; moment < 120; moment += 1) {
    const { id } = await service.start(REQUEST);
    await until(() => service.get(id)?.state === "running");
    const change = service.start({ ...REQUEST, bins: 400 });
    await afterMicrotasks(moment);
    await Promise.allSettled([service.stop(id), change]);
    await delay(10);
    const wanted = service.list().filter(({ desired }) => desired === "running");
    if (wanted.length === 0) {
      expect({ moment, isBusy: cmts.isBusy, leases: cmts.leases.size, hasRow: cmts.hasRow }).toEqual({
        moment,
        isBusy: false,
        leases: 0,
        hasRow: false,
      });
    }
    for (const session of wanted) await service.stop(session.id);
  }
}, 60_000);

test("a start that the end of the backend overtakes starts nothing", async () => {
  const { cmts, service } = startFixture();
  const get = cmts.get.bind(cmts);
  const { promise: closed, resolve: noteClosed } = Promise.withResolvers<void>();
  cmts.get = async (...request) => {
    await closed;
    return get(...request);
  };
  const start = service.start(REQUEST).catch(({ code }: PnmLabError) => code);
  await service.close();
  noteClosed();
  expect(await start).toBe("CLOSED");
  await delay(50);
  expect(cmts.sets).toEqual([]);
});

test("a start after a single capture with the same values runs on", async () => {
  const fixture = startFixture();
  const { service } = fixture;
  const { id } = await service.single(REQUEST);
  await until(() => service.get(id)?.state === "running");
  expect((await service.start(REQUEST)).id).toBe(id);
  for (let k = 0; k < 3; k += 1) deliver(fixture);
  await delay(50);
  expect(service.get(id)).toMatchObject({ state: "receiving", desired: "running", framesReceived: 3 });
  expect(fixture.store.sessions.get(id)).toMatchObject({ desired: "running" });
});

test("a row whose creation was carried out although its answer was lost goes at the stop", async () => {
  const cmts = new FakeCmts();
  const { service } = startFixture(cmts);
  const set = cmts.set.bind(cmts);
  cmts.set = async (target, varbinds) => {
    const answer = await set(target, varbinds);
    if (varbinds[0]!.oid.startsWith(`${utscCfg.rowStatus.oid}.`)) {
      cmts.set = set;
      throw new PnmLabError("AGENT_LOST", "the agent was lost");
    }
    return answer;
  };
  const { id } = await service.start(REQUEST);
  await until(() => service.get(id)?.state === "running");
  expect(cmts.fileName).toBe(`pnmlab_${id}_c1`);
  await service.stop(id);
  expect(cmts.hasRow).toBe(false);
});

/** Carries a row's creation out and holds its answer back until the request is given up; resolves with the SET. */
function holdCreation(cmts: FakeCmts): Promise<void> {
  const set = cmts.set.bind(cmts);
  const { promise: created, resolve } = Promise.withResolvers<void>();
  cmts.set = async (target: SnmpTarget, varbinds: Varbind[], options?: RequestOptions) => {
    const answer = await set(target, varbinds);
    const [{ oid, value } = { oid: "", value: { type: "noSuchObject" } }] = varbinds;
    if (!oid.startsWith(`${utscCfg.rowStatus.oid}.`) || !("value" in value)) return answer;
    if (value.value === RowStatus.active || value.value === RowStatus.destroy) return answer;
    resolve();
    return new Promise((_, reject) => {
      options!.signal!.addEventListener("abort", () => reject(options!.signal!.reason as Error));
    });
  };
  return created;
}

test("a stop while a row is being created removes the row", async () => {
  const cmts = new FakeCmts();
  const { service } = startFixture(cmts);
  const created = holdCreation(cmts);
  const { id } = await service.start(REQUEST);
  await created;
  expect((await service.stop(id)).state).toBe("stopped");
  expect(cmts.hasRow).toBe(false);
});

test("a backend that ends while a row is being created leaves none that nothing marks", async () => {
  const cmts = new FakeCmts();
  const { service } = startFixture(cmts);
  const created = holdCreation(cmts);
  await service.start(REQUEST);
  await created;
  await service.close();
  expect(cmts.hasRow).toBe(false);
});

test("sessions that ended before a restart stay out of view when the agent comes and goes", async () => {
  const fixture = startFixture();
  const ids: string[] = [];
  for (let k = 0; k < 3; k += 1) {
    const { id } = await fixture.service.start(REQUEST);
    await until(() => fixture.service.get(id)?.state === "running");
    await fixture.service.stop(id);
    ids.push(id);
  }
  await fixture.restart();
  fixture.publisher.sessions.length = 0;
  fixture.cmts.setAvailable(false);
  await delay(400);
  expect(fixture.service.list().map(({ id }) => id)).toEqual(ids.slice(-1));
  expect([...new Set(fixture.publisher.sessions.map(({ id }) => id))]).toEqual(ids.slice(-1));
});

test("a session ends on the CMTS although its end cannot be stored", async () => {
  const { cmts, service, store } = startFixture();
  const { id } = await service.start(REQUEST);
  await until(() => service.get(id)?.state === "running");
  store.save = () => {
    throw new Error("database or disk is full");
  };
  expect((await service.stop(id)).state).toBe("stopped");
  expect({ isBusy: cmts.isBusy, hasRow: cmts.hasRow, leases: cmts.leases.size }).toEqual({
    isBusy: false,
    hasRow: false,
    leases: 0,
  });
});

test("a start that comes while the way of the files is tested waits for the port, and then has it alone", async () => {
  const chain = await startChain("e6000");
  const probing = chain.probe();
  // One capture takes milliseconds: who looks late sees it taken already.
  await until(() => ["busy", "sampleReady"].includes(chain.measStatus() ?? ""));
  const outcomes: string[] = [];
  const tryStart = () =>
    chain.start().then(
      ({ id }) => id,
      ({ code }: PnmLabError) => code,
    );
  await until(() => chain.measStatus() !== "busy");
  do outcomes.push(await tryStart());
  while (outcomes.at(-1) === "UTSC_PROBE_BUSY" && (await delay(5, true)));
  const id = outcomes.at(-1)!;
  expect(outcomes[0]).toBe("UTSC_PROBE_BUSY");
  expect((await probing).ok).toBe(true);
  await until(() => chain.session(id).framesReceived > 2, 20_000);
  expect(chain.session(id).failure).toBeNull();
  expect((await chain.start({ bins: 1600 })).id).toBe(id);
  await chain.stop(id);
}, 60_000);

test("a single capture ends with a spectrum by SNMP where files stay away", async () => {
  const chain = await startChain("generic");
  chain.inject({ kind: "upload", behaviour: { kind: "unreachable" } });
  const { id } = await chain.single();
  await until(() => chain.session(id).state === "stopped", 20_000);
  expect(chain.session(id)).toMatchObject({ framesReceived: 1, framesBySnmp: 1, desired: "stopped" });
  expect(chain.measStatus()).not.toBe("busy");
}, 60_000);
