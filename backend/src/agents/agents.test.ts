import { acceptedEvents, transition } from "@pnmlab/kit";
import { agentListSchema } from "@pnmlab/protocol";
import { describe, expect, test } from "vitest";
import {
  AGENT_TOKEN,
  openTestBackend,
  refusalOf,
  TestAgent,
  type TestAgentOptions,
  TestBrowser,
  temporaryFolder,
  waitFor,
} from "../_test/support.ts";
import { type AgentEvent, agentTransitions } from "./agent-machine.ts";
import { createLeaseGateway, createSnmpGateway } from "./gateways.ts";
import { RefusalBook } from "./refusals.ts";
import { agentSentence } from "./sentence.ts";

const target = { host: "127.0.0.1", port: 161, profile: "sim" };

function at(hours: number, minutes: number, seconds: number, day = 21): number {
  return new Date(2026, 10, day, hours, minutes, seconds).getTime();
}

test.each([
  ["waiting", "connect", "connected"],
  ["waiting", "refuse", "refused"],
  ["connected", "lose", "lost"],
  ["refused", "refuse", "refused"],
  ["refused", "connect", "connected"],
  ["refused", "refusalsEndAfterLoss", "lost"],
  ["refused", "refusalsEndBeforeConnection", "waiting"],
  ["lost", "connect", "connected"],
  ["lost", "refuse", "refused"],
  ["waiting", "revoke", "revoked"],
  ["connected", "revoke", "revoked"],
  ["refused", "revoke", "revoked"],
  ["lost", "revoke", "revoked"],
  ["revoked", "enrol", "waiting"],
] as const)("an agent that is %s and meets %s is %s", (from, event: AgentEvent, to) => {
  expect(transition(agentTransitions, from, event)).toBe(to);
});

test("no state accepts more than the table says", () => {
  const count = Object.keys(agentTransitions) as (keyof typeof agentTransitions)[];
  expect(count.flatMap((state) => acceptedEvents(agentTransitions, state))).toHaveLength(14);
});

describe("the sentence about an agent", () => {
  const nowMs = at(9, 20, 0);
  const facts = {
    name: "lab-1",
    backendStartedAtMs: at(9, 10, 0),
    known: undefined,
    lost: undefined,
    refusal: undefined,
  };

  test("says since when it is connected and from where", () => {
    const known = { atMs: at(9, 12, 7), address: "10.1.2.3" };
    expect(agentSentence({ ...facts, state: "connected", known }, nowMs)).toBe(
      "agent lab-1 connected since 09:12:07 from 10.1.2.3",
    );
  });

  test("says how often it was refused and why", () => {
    const refusal = {
      name: "lab-1",
      address: "10.1.2.3",
      code: "AGENT_TOKEN_MISMATCH" as const,
      reason: "token mismatch",
      count: 14,
      firstAtMs: at(9, 12, 3),
      lastAtMs: nowMs,
    };
    expect(agentSentence({ ...facts, state: "refused", refusal }, nowMs)).toBe(
      "agent lab-1 from 10.1.2.3 refused 14 times since 09:12:03: token mismatch",
    );
  });

  test("says since when it is lost and what happens next", () => {
    const lost = { atMs: at(9, 12, 3), address: "10.1.2.3", reason: "no word for 1.8 s" };
    expect(agentSentence({ ...facts, state: "lost", lost }, nowMs)).toBe(
      "agent lab-1 lost since 09:12:03 (from 10.1.2.3): no word for 1.8 s; it reconnects by itself once it can reach this backend",
    );
  });

  test("says what to do where it has not come yet, and when it was last here", () => {
    expect(agentSentence({ ...facts, state: "waiting" }, nowMs)).toBe(
      "agent lab-1 has not connected since this backend started at 09:10:00; start the agent, or check PNMLAB_BACKEND_URL on its machine",
    );
    const known = { atMs: at(22, 41, 5, 20), address: "10.1.2.3" };
    expect(agentSentence({ ...facts, state: "waiting", known }, nowMs)).toContain(
      "(last connected 20 Nov 22:41 from 10.1.2.3)",
    );
  });
});

