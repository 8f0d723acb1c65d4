import { readFileSync } from "node:fs";
import { join } from "node:path";
import { agentHistorySchema, agentTokenAnswerSchema } from "@pnmlab/protocol";
import { describe, expect, test } from "vitest";
import {
  AGENT_TOKEN,
  openTestBackend,
  refusalOf,
  SESSION_KEY,
  TestAgent,
  type TestBackend,
  waitFor,
} from "../_test/support.ts";
import { runAgentsCommand } from "../agents-command.ts";
import { createLeaseGateway, createSnmpGateway } from "./gateways.ts";
import { agentsFor } from "./routing.ts";

const JUMP = { name: "jump-2", site: "Hub 12", targets: ["lab-cmts-1", "10.20.0.0/16"] };

async function post(backend: TestBackend, path: string, body?: object, method = "POST") {
  const response = await fetch(`${backend.url}/api${path}`, {
    method,
    headers: { ...backend.signedIn, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: response.status === 204 ? null : await response.json() };
}

async function enrol(backend: TestBackend, request: object = JUMP): Promise<string> {
  const { status, body } = await post(backend, "/agents", request);
  expect(status).toBe(201);
  return agentTokenAnswerSchema.parse(body).token;
}

function agentOf(backend: TestBackend, name = "jump-2") {
  return backend.agents.list().find((agent) => agent.name === name);
}

function closeOf(agent: TestAgent): Promise<{ code: number; reason: string }> {
  return new Promise((resolve) =>
    agent.socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() })),
  );
}

