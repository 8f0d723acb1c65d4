import { setTimeout as delay } from "node:timers/promises";
import { RequestManager } from "@pnmlab/link";
import { type AgentToBackend, STREAM_WINDOW } from "@pnmlab/protocol";
import { expect, it, onTestFinished } from "vitest";
import { integer, TAG, tlv } from "../../test/ber.ts";
import { type PeerHandler, response, UdpPeer } from "../../test/udp-peer.ts";
import { LeaseKeeper } from "../leases/index.ts";
import { Policy, type PolicyOptions } from "../policy/index.ts";
import { SnmpEngine } from "../snmp/index.ts";
import { createMethods, JobRunner } from "./index.ts";

const ROOT = "1.3.6.1.4.1.4491.2.1.27.1";
const deadline = { deadlineMs: 10_000 };

/** A column of so many numbers. */
function numbers(count: number): PeerHandler {
  return (request, send) => {
    const { oid } = request.varbinds[0]!;
    const after = oid === ROOT ? 0 : Number(oid.slice(ROOT.length + 1));
    const length = Math.max(0, Math.min(request.maxRepetitions, count - after));
    const varbinds = Array.from({ length }, (_, at): [string, Buffer] => [
      `${ROOT}.${after + at + 1}`,
      integer(at),
    ]);
    if (request.pdu === "get") varbinds.push([oid, integer(1)]);
    if (varbinds.length === 0) varbinds.push([oid, tlv(TAG.endOfMibView)]);
    send(response(request, { varbinds }));
  };
}

/** The agent's jobs, joined to the backend's book of requests without a socket between them. */
async function start(handler: PeerHandler, options: Partial<PolicyOptions> = {}) {
  const device = await UdpPeer.start(handler);
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const engine = new SnmpEngine();
  const profiles = [{ name: "sim", version: "v2c" as const, readCommunity: "r", writeCommunity: "w" }];
  const policy = new Policy({ targets: ["127.0.0.0/8"], setSubtrees: [ROOT], profiles, ...options });
  const leases = new LeaseKeeper({ policy, engine, log });
  const runner = new JobRunner(createMethods({ policy, engine, leases, log }), log);
  const end = new AbortController();
  const sent: AgentToBackend[] = [];
  const build = { version: "0", commit: "test", dirty: false, builtAt: "2026-01-01T00:00:00.000Z" };
  const handle = runner.serve({
    backend: build,
    signal: end.signal,
    send: (message) => {
      sent.push(message);
      const copy = JSON.parse(JSON.stringify(message));
      if (message.type === "response") queueMicrotask(() => requests.settle(copy));
      return true;
    },
  });
  const requests = new RequestManager({
    send: (message) => {
      if (message.type === "request" || message.type === "cancel")
        handle(JSON.parse(JSON.stringify(message)));
    },
  });
  onTestFinished(async () => {
    end.abort(new Error("the test is over"));
    engine[Symbol.dispose]();
    await device[Symbol.asyncDispose]();
  });
  return { device, requests, runner, sent, target: { host: "127.0.0.1", port: device.port, profile: "sim" } };
}

const isChunk = (message: AgentToBackend) => "more" in message && message.more === true;

it("a walk comes in chunks, whole and in order", async () => {
  const { requests, sent, target } = await start(numbers(1_234));
  const oids: string[] = [];
  for await (const rows of requests.stream("snmp.walkStream", { target, oid: ROOT }, deadline)) {
    oids.push(...rows.map(({ oid }) => oid));
  }
  expect(oids).toEqual(Array.from({ length: 1_234 }, (_, at) => `${ROOT}.${at + 1}`));
  expect(sent.filter(isChunk).length).toBeGreaterThan(3);
});

it("a walk waits for a receiver that does not take its rows, and goes on when it does", async () => {
  const { requests, sent, device, target } = await start(numbers(20_000));
  const stream = requests.stream("snmp.walkStream", { target, oid: ROOT }, deadline);
  await stream.next();
  await delay(300);
  const asked = device.requests.length;
  expect(sent.filter(isChunk).length).toBeLessThanOrEqual(STREAM_WINDOW + 1);
  await delay(200);
  expect(device.requests.length).toBe(asked);
  let rows = 0;
  for await (const some of stream) rows += some.length;
  expect(rows).toBeGreaterThan(19_000);
});

it("a receiver that leaves ends the walk at the device", async () => {
  const { requests, device, runner, target } = await start(numbers(1_000_000));
  for await (const _rows of requests.stream("snmp.walkStream", { target, oid: ROOT }, deadline)) break;
  await delay(50);
  const asked = device.requests.length;
  await delay(200);
  expect(device.requests.length).toBe(asked);
  expect(runner.size).toBe(0);
});

it("an error comes after the rows that were there before it", async () => {
  const { requests, target } = await start(numbers(5_000));
  let rows = 0;
  const stream = requests.stream("snmp.walkStream", { target, oid: ROOT, maxRows: 900 }, deadline);
  await expect(
    (async () => {
      for await (const some of stream) rows += some.length;
    })(),
  ).rejects.toMatchObject({ code: "SNMP_WALK_LIMIT" });
  expect(rows).toBeLessThanOrEqual(900);
});

it("a sweep has an answer or an error of each target, and a bad one does not hold up the others", async () => {
  const { requests, target } = await start(numbers(10));
  const targets = [target, { ...target, host: "10.9.9.9" }, { ...target, profile: "unknown" }, target];
  const answers = new Map<number, unknown>();
  const params = { targets, oids: [`${ROOT}.1`], targetDeadlineMs: 500 };
  for await (const some of requests.stream("snmp.sweep", params, deadline)) {
    for (const answer of some) answers.set(answer.target, answer.ok ? answer.varbinds : answer.error.code);
  }
  const varbinds = [{ oid: `${ROOT}.1`, value: { type: "Integer", value: 1 } }];
  expect([...answers].sort(([a], [b]) => a - b)).toEqual([
    [0, varbinds],
    [1, "SNMP_TARGET_REFUSED"],
    [2, "SNMP_PROFILE_UNKNOWN"],
    [3, varbinds],
  ]);
});

it("an agent without the permission to read asks no device", async () => {
  const { requests, device, target } = await start(numbers(10), { permissions: ["capture"] });
  const get = requests.request("snmp.get", { target, oids: [ROOT] }, deadline);
  await expect(get).rejects.toMatchObject({ code: "SNMP_PERMISSION" });
  const walk = requests.stream("snmp.walkStream", { target, oid: ROOT }, deadline);
  await expect(walk.next()).rejects.toMatchObject({ code: "SNMP_PERMISSION" });
  expect(device.requests).toHaveLength(0);
});