describe("the book of refusals", () => {
  const attempt = {
    name: "lab-1",
    address: "10.1.2.3",
    code: "AGENT_TOKEN_MISMATCH" as const,
    reason: "token mismatch",
  };

  test("counts by name and address, and begins anew with a new reason", () => {
    const book = new RefusalBook();
    book.record(attempt, 1000);
    book.record({ ...attempt, address: "10.9.9.9" }, 1500);
    expect(book.record(attempt, 2000).refusal).toMatchObject({ count: 2, firstAtMs: 1000, lastAtMs: 2000 });
    const other = { ...attempt, code: "AGENT_PROTOCOL" as const, reason: "protocol 2 instead of 1" };
    expect(book.record(other, 3000).refusal).toMatchObject({ count: 1, firstAtMs: 3000 });
  });

  test("forgets what has ended, and does not grow with the number of strangers", () => {
    const book = new RefusalBook();
    for (let stranger = 0; stranger < 1000; stranger += 1) {
      book.record({ ...attempt, name: `stranger-${stranger}` }, 1000);
    }
    expect(book.names().length).toBeLessThanOrEqual(64);
    expect(book.sweep(2000)).toBe(false);
    expect(book.sweep(1000 + 120_000)).toBe(true);
    expect(book.names()).toEqual([]);
  });
});

