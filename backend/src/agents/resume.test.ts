import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";
import { connectAgentLink, type LinkConnection } from "@pnmlab/link";
import { expect, onTestFinished, test } from "vitest";
import { AGENT_TOKEN, build, openTestBackend, type TestBackend, waitFor } from "../_test/support.ts";
import { createSnmpGateway } from "./gateways.ts";

const target = { host: "127.0.0.1", port: 161, profile: "sim" };

/** A way between agent and backend that can be cut, made deaf and slowed down. */
class Wire {
  readonly #server: Server;
  readonly #pairs = new Set<{ client: Socket; upstream: Socket }>();
  /** Bytes are swallowed on both ways, and no end is passed on: a half-open connection. */
  isDeaf = false;
  delayMs = 0;
  connections = 0;

  private constructor(port: number) {
    this.#server = createServer((client) => {
      this.connections += 1;
      const upstream = connect(port, "127.0.0.1");
      const pair = { client, upstream };
      this.#pairs.add(pair);
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        from.on("error", () => {});
        from.on("data", (bytes) => {
          if (this.isDeaf) return;
          if (this.delayMs === 0) to.write(bytes);
          else setTimeout(() => to.writable && to.write(bytes), this.delayMs);
        });
        from.on("close", () => {
          this.#pairs.delete(pair);
          if (!this.isDeaf) to.destroy();
        });
      }
    });
  }

  static async to(backend: TestBackend): Promise<Wire> {
    const wire = new Wire(backend.port);
    wire.#server.listen(0, "127.0.0.1");
    await once(wire.#server, "listening");
    onTestFinished(() => {
      wire.cut();
      wire.#server.close();
    });
    return wire;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends every connection without a word of the WebSocket. */
  cut(): void {
    for (const { client, upstream } of this.#pairs) {
      client.destroy();
      upstream.destroy();
    }
  }
}

/** An agent that answers `snmp.get` with its number when it is told to; a real link. */
async function openAgent(url: string) {
  const served: { id: number; oid: string }[] = [];
  const sessions: LinkConnection[] = [];
  const answer = (id: number, text: string) =>
    sessions.at(-1)!.send({
      type: "response",
      id,
      ok: true,
      result: { varbinds: [{ oid: "1.3.6.1.2.1.1.5.0", value: { type: "OctetString", value: text } }] },
    });
  const agent = {
    served,
    sessions,
    answer,
    isPrompt: true,
    link: connectAgentLink({
      backendUrl: url,
      name: "lab-1",
      token: AGENT_TOKEN,
      hello: () => ({
        build,
        hostName: "jump",
        clockMs: Date.now(),
        methods: ["snmp.get"],
        profiles: ["sim"],
      }),
      serve: (session) => {
        sessions.push(session);
        return (message) => {
          if (message.type !== "request") return;
          const { target: asked, oids } = message.params as { target: typeof target; oids: string[] };
          // The backend asks its CMTSs for themselves now and then.
          if (asked.port !== target.port) {
            answer(message.id, "00");
            return;
          }
          served.push({ id: message.id, oid: oids[0]! });
          if (agent.isPrompt) answer(message.id, "01");
        };
      },
      log: { info: () => {}, warn: () => {}, error: () => {} },
      timings: { baseDelayMs: 20, maxDelayMs: 100, minSilenceMs: 1500, quietStartMs: 0 },
    }),
  };
  onTestFinished(() => agent.link.close());
  await agent.link.untilConnected();
  return agent;
}

async function open(resumeMs = 10_000) {
  const backend = await openTestBackend({ resumeMs });
  const wire = await Wire.to(backend);
  const agent = await openAgent(wire.url);
  return { backend, wire, agent, snmp: createSnmpGateway(backend.agents) };
}

test("an answer that becomes ready while the connection is gone arrives once, after it is back", async () => {
  const { backend, wire, agent, snmp } = await open();
  agent.isPrompt = false;
  const request = snmp.get(target, ["1.3.6.1.2.1.1.5.0"], { deadlineMs: 8000 });
  await waitFor(() => agent.served.length === 1);
  wire.cut();
  await waitFor(() => backend.agents.list()[0]?.state !== "connected");
  expect(agent.sessions[0]!.signal.aborted).toBe(false);
  agent.answer(agent.served[0]!.id, "2a");
  expect(await request).toMatchObject([{ value: { value: "2a" } }]);
  expect(agent.served).toHaveLength(1);
  expect(agent.sessions).toHaveLength(1);
  expect(backend.agents.connected[0]?.connection.requests).toMatchObject({
    lateAnswers: 0,
    unknownAnswers: 0,
  });
  expect(backend.agents.history(10)[0]).toMatchObject({ event: "resumed" });
});

test("a request that is too long for an agent fails by itself, and the agent stays", async () => {
  const { backend, wire, agent, snmp } = await open();
  const device = { label: "x".repeat(128), host: "h".repeat(255), profile: "sim" };
  const plan = { id: "p", version: 1, intervalMs: 60_000, jitterMs: 0, metrics: [] };
  const plans = [{ ...plan, devices: Array.from({ length: 12_000 }, () => device) }];
  const { requests } = backend.agents.connected[0]!.connection;
  const sent = requests.request("polling.plans", { revision: "1", plans }, { deadlineMs: 3000 });
  await expect(sent).rejects.toThrow(/could not be sent: .* MB/);
  expect(await snmp.get(target, ["1.3.6.1.2.1.1.5.0"], { deadlineMs: 3000 })).toHaveLength(1);
  expect(agent.sessions).toHaveLength(1);
  expect(wire.connections).toBe(1);
});

test("a request that was on its way when the connection went is made once", async () => {
  const { wire, agent, snmp } = await open();
  wire.isDeaf = true;
  const request = snmp.get(target, ["1.3.6.1.2.1.1.5.0"], { deadlineMs: 9000 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(agent.served).toHaveLength(0);
  wire.cut();
  wire.isDeaf = false;
  expect(await request).toHaveLength(1);
  expect(agent.served).toHaveLength(1);
});

test("a connection that is half-open is given up by both sides, and nothing is lost", async () => {
  const { wire, agent, snmp } = await open();
  wire.isDeaf = true;
  const requests = [1, 2, 3].map((k) => snmp.get(target, [`1.3.6.1.2.1.1.${k}.0`], { deadlineMs: 15_000 }));
  await waitFor(() => agent.link.state.name !== "connected", 6000);
  wire.isDeaf = false;
  expect(await Promise.all(requests)).toHaveLength(3);
  expect(agent.served.map(({ oid }) => oid)).toEqual([1, 2, 3].map((k) => `1.3.6.1.2.1.1.${k}.0`));
});

test("a way that is cut again and again loses and doubles nothing", async () => {
  const { backend, wire, agent, snmp } = await open();
  const answers: Promise<unknown>[] = [];
  for (let round = 0; round < 12; round += 1) {
    wire.delayMs = round % 3;
    for (let k = 0; k < 20; k += 1) {
      const request = snmp.get(target, [`1.3.6.1.2.1.${round}.${k}`], { deadlineMs: 15_000 });
      answers.push(
        request.then(
          () => "answered",
          (error: Error) => error.message,
        ),
      );
    }
    if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, round));
    wire.cut();
    await waitFor(() => wire.connections === round + 2, 8000);
    await waitFor(() => backend.agents.list()[0]?.state === "connected" && snmp.available, 8000);
    await agent.link.untilConnected();
  }
  const outcomes = await Promise.all(answers);
  // What is asked in the moment between two connections is refused at once, and never reaches the agent.
  const answered = outcomes.filter((outcome) => outcome === "answered").length;
  expect(answered).toBe(agent.served.length);
  expect(new Set(agent.served.map(({ oid }) => oid)).size).toBe(agent.served.length);
  expect(answered).toBeGreaterThan(100);
  expect(agent.sessions).toHaveLength(1);
  expect(wire.connections).toBe(13);
});

test("a request whose deadline passes while the connection is gone ends with it, and its late answer is dropped", async () => {
  const { backend, wire, agent, snmp } = await open();
  agent.isPrompt = false;
  const request = snmp.get(target, ["1.3.6.1.2.1.1.5.0"], { deadlineMs: 300 });
  const outcome = expect(request).rejects.toMatchObject({ code: "AGENT_DEADLINE" });
  await waitFor(() => agent.served.length === 1);
  wire.isDeaf = true;
  agent.answer(agent.served[0]!.id, "2a");
  await outcome;
  wire.cut();
  wire.isDeaf = false;
  await waitFor(() => backend.agents.connected[0]?.connection.requests.lateAnswers === 1, 8000);
});

test("a session that waited too long is over on both sides", async () => {
  const { backend, wire, agent, snmp } = await open(300);
  agent.isPrompt = false;
  const request = snmp.get(target, ["1.3.6.1.2.1.1.5.0"], { deadlineMs: 60_000 });
  const outcome = expect(request).rejects.toMatchObject({ code: "AGENT_LOST" });
  await waitFor(() => agent.served.length === 1);
  wire.isDeaf = true;
  await outcome;
  await waitFor(() => agent.sessions[0]!.signal.aborted, 8000);
  wire.cut();
  wire.isDeaf = false;
  await waitFor(() => agent.sessions.length === 2, 8000);
  await waitFor(() => backend.agents.list()[0]?.state === "connected");
});

test("a backend that starts anew does not know the session, and the agent ends what ran for it", async () => {
  const before = await openTestBackend({ resumeMs: 10_000 });
  const agent = await openAgent(before.url.replace("http", "ws"));
  agent.isPrompt = false;
  expect(agent.sessions[0]!.signal.aborted).toBe(false);
  await before.close();
  await waitFor(() => agent.sessions[0]!.signal.aborted);
});

test("news of a lease that nobody could hear is told in the next session", async () => {
  const { backend, wire, agent } = await open(200);
  const heard: string[] = [];
  backend.agents.on("lease-expired", ({ leaseId }) => heard.push(leaseId));
  wire.isDeaf = true;
  agent.sessions[0]!.send({ type: "lease-expired", leaseId: "l-1", atMs: 5, aborted: true });
  await waitFor(() => agent.sessions[0]!.signal.aborted, 8000);
  wire.cut();
  wire.isDeaf = false;
  await waitFor(() => heard.length === 1, 8000);
  expect(agent.sessions).toHaveLength(2);
  expect(heard).toEqual(["l-1"]);
});
