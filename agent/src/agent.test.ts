import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PnmLabError } from "@pnmlab/kit";
import { RequestManager } from "@pnmlab/link";
import { type AgentToBackend, agentToBackendSchema, type BackendToAgent } from "@pnmlab/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { integer } from "../test/ber.ts";
import { honest, type PeerHandler, UdpPeer } from "../test/udp-peer.ts";
import { type Agent, startAgent } from "./index.ts";

const ROOT = "1.3.6.1.4.1.4491.2.1.27";
const build = { version: "0.0.0", commit: "test", dirty: false, builtAt: "2026-01-01T00:00:00.000Z" };

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** As much of a backend as it takes to ask an agent. */
async function startBackend() {
  const server = createServer();
  const sockets = new WebSocketServer({ server, path: "/ws/agent" });
  const received: AgentToBackend[] = [];
  const state: { socket?: WebSocket; requests?: RequestManager } = {};
  sockets.on("connection", (socket) => {
    const send = (message: BackendToAgent) => socket.send(JSON.stringify(message));
    const requests = new RequestManager({ send });
    Object.assign(state, { socket, requests });
    socket.on("message", (data) => {
      const message = agentToBackendSchema.parse(JSON.parse(data.toString()));
      received.push(message);
      if (message.type === "response") requests.settle(message);
      if (message.type === "hello") {
        // This backend keeps no session.
        const session = { token: "t".repeat(32), resumeMs: 0, isResumed: false, received: 0 };
        send({ type: "welcome", build, heartbeatMs: 1000, session });
      }
    });
    socket.on("close", () => requests.close(new PnmLabError("AGENT_LOST", "the agent's connection ended")));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUp.push(() => {
    for (const socket of sockets.clients) socket.terminate();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, received, state };
}

async function start(handler: PeerHandler) {
  const device = await UdpPeer.start(handler);
  cleanUp.push(() => device[Symbol.asyncDispose]());
  const backend = await startBackend();
  const lines: string[] = [];
  const write = (_details: object, message: string) => void lines.push(message);
  const agent: Agent = startAgent({
    backendUrl: backend.url,
    name: "lab-1",
    token: "t".repeat(32),
    profiles: [
      { name: "sim", version: "v2c", readCommunity: "public", writeCommunity: "private" },
      {
        name: "cmts",
        version: "v2c",
        readCommunity: "public",
        writeCommunity: "private",
        maxOutstanding: 4,
      },
    ],
    targets: ["127.0.0.0/8"],
    setSubtrees: [ROOT],
    build,
    log: { info: write, warn: write, error: write },
    linkTimings: { baseDelayMs: 5, maxDelayMs: 20 },
  });
  cleanUp.push(() => agent.close());
  await agent.untilConnected();
  const target = { host: "127.0.0.1", port: device.port, profile: "sim" };
  return { agent, backend, device, lines, target, requests: backend.state.requests! };
}

function rows(count: number): Map<string, Buffer> {
  return new Map(Array.from({ length: count }, (_, index) => [`${ROOT}.1.${index + 1}`, integer(index)]));
}

const deadline = { deadlineMs: 5000 };

describe("an agent", () => {
  it("says who it is and what it can do, without a community", async () => {
    const { backend } = await start(honest(rows(1)));
    expect(backend.received[0]).toMatchObject({
      type: "hello",
      name: "lab-1",
      methods: expect.arrayContaining(["snmp.get", "snmp.set", "snmp.walkStream", "lease.grant"]),
      profiles: ["sim", "cmts"],
    });
    expect(JSON.stringify(backend.received)).not.toContain("private");
  });

  it("gets, sets and walks for its backend", async () => {
    const { requests, target, device } = await start(honest(rows(30)));
    const got = await requests.request("snmp.get", { target, oids: [`${ROOT}.1.3`] }, deadline);
    expect(got.varbinds).toEqual([{ oid: `${ROOT}.1.3`, value: { type: "Integer", value: 2 } }]);
    const varbinds = [{ oid: `${ROOT}.1.3`, value: { type: "Unsigned32" as const, value: 77 } }];
    expect((await requests.request("snmp.set", { target, varbinds }, deadline)).varbinds).toEqual(varbinds);
    const walked = await requests.request("snmp.walk", { target, oid: ROOT }, deadline);
    expect(walked.varbinds).toHaveLength(30);
    expect(walked.varbinds[2]).toEqual(varbinds[0]);
    expect(device.requests[1]!.community).toBe("private");
  });

  it("answers errors with their code and keeps serving", async () => {
    const { requests, target, device, lines } = await start(honest(rows(1)));
    const outside = { oid: "1.3.6.1.2.1.1.5.0", value: { type: "OctetString" as const, value: "" } };
    await expect(
      requests.request("snmp.set", { target, varbinds: [outside] }, deadline),
    ).rejects.toMatchObject({ code: "SNMP_SET_REFUSED" });
    await expect(
      requests.request("snmp.get", { target: { ...target, host: "10.0.0.1" }, oids: [ROOT] }, deadline),
    ).rejects.toMatchObject({ code: "SNMP_TARGET_REFUSED" });
    await expect(
      requests.request("snmp.get", { target: { ...target, profile: "x" }, oids: [ROOT] }, deadline),
    ).rejects.toMatchObject({ code: "SNMP_PROFILE_UNKNOWN" });
    await expect(
      requests.request("snmp.get", { target, oids: ["not an oid"] }, deadline),
    ).rejects.toMatchObject({ code: "AGENT_BAD_PARAMS" });
    await expect(
      requests.request("snmp.get", { target, oids: [ROOT], extra: 1 } as never, deadline),
    ).rejects.toThrow(/extra/);
    expect(device.requests).toHaveLength(0);
    expect(lines.filter((line) => line.includes("of the agent's own"))).toEqual([]);
    await requests.request("snmp.get", { target, oids: [`${ROOT}.1.1`] }, deadline);
  });

  it("asks one device one thing at a time, or as much as its profile says, and SETs one after the other", async () => {
    let running = 0;
    let settingNow = 0;
    const most = { running: 0, setting: 0 };
    const answer = honest(rows(40));
    const { requests, target } = await start((request, send, from) => {
      running += 1;
      if (request.pdu === "set") settingNow += 1;
      most.running = Math.max(most.running, running);
      most.setting = Math.max(most.setting, settingNow);
      setTimeout(() => {
        running -= 1;
        if (request.pdu === "set") settingNow -= 1;
        answer(request, send, from);
      }, 20);
    });
    const varbinds = [{ oid: `${ROOT}.1.1`, value: { type: "Integer" as const, value: 1 } }];
    const askAll = (profile: string) =>
      Promise.all([
        ...Array.from({ length: 12 }, () =>
          requests.request("snmp.get", { target: { ...target, profile }, oids: [`${ROOT}.1.1`] }, deadline),
        ),
        ...Array.from({ length: 4 }, () =>
          requests.request("snmp.set", { target: { ...target, profile }, varbinds }, deadline),
        ),
      ]);
    await askAll("sim");
    expect(most).toEqual({ running: 1, setting: 1 });
    await askAll("cmts");
    expect(most).toEqual({ running: 4, setting: 1 });
  });

  it("counts waiting for a turn against the deadline", async () => {
    const { requests, target } = await start(() => {});
    const oids = [`${ROOT}.1.1`];
    const blocking = Array.from({ length: 4 }, () =>
      requests.request("snmp.get", { target, oids }, { deadlineMs: 2000 }).catch(() => undefined),
    );
    await expect(requests.request("snmp.get", { target, oids }, { deadlineMs: 200 })).rejects.toMatchObject({
      code: "SNMP_TIMEOUT",
      message: expect.stringContaining("was never sent"),
    });
    await Promise.all(blocking);
  });

  it("stops asking when the backend cancels, and answers nothing", async () => {
    const { agent, requests, target, device, backend } = await start(() => {});
    const cancel = new AbortController();
    const oids = [`${ROOT}.1.1`];
    const request = requests.request(
      "snmp.get",
      { target, oids },
      { deadlineMs: 30_000, signal: cancel.signal },
    );
    const outcome = expect(request).rejects.toThrow("enough");
    await expect.poll(() => device.requests.length).toBe(1);
    cancel.abort(new Error("enough"));
    await outcome;
    await expect.poll(() => agent.state.jobs).toBe(0);
    expect(backend.received.filter((message) => message.type === "response")).toEqual([]);
    expect(requests.lateAnswers).toBe(0);
  });

  it("drops what ran for a connection that has ended, and serves the next one", async () => {
    const answer = honest(rows(1));
    let isSilent = true;
    const { agent, requests, target, device, backend } = await start((request, send, from) => {
      if (!isSilent) answer(request, send, from);
    });
    const oids = [`${ROOT}.1.1`];
    const lost = expect(
      requests.request("snmp.get", { target, oids }, { deadlineMs: 30_000 }),
    ).rejects.toMatchObject({ code: "AGENT_LOST" });
    await expect.poll(() => device.requests.length).toBe(1);
    backend.state.socket!.terminate();
    await lost;
    await expect.poll(() => agent.state.jobs).toBe(0);
    await expect.poll(() => backend.state.requests === requests).toBe(false);
    await agent.untilConnected();
    isSilent = false;
    const again = await backend.state.requests!.request("snmp.get", { target, oids }, deadline);
    expect(again.varbinds).toHaveLength(1);
    expect(backend.received.filter((message) => message.type === "response")).toHaveLength(1);
  });

  it("ends the test that its backend left behind, and tells the next connection first", async () => {
    const { agent, requests, target, device, backend } = await start(honest(new Map()));
    const abort = [{ oid: `${ROOT}.1.3.10.3.1.1.5.1`, value: { type: "Integer" as const, value: 2 } }];
    await requests.request("lease.grant", { leaseId: "utsc-1", ttlMs: 500, target, abort }, deadline);
    expect(agent.state.leases).toBe(1);
    const before = backend.received.length;
    backend.state.socket!.terminate();
    await expect.poll(() => device.requests.length, { timeout: 5000 }).toBe(1);
    await expect.poll(() => backend.received.some((message) => message.type === "lease-expired")).toBe(true);
    const told = backend.received.slice(before).map((message) => message.type);
    expect(told.filter((type) => type !== "figures")).toEqual(["hello", "lease-expired"]);
  });

  it("ends its tests when it stops, tells the backend, and is gone", async () => {
    const { agent, requests, target, device, backend } = await start((request, send, from) => {
      if (request.pdu === "set") honest(new Map())(request, send, from);
    });
    const abort = [{ oid: `${ROOT}.1.3.10.3.1.1.5.1`, value: { type: "Integer" as const, value: 2 } }];
    await requests.request("lease.grant", { leaseId: "utsc-1", ttlMs: 60_000, target, abort }, deadline);
    const running = expect(
      requests.request("snmp.get", { target, oids: [ROOT] }, { deadlineMs: 30_000 }),
    ).rejects.toMatchObject({ code: "AGENT_STOPPING" });
    await expect.poll(() => device.requests.length).toBe(1);
    const startMs = performance.now();
    await Promise.all([agent.close(), agent.close()]);
    expect(performance.now() - startMs).toBeLessThan(5000);
    await running;
    expect(device.requests.at(-1)!.pdu).toBe("set");
    expect(backend.received.at(-1)).toMatchObject({
      type: "lease-expired",
      leaseId: "utsc-1",
      aborted: true,
    });
    expect(agent.state).toMatchObject({ link: { name: "closed" }, jobs: 0, leases: 0, snmpSessions: 0 });
  });

  it("does not start with networks or subtrees that cannot be read", () => {
    expect(() =>
      startAgent({
        backendUrl: "ws://127.0.0.1:1",
        name: "lab-1",
        token: "t".repeat(32),
        profiles: [],
        targets: ["everywhere"],
        setSubtrees: [ROOT],
        build,
        log: { info: () => {}, warn: () => {}, error: () => {} },
      }),
    ).toThrow(/PNMLAB_AGENT_TARGETS: "everywhere" is not a network/);
  });
});