describe("an agent's connection", () => {
  test.each<Parameters<TestAgent["send"]>[0]>([
    { type: "poll-refresh", revision: "1" },
    { type: "lease-expired", leaseId: "of-another-agent", atMs: 1, aborted: true },
  ])("is ended where $type comes before its hello, and the backend goes on", async (message) => {
    const backend = await openTestBackend();
    const expired: string[] = [];
    backend.agents.on("lease-expired", ({ leaseId }) => expired.push(leaseId));
    const early = new TestAgent(backend.url, { sayHello: false });
    const closed = new Promise<number>((resolve) => early.socket.on("close", resolve));
    early.socket.on("open", () => early.send(message));
    expect(await closed).toBe(1008);
    expect(expired).toEqual([]);
    await TestAgent.connect(backend.url);
    expect(backend.agents.connected).toHaveLength(1);
  });

  test.each<[string, TestAgentOptions, number, string, string]>([
    ["no token", { token: null }, 401, "AGENT_TOKEN_MISSING", "no token"],
    ["another token", { token: "b".repeat(32) }, 403, "AGENT_TOKEN_MISMATCH", "token mismatch"],
    [
      "a newer protocol",
      { protocol: "7" },
      426,
      "AGENT_PROTOCOL",
      "protocol 7 instead of 2: the backend is too old",
    ],
    [
      "an older protocol",
      { protocol: "1" },
      426,
      "AGENT_PROTOCOL",
      "protocol 1 instead of 2: the agent is too old",
    ],
    ["another name", { name: "lab-2" }, 403, "AGENT_NAME", "the token is that of agent lab-1"],
  ])("with %s is refused before the upgrade", async (_what, options, status, code, message) => {
    const backend = await openTestBackend();
    const agent = new TestAgent(backend.url, options);
    expect(await refusalOf(agent.socket)).toEqual({ status, body: { error: { code, message } } });
    expect(backend.lines.join("")).not.toContain(options.token ?? AGENT_TOKEN);
  });

  test("that is refused is counted by name and address, with the same words in REST, live, health and log", async () => {
    const backend = await openTestBackend();
    const browser = await TestBrowser.open(backend);
    for (let attempt = 0; attempt < 14; attempt += 1) {
      await refusalOf(new TestAgent(backend.url, { token: "b".repeat(32) }).socket);
    }
    const response = await fetch(`${backend.url}/api/agents`, { headers: backend.signedIn });
    const [agent] = agentListSchema.parse(await response.json()).agents;
    expect(agent).toMatchObject({
      name: "lab-1",
      state: "refused",
      address: "127.0.0.1",
      refusal: { code: "AGENT_TOKEN_MISMATCH", reason: "token mismatch", count: 14 },
    });
    expect(agent?.sentence).toMatch(
      /^agent lab-1 from 127\.0\.0\.1 refused 14 times since \d\d:\d\d:\d\d: token mismatch$/,
    );
    await waitFor(() => browser.last("agents")?.agents[0]?.sentence === agent?.sentence);
    await waitFor(
      () =>
        browser.last("health")?.health.checks?.find((check) => check.name === "agent")?.detail ===
        agent?.sentence,
    );
    const refusalLines = backend.lines.filter((line) => line.includes(": token mismatch"));
    expect(refusalLines.some((line) => line.includes("refused 10 times"))).toBe(true);
    expect(refusalLines.length).toBeLessThan(6);
  });

  test("that is refused again and again does not flood the browsers", async () => {
    const backend = await openTestBackend();
    const browser = await TestBrowser.open(backend);
    const before = browser.messages.length;
    const startedAtMs = performance.now();
    for (let attempt = 0; attempt < 60; attempt += 1) {
      await refusalOf(new TestAgent(backend.url, { name: `stranger-${attempt % 7}` }).socket);
    }
    const seconds = (performance.now() - startedAtMs) / 1000;
    await waitFor(() => (browser.last("agents")?.agents.length ?? 0) === 8);
    const told = browser.messages.slice(before).filter((message) => message.type === "agents");
    expect(told.length).toBeLessThanOrEqual(Math.ceil(seconds) + 2);
  });

  test("is announced with what the agent says of itself", async () => {
    const backend = await openTestBackend();
    const browser = await TestBrowser.open(backend);
    await TestAgent.connect(backend.url);
    await waitFor(() => browser.last("agents")?.agents[0]?.roundTripMs != null);
    const agent = browser.last("agents")?.agents[0];
    expect(agent).toMatchObject({
      state: "connected",
      address: "127.0.0.1",
      hostName: "jump",
      profiles: ["sim"],
      refusal: null,
      build: { commit: "0123456789" },
    });
    expect(agent?.sentence).toMatch(/^agent lab-1 connected since \d\d:\d\d:\d\d from 127\.0\.0\.1$/);
    expect(Math.abs(agent?.clockSkewMs ?? Number.NaN)).toBeLessThan(5000);
  });

  test("whose other side falls silent is lost within 2 s, and requests in flight end with its name", async () => {
    const backend = await openTestBackend();
    const agent = await TestAgent.connect(backend.url);
    const browser = await TestBrowser.open(backend);
    await waitFor(() => browser.last("agents")?.agents[0]?.state === "connected");
    // Long enough to show that answered beats keep the connection.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(browser.last("agents")?.agents[0]?.state).toBe("connected");

    const snmp = createSnmpGateway(backend.agents);
    agent.isTalking = false;
    const silentSinceMs = performance.now();
    const request = snmp.get(target, ["1.3.6.1.2.1.1.1.0"], { deadlineMs: 60_000 });
    const outcome = expect(request).rejects.toMatchObject({
      code: "AGENT_LOST",
      message: expect.stringContaining("agent lab-1 from 127.0.0.1 was lost: no word for 1.8 s"),
    });
    await waitFor(() => browser.last("agents")?.agents[0]?.state === "lost");
    expect(performance.now() - silentSinceMs).toBeLessThan(4000);
    expect(browser.last("agents")?.agents[0]?.sentence).toMatch(/^agent lab-1 lost since /);
    // The session waited for the agent to come back.
    await outcome;
  });

  test("whose machine stalls, so that bytes pile up unread, is lost too", async () => {
    const backend = await openTestBackend();
    const agent = await TestAgent.connect(backend.url);
    (agent.socket as unknown as { _socket: import("node:net").Socket })._socket.pause();
    agent.isTalking = false;
    await waitFor(() => backend.agents.list()[0]?.state === "lost", 5000);
  });

  test("is kept when a second one of its name knocks, and given up when it is dead", async () => {
    const backend = await openTestBackend();
    const first = await TestAgent.connect(backend.url);
    const second = new TestAgent(backend.url);
    expect(await refusalOf(second.socket)).toMatchObject({
      status: 409,
      body: {
        error: {
          code: "AGENT_NAME_TAKEN",
          message: "an agent of this name is already connected from 127.0.0.1",
        },
      },
    });
    expect(backend.agents.list()[0]).toMatchObject({
      state: "connected",
      refusal: { code: "AGENT_NAME_TAKEN", count: 1 },
    });

    first.isTalking = false;
    const third = await TestAgent.connect(backend.url);
    expect(third.socket.readyState).toBe(third.socket.OPEN);
    await waitFor(() => first.socket.readyState === first.socket.CLOSED);
    expect(backend.agents.list()[0]).toMatchObject({ state: "connected" });
  });

  test("that does not introduce itself is closed and never counts as connected", async () => {
    const backend = await openTestBackend();
    const agent = new TestAgent(backend.url, { sayHello: false });
    await waitFor(() => agent.socket.readyState === agent.socket.OPEN);
    expect(backend.agents.list()[0]?.state).toBe("waiting");
    await waitFor(() => agent.socket.readyState === agent.socket.CLOSED);
    expect(backend.agents.list()[0]?.state).toBe("waiting");
    expect(backend.lines.join("")).toContain("no hello within 5 s");
  });

  test("survives messages that do not fit the protocol", async () => {
    const backend = await openTestBackend();
    const agent = await TestAgent.connect(backend.url, { answers: { "snmp.get": () => ({ varbinds: [] }) } });
    agent.socket.send("}{");
    agent.socket.send(Buffer.from([1, 2, 3]));
    agent.socket.send(JSON.stringify({ type: "dance" }));
    const snmp = createSnmpGateway(backend.agents);
    expect(await snmp.get(target, ["1.3.6.1.2.1.1.1.0"])).toEqual([]);
  });

  test("is remembered across a restart of the backend", async () => {
    const dataDir = await temporaryFolder();
    const before = await openTestBackend({ dataDir });
    const agent = await TestAgent.connect(before.url);
    await before.close();
    await waitFor(() => agent.socket.readyState === agent.socket.CLOSED);

    const after = await openTestBackend({ dataDir });
    expect(after.agents.list()[0]).toMatchObject({
      state: "waiting",
      hostName: "jump",
      lastConnectedAt: expect.any(String),
      sentence: expect.stringMatching(/last connected \d\d:\d\d:\d\d from 127\.0\.0\.1/),
    });
  });
});