describe("an enrolled agent", () => {
  test("connects by its own token beside the agent of the settings, and is shown with site and targets", async () => {
    const backend = await openTestBackend();
    const token = await enrol(backend);
    expect(token.length).toBeGreaterThanOrEqual(43);
    await TestAgent.connect(backend.url);
    await TestAgent.connect(backend.url, { name: "jump-2", token });
    expect(backend.agents.list()).toMatchObject([
      { name: "lab-1", origin: "settings", state: "connected", token: null, targets: ["*"] },
      { ...JUMP, origin: "enrolled", state: "connected", buildNote: null },
    ]);
    expect(agentOf(backend)?.token).toMatchObject({
      firstUsedAt: expect.any(String),
      nextIssuedAt: null,
    });
  });

  test("whose token is on no disk, in no log and in no answer but the first", async () => {
    const backend = await openTestBackend();
    const token = await enrol(backend);
    await TestAgent.connect(backend.url, { name: "jump-2", token });
    const answers = await Promise.all(
      ["/api/agents", "/api/agent-history", "/api/audit"].map(async (path) =>
        (await fetch(`${backend.url}${path}`, { headers: backend.signedIn })).text(),
      ),
    );
    expect(answers.join("")).not.toContain(token);
    expect(backend.lines.join("")).not.toContain(token);
    for (const ending of ["", "-wal"]) {
      expect(readFileSync(join(backend.dataDir, `pnmlab.db${ending}`)).includes(token)).toBe(false);
    }
  });

  test("is refused under another name, and an unknown token is a mismatch", async () => {
    const backend = await openTestBackend();
    const token = await enrol(backend);
    expect(await refusalOf(new TestAgent(backend.url, { name: "jump-3", token }).socket)).toEqual({
      status: 403,
      body: { error: { code: "AGENT_NAME", message: "the token is that of agent jump-2" } },
    });
    const wrong = new TestAgent(backend.url, { name: "jump-2", token: AGENT_TOKEN });
    expect(await refusalOf(wrong.socket)).toMatchObject({ body: { error: { code: "AGENT_NAME" } } });
    const unknown = new TestAgent(backend.url, { name: "jump-2", token: "x".repeat(43) });
    expect(await refusalOf(unknown.socket)).toMatchObject({
      body: { error: { code: "AGENT_TOKEN_MISMATCH" } },
    });
    expect(agentOf(backend)).toMatchObject({ state: "refused" });
  });

  test("is known after a restart of the backend, with its token", async () => {
    const before = await openTestBackend();
    const token = await enrol(before);
    await before.close();
    const after = await openTestBackend({ dataDir: before.dataDir });
    await TestAgent.connect(after.url, { name: "jump-2", token });
    expect(agentOf(after)).toMatchObject({ state: "connected", site: "Hub 12" });
  });

  test("that is revoked is told why at once, loses its requests, and is told again when it comes back", async () => {
    const backend = await openTestBackend({ resumeMs: 60_000 });
    const token = await enrol(backend);
    const agent = await TestAgent.connect(backend.url, { name: "jump-2", token, answers: {} });
    agent.isTalking = false;
    const snmp = createSnmpGateway(backend.agents);
    const target = { host: "10.20.1.1", port: 161, profile: "sim" };
    const request = snmp.get(target, ["1.3.6.1.2.1.1.1.0"], { deadlineMs: 60_000 });
    const outcome = expect(request).rejects.toMatchObject({ code: "AGENT_LOST" });
    const closed = closeOf(agent);
    expect((await post(backend, "/agents/jump-2/revoke")).status).toBe(200);
    expect(await closed).toEqual({ code: 1008, reason: "its token was revoked" });
    await outcome;
    const again = new TestAgent(backend.url, { name: "jump-2", token });
    expect(await refusalOf(again.socket)).toMatchObject({
      status: 403,
      body: {
        error: {
          code: "AGENT_TOKEN_REVOKED",
          message: expect.stringMatching(/^its token was revoked at \d\d:\d\d:\d\d$/),
        },
      },
    });
    expect(agentOf(backend)).toMatchObject({ state: "revoked", refusal: { count: 1 } });
    await expect(snmp.get(target, ["1.3.6.1.2.1.1.1.0"])).rejects.toMatchObject({
      message: expect.stringMatching(/^agent lab-1 has not connected/),
    });

    const renewed = await enrol(backend);
    await TestAgent.connect(backend.url, { name: "jump-2", token: renewed });
    expect(agentOf(backend)).toMatchObject({ state: "connected" });
  });

  test("whose token is rotated works on with the old one until the new one is used, and then not", async () => {
    const backend = await openTestBackend();
    const old = await enrol(backend);
    const first = await TestAgent.connect(backend.url, { name: "jump-2", token: old });
    const given = await post(backend, "/agents/jump-2/rotate");
    const { token } = agentTokenAnswerSchema.parse(given.body);
    expect(first.socket.readyState).toBe(first.socket.OPEN);
    expect(agentOf(backend)?.token?.nextIssuedAt).toEqual(expect.any(String));
    first.socket.close();
    await waitFor(() => agentOf(backend)?.state === "lost");
    const second = await TestAgent.connect(backend.url, { name: "jump-2", token: old });
    second.socket.close();
    await waitFor(() => agentOf(backend)?.state === "lost");

    const third = await TestAgent.connect(backend.url, { name: "jump-2", token });
    expect(agentOf(backend)?.token?.nextIssuedAt).toBeNull();
    third.socket.close();
    await waitFor(() => agentOf(backend)?.state === "lost");
    expect(await refusalOf(new TestAgent(backend.url, { name: "jump-2", token: old }).socket)).toMatchObject({
      body: {
        error: {
          code: "AGENT_TOKEN_REVOKED",
          message: expect.stringMatching(/^its token was replaced by a newer one at /),
        },
      },
    });
  });

  test.each([
    ["POST", "/agents", { name: "lab-1" }, 409, "AGENT_NAME_IN_USE"],
    ["POST", "/agents", { name: "jump-2" }, 409, "AGENT_NAME_IN_USE"],
    ["POST", "/agents", { name: "jump 3" }, 400, "REQUEST_INVALID"],
    ["POST", "/agents", { name: "jump-3", targets: ["10.0.0.0/99"] }, 400, "REQUEST_INVALID"],
    ["POST", "/agents", { name: "jump-3", role: "admin" }, 400, "REQUEST_INVALID"],
    ["POST", "/agents/nobody/revoke", undefined, 404, "AGENT_NOT_FOUND"],
    ["POST", "/agents/lab-1/revoke", undefined, 409, "AGENT_SETTINGS_CONFLICT"],
    ["POST", "/agents/jump-2/remove", undefined, 409, "AGENT_ACTIVE_CONFLICT"],
  ])("%s %s with %o is refused with %i %s", async (method, path, body, status, code) => {
    const backend = await openTestBackend();
    await enrol(backend);
    expect(await post(backend, path, body, method)).toMatchObject({ status, body: { error: { code } } });
  });

  test("leaves a history of who came from where, who was refused and why, and what was done", async () => {
    const backend = await openTestBackend();
    const token = await enrol(backend);
    for (let round = 0; round < 3; round += 1) {
      await refusalOf(new TestAgent(backend.url, { name: "jump-2", token: "x".repeat(43) }).socket);
    }
    const agent = await TestAgent.connect(backend.url, { name: "jump-2", token });
    agent.socket.close();
    await waitFor(() => agentOf(backend)?.state === "lost");
    await post(backend, "/agents/jump-2/revoke");
    await post(backend, "/agents/jump-2/remove");
    expect(agentOf(backend)).toBeUndefined();
    const response = await fetch(`${backend.url}/api/agent-history?agent=jump-2`, {
      headers: backend.signedIn,
    });
    const { entries } = agentHistorySchema.parse(await response.json());
    expect(entries.map(({ event }) => event).sort()).toEqual(
      ["enrolled", "refused", "connected", "lost", "revoked", "removed"].sort(),
    );
    expect(entries.find(({ event }) => event === "refused")).toMatchObject({
      count: 3,
      address: "127.0.0.1",
      code: "AGENT_TOKEN_MISMATCH",
      reason: "token mismatch",
    });
  });
});

