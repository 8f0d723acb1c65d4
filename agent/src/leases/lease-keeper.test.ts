import type { LinkConnection } from "@pnmlab/link";
import type { AgentToBackend } from "@pnmlab/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { honest, type PeerHandler, response, UdpPeer } from "../../test/udp-peer.ts";
import { Policy } from "../policy/index.ts";
import { SnmpEngine } from "../snmp/index.ts";
import { LeaseKeeper } from "./lease-keeper.ts";

const ABORT_OID = "1.3.6.1.4.1.4491.2.1.27.1.3.10.3.1.1.5.1";
const limits = { deadlineMs: 1000 };

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function start(handler: PeerHandler = honest(new Map())) {
  const device = await UdpPeer.start(handler);
  const engine = new SnmpEngine();
  const logged: { message: string; details: object }[] = [];
  const write = (details: object, message: string) => void logged.push({ details, message });
  const policy = new Policy({
    targets: ["127.0.0.0/8"],
    setSubtrees: [],
    profiles: [{ name: "sim", version: "v2c", readCommunity: "secret-r", writeCommunity: "secret-w" }],
  });
  const leases = new LeaseKeeper({ policy, engine, log: { info: write, warn: write, error: write } });
  cleanUp.push(
    () => device[Symbol.asyncDispose](),
    () => engine[Symbol.dispose](),
  );
  const lease = (leaseId: string, ttlMs: number) => ({
    leaseId,
    ttlMs,
    target: { host: "127.0.0.1", port: device.port, profile: "sim" },
    abort: [{ oid: ABORT_OID, value: { type: "Integer" as const, value: 2 } }],
  });
  return { device, leases, lease, logged };
}

function connection() {
  const end = new AbortController();
  const sent: AgentToBackend[] = [];
  const value: LinkConnection = {
    backend: { version: "0", commit: "test", dirty: false, builtAt: "" },
    signal: end.signal,
    send: (message) => {
      if (end.signal.aborted) return false;
      sent.push(message);
      return true;
    },
  };
  return { value, sent, end: () => end.abort() };
}

describe("a lease", () => {
  it("that runs out really SETs its abort on the device and tells the backend", async () => {
    const { device, leases, lease, logged } = await start();
    const link = connection();
    leases.attach(link.value);
    await leases.grant(lease("utsc-1", 50), limits);
    expect(leases.size).toBe(1);
    await expect.poll(() => link.sent).toHaveLength(1);
    expect(device.requests).toMatchObject([
      { pdu: "set", community: "secret-w", varbinds: [{ oid: ABORT_OID, value: Buffer.of(2, 1, 2) }] },
    ]);
    expect(link.sent[0]).toMatchObject({ type: "lease-expired", leaseId: "utsc-1", aborted: true });
    expect(leases.size).toBe(0);
    expect(logged.find(({ message }) => message === "SNMP SET accepted")?.details).toMatchObject({
      audit: "snmp-set",
      leaseId: "utsc-1",
      target: `127.0.0.1:${device.port}`,
      varbinds: [`${ABORT_OID} = Integer 2`],
      outcome: "accepted",
    });
    expect(JSON.stringify(logged)).not.toContain("secret");
  });

  it("that is renewed in time does nothing", async () => {
    const { device, leases, lease } = await start();
    for (let round = 0; round < 8; round += 1) {
      await leases.grant(lease("utsc-1", 400), limits);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(device.requests).toHaveLength(0);
    expect(leases.size).toBe(1);
    await leases.release("utsc-1");
  });

  it("that is released does nothing, and releasing it again is no error", async () => {
    const { device, leases, lease } = await start();
    await leases.grant(lease("utsc-1", 80), limits);
    await leases.release("utsc-1");
    await leases.release("utsc-1");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(device.requests).toHaveLength(0);
    expect(leases.size).toBe(0);
  });

  it("outlives the connection; the next one hears of its end", async () => {
    const { device, leases, lease } = await start();
    const first = connection();
    leases.attach(first.value);
    await leases.grant(lease("utsc-1", 100), limits);
    first.end();
    await expect.poll(() => device.requests.length).toBe(1);
    await expect.poll(() => leases.size).toBe(0);
    const second = connection();
    leases.attach(second.value);
    expect(first.sent).toHaveLength(0);
    expect(second.sent).toMatchObject([{ type: "lease-expired", leaseId: "utsc-1", aborted: true }]);
  });

  it("cannot be renewed while its test is being ended", async () => {
    const { device, leases, lease } = await start(() => {});
    await leases.grant(lease("utsc-1", 20), limits);
    await expect.poll(() => device.requests.length).toBe(1);
    await expect(leases.grant(lease("utsc-1", 1000), limits)).rejects.toMatchObject({
      code: "LEASE_EXPIRED",
    });
    await leases.close(10);
  });

  it("tries again where the device refuses at first", async () => {
    let round = 0;
    const { device, leases, lease } = await start((request, send, from) => {
      round += 1;
      if (round > 2) honest(new Map())(request, send, from);
      else send(response(request, { varbinds: [], errorStatus: 14, errorIndex: 1 }));
    });
    const link = connection();
    leases.attach(link.value);
    await leases.grant(lease("utsc-1", 20), limits);
    await expect.poll(() => link.sent, { timeout: 5000 }).toMatchObject([{ aborted: true }]);
    expect(device.requests).toHaveLength(3);
  });

  it("reports that the abort did not reach the device, with the reason", async () => {
    const { leases, lease } = await start((request, send) =>
      send(response(request, { varbinds: [], errorStatus: 17, errorIndex: 1 })),
    );
    const link = connection();
    leases.attach(link.value);
    await leases.grant(lease("utsc-1", 20), limits);
    await expect
      .poll(() => link.sent, { timeout: 5000 })
      .toMatchObject([{ aborted: false, error: { code: "SNMP_ERROR_STATUS" } }]);
  });

  it("is judged by policy when it is granted, not when it is needed", async () => {
    const { leases, lease } = await start();
    const foreign = lease("utsc-1", 1000);
    foreign.abort[0]!.oid = "1.3.6.1.2.1.1.5.0";
    await expect(leases.grant(foreign, limits)).rejects.toMatchObject({ code: "SNMP_SET_REFUSED" });
    const outside = lease("utsc-1", 1000);
    outside.target.host = "10.0.0.1";
    await expect(leases.grant(outside, limits)).rejects.toMatchObject({ code: "SNMP_TARGET_REFUSED" });
    expect(leases.size).toBe(0);
  });
});

describe("closing", () => {
  it("ends every test that is still held, and takes no new lease", async () => {
    const { device, leases, lease } = await start();
    await leases.grant(lease("utsc-1", 60_000), limits);
    await leases.grant(lease("utsc-2", 60_000), limits);
    await leases.close(5000);
    expect(device.requests.filter((request) => request.pdu === "set")).toHaveLength(2);
    await expect(leases.grant(lease("utsc-3", 60_000), limits)).rejects.toThrow();
  });

  it("does not wait longer than its budget for a device that does not answer", async () => {
    const { leases, lease } = await start(() => {});
    const link = connection();
    leases.attach(link.value);
    await leases.grant(lease("utsc-1", 60_000), limits);
    const startMs = performance.now();
    await leases.close(300);
    expect(performance.now() - startMs).toBeLessThan(2000);
    expect(link.sent).toMatchObject([{ leaseId: "utsc-1", aborted: false }]);
  });
});