describe("the gateways", () => {
  test("say the agent's sentence where no agent is there", async () => {
    const backend = await openTestBackend();
    const snmp = createSnmpGateway(backend.agents);
    expect(snmp.available).toBe(false);
    await expect(snmp.get(target, ["1.3.6.1.2.1.1.1.0"])).rejects.toMatchObject({
      code: "AGENT_UNAVAILABLE",
      message: expect.stringMatching(/^agent lab-1 has not connected since this backend started at /),
    });
  });

  test("carry requests, results, errors and leases", async () => {
    const backend = await openTestBackend();
    const varbinds = [{ oid: "1.3.6.1.2.1.1.5.0", value: { type: "OctetString" as const, value: "6c6162" } }];
    const snmp = createSnmpGateway(backend.agents);
    const leases = createLeaseGateway(backend.agents);
    const availability: boolean[] = [];
    snmp.onAvailabilityChange((available) => availability.push(available));
    const agent = await TestAgent.connect(backend.url, {
      answers: {
        "snmp.get": () => ({ varbinds }),
        "lease.grant": () => ({}),
        "lease.release": () => ({}),
      },
    });
    expect(await snmp.get(target, ["1.3.6.1.2.1.1.5.0"])).toEqual(varbinds);
    await expect(snmp.set(target, varbinds)).rejects.toMatchObject({ code: "SNMP_TIMEOUT" });
    await leases.grant({ leaseId: "l-1", ttlMs: 5000, target, abort: varbinds });
    await leases.release("l-1");
    agent.socket.close();
    await waitFor(() => availability.length === 2);
    expect(availability).toEqual([true, false]);
  });
});