describe("the choice of the agent", () => {
  const cmts = [{ id: "hub-12", host: "10.1.1.1", port: 161, profile: "plant" }];
  const agent = (name: string, targets: string[], isConnected = true, profiles = ["plant"]) => ({
    name,
    targets,
    isConnected,
    profiles,
  });
  const chosen = (host: string, ...agents: ReturnType<typeof agent>[]) =>
    agentsFor({ host, port: 161, profile: "plant" }, agents, cmts).map(({ name }) => name);

  test.each<[string, string[], string[]]>([
    ["by the name of the CMTS before a network", ["10.0.0.0/8"], ["hub-12"]],
    ["by the smaller network", ["10.0.0.0/8"], ["10.1.0.0/16"]],
    ["by the address before a network", ["10.1.1.0/24"], ["10.1.1.1"]],
    ["by any word before *", ["*"], ["10.0.0.0/8"]],
  ])("goes %s", (_what, general, precise) => {
    expect(chosen("10.1.1.1", agent("general", general), agent("precise", precise))[0]).toBe("precise");
  });

  test("never falls back on * where an agent names the target and is away", () => {
    expect(chosen("10.1.1.1", agent("any", ["*"]), agent("hub", ["hub-12"], false))).toEqual(["hub"]);
  });

  test("prefers of two that name it the one that is connected, then the one with the credentials", () => {
    expect(chosen("10.1.1.1", agent("a", ["hub-12"], false), agent("b", ["hub-12"]))[0]).toBe("b");
    expect(chosen("10.1.1.1", agent("a", ["hub-12"], true, []), agent("b", ["hub-12"]))[0]).toBe("b");
  });

  test("finds nobody where no agent says that it reaches the target", () => {
    expect(chosen("192.0.2.1", agent("a", ["hub-12", "10.0.0.0/8"]))).toEqual([]);
  });

  test("sends each request and each lease to the agent that reaches the target", async () => {
    const backend = await openTestBackend();
    const token = await enrol(backend);
    const answers = (text: string) => ({
      "snmp.get": () => ({
        varbinds: [{ oid: "1.3.6.1.2.1.1.5.0", value: { type: "OctetString" as const, value: text } }],
      }),
      "lease.grant": () => ({}),
      "lease.release": () => ({}),
    });
    const own = await TestAgent.connect(backend.url, { answers: answers("01") });
    const jump = await TestAgent.connect(backend.url, { name: "jump-2", token, answers: answers("02") });
    const snmp = createSnmpGateway(backend.agents);
    const ask = async (host: string, port = 161) =>
      (await snmp.get({ host, port, profile: "sim" }, ["1.3.6.1.2.1.1.5.0"]))[0]?.value;
    expect(await ask("10.20.3.4")).toMatchObject({ value: "02" });
    expect(await ask("10.21.3.4")).toMatchObject({ value: "01" });
    expect(await ask("127.0.0.1", 16161)).toMatchObject({ value: "02" });

    const leases = createLeaseGateway(backend.agents);
    const target = { host: "10.20.3.4", port: 161, profile: "sim" };
    const abort = [{ oid: "1.3.6.1.4.1.4491.2.1.27.1", value: { type: "Integer" as const, value: 2 } }];
    await leases.grant({ leaseId: "l-1", ttlMs: 5000, target, abort });
    await post(backend, "/agents/jump-2", { site: "", targets: ["192.0.2.0/24"] }, "PUT");
    await leases.grant({ leaseId: "l-1", ttlMs: 5000, target, abort });
    const methods = (agent: TestAgent) =>
      agent.received.flatMap((message) => (message.type === "request" ? [message.method] : []));
    expect(methods(jump).slice(-2)).toEqual(["lease.grant", "lease.release"]);
    expect(methods(own).at(-1)).toBe("lease.grant");

    // What the first one says of its own lease ends nothing of the second one's.
    const heard = new Promise((resolve) => backend.agents.on("lease-expired", resolve));
    jump.send({ type: "lease-expired", leaseId: "l-1", atMs: 5, aborted: false });
    expect(await heard).toEqual({ name: "jump-2", leaseId: "l-1" });
    const ofJump = methods(jump).length;
    await leases.release("l-1");
    expect(methods(own).at(-1)).toBe("lease.release");
    expect(methods(jump)).toHaveLength(ofJump);
  });
});

describe("the command", () => {
  async function run(backend: TestBackend, ...args: string[]): Promise<string> {
    let output = "";
    await runAgentsCommand({
      url: backend.url,
      sessionKey: SESSION_KEY,
      args,
      write: (text) => {
        output += text;
      },
    });
    return output;
  }

  test("adds, lists, rotates, revokes and removes as the page does", async () => {
    const backend = await openTestBackend();
    const [token] = (await run(backend, "add", "jump-2", "--site=Hub 12", "--targets=lab-cmts-1")).split(
      "\n",
    );
    await TestAgent.connect(backend.url, { name: "jump-2", token: token! });
    expect(await run(backend)).toMatch(/^jump-2 \(Hub 12; lab-cmts-1\): agent jump-2 connected since /m);
    const [next] = (await run(backend, "rotate", "jump-2")).split("\n");
    expect(next).not.toBe(token);
    expect(await run(backend, "change", "jump-2", "--site=Hub 13", "--targets=*")).toContain("(Hub 13; *)");
    expect(await run(backend, "revoke", "jump-2")).toContain("agent jump-2 was revoked at");
    expect(await run(backend, "remove", "jump-2")).toContain("off the list");
    await expect(run(backend, "revoke", "jump-2")).rejects.toThrow("there is no agent jump-2");
    await expect(run(backend, "dance", "jump-2")).rejects.toThrow("usage: agents");
  });

  test("says that the backend has to run", async () => {
    const options = { url: "http://127.0.0.1:1", sessionKey: SESSION_KEY, args: ["list"], write: () => {} };
    await expect(runAgentsCommand(options)).rejects.toThrow(
      /^the backend does not answer at http:.*start it first$/,
    );
  });
});
