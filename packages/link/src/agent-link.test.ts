import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { PnmLabError } from "@pnmlab/kit";
import { type AgentToBackend, agentToBackendSchema, type BackendToAgent } from "@pnmlab/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { type AgentLink, connectAgentLink } from "./agent-link.ts";
import type { AgentLinkOptions, LinkConnection, LinkState } from "./link-options.ts";
import { RequestManager } from "./request-manager.ts";

const build = { version: "0.0.0", commit: "test", dirty: false, builtAt: "2026-01-01T00:00:00.000Z" };
const token = "a".repeat(32);
const get = {
  target: { host: "127.0.0.1", port: 161, profile: "sim" },
  oids: ["1.3.6.1.2.1.1.1.0"],
};

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

interface Accepted {
  socket: WebSocket;
  upgrade: IncomingMessage;
  received: AgentToBackend[];
  requests: RequestManager;
  send: (message: BackendToAgent) => void;
}

/** A backend as far as the link sees it: greets, books requests, rejects them when the socket ends. */
class TestBackend {
  readonly accepted: Accepted[] = [];
  readonly url: string;
  readonly #server: Server;
  readonly #waiting: ((accepted: Accepted) => void)[] = [];

  private constructor(server: Server, heartbeatMs: number | undefined) {
    this.#server = server;
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const sockets = new WebSocketServer({ server, path: "/ws/agent", perMessageDeflate: false });
    sockets.on("connection", (socket, upgrade) => {
      const send = (message: BackendToAgent) => socket.send(JSON.stringify(message));
      const accepted: Accepted = {
        socket,
        upgrade,
        received: [],
        requests: new RequestManager({ send }),
        send,
      };
      socket.on("message", (data) => {
        const message = agentToBackendSchema.parse(JSON.parse(data.toString()));
        accepted.received.push(message);
        if (message.type === "response") accepted.requests.settle(message);
        if (message.type === "hello" && heartbeatMs) {
          // This backend keeps no session.
          const session = { token: "t".repeat(32), resumeMs: 0, isResumed: false, received: 0 };
          send({ type: "welcome", build, heartbeatMs, session });
        }
      });
      socket.on("close", () =>
        accepted.requests.close(new PnmLabError("AGENT_LOST", "the agent's connection ended")),
      );
      this.accepted.push(accepted);
      this.#waiting.shift()?.(accepted);
    });
  }

  static async start(
    options: { port?: number; heartbeatMs?: number; greets?: boolean } = {},
  ): Promise<TestBackend> {
    const server = createServer((_request, response) => response.writeHead(404).end());
    server.listen(options.port ?? 0, "127.0.0.1");
    await once(server, "listening");
    const backend = new TestBackend(
      server,
      options.greets === false ? undefined : (options.heartbeatMs ?? 1000),
    );
    cleanUp.push(() => backend.stop());
    return backend;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  next(): Promise<Accepted> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async stop(): Promise<void> {
    for (const { socket } of this.accepted) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A server that answers every upgrade with one HTTP status and body. */
async function refusingServer(status: number, body: string): Promise<string> {
  const server = createServer();
  server.on("upgrade", (_request, socket) => {
    socket.end(
      `HTTP/1.1 ${status} No\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUp.push(() => new Promise((resolve) => server.close(resolve)));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that says `greeting` to every connection and nothing else. */
async function tcpServer(greeting: string): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).write(greeting);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUp.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function logTo(lines: string[]): AgentLinkOptions["log"] {
  const write = (_details: object, message: string) => void lines.push(message);
  return { info: write, warn: write, error: write };
}

function open(
  backendUrl: string,
  options: Partial<AgentLinkOptions> = {},
): { link: AgentLink; lines: string[] } {
  const lines: string[] = [];
  const link = connectAgentLink({
    backendUrl,
    name: "lab-1",
    token,
    hello: () => ({ build, hostName: "jump", clockMs: Date.now(), methods: ["snmp.get"], profiles: ["sim"] }),
    serve: () => () => {},
    log: logTo(lines),
    timings: { baseDelayMs: 5, maxDelayMs: 20, maxRefusedDelayMs: 20, minSilenceMs: 150, quietStartMs: 0 },
    ...options,
  });
  cleanUp.push(() => link.close());
  return { link, lines };
}

function stateWhere(link: AgentLink, accept: (state: LinkState) => boolean): Promise<LinkState> {
  return new Promise((resolve) => {
    const check = (state: LinkState) => {
      if (!accept(state)) return;
      off();
      resolve(state);
    };
    const off = link.onState(check);
    check(link.state);
  });
}

function answerTo(connection: LinkConnection, id: number): void {
  const value = { type: "OctetString", value: "61" };
  const varbinds = [{ oid: "1.3.6.1.2.1.1.1.0", value }];
  connection.send({ type: "response", id, ok: true, result: { varbinds } });
}

describe("a connection", () => {
  it("names the agent in the upgrade, says hello first and carries requests and answers", async () => {
    const backend = await TestBackend.start();
    const { link } = open(backend.url, {
      serve: (connection) => (message) => answerTo(connection, message.id),
    });
    const accepted = await backend.next();
    await link.untilConnected();
    expect(accepted.upgrade.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      "x-pnmlab-agent": "lab-1",
      "x-pnmlab-protocol": "2",
    });
    expect(accepted.upgrade.headers["sec-websocket-extensions"]).toBeUndefined();
    expect(accepted.received[0]).toMatchObject({ type: "hello", name: "lab-1", protocolVersion: 2 });
    expect(link.state).toMatchObject({ name: "connected", backend: build });
    const result = await accepted.requests.request("snmp.get", get, { deadlineMs: 5000 });
    expect(result.varbinds).toHaveLength(1);
  });

  it("answers a ping with its own time of sending", async () => {
    const backend = await TestBackend.start();
    open(backend.url);
    const accepted = await backend.next();
    accepted.send({ type: "ping", sentAtMs: 1234.5 });
    await expect
      .poll(() => accepted.received.at(-1))
      .toEqual({ type: "pong", sentAtMs: 1234.5, clockMs: expect.any(Number) });
  });

  it("ignores messages that it does not understand and keeps working", async () => {
    const backend = await TestBackend.start();
    const { link, lines } = open(backend.url, {
      serve: (connection) => (message) => answerTo(connection, message.id),
    });
    const accepted = await backend.next();
    await link.untilConnected();
    accepted.socket.send("}{");
    accepted.socket.send(Buffer.from([1, 2, 3]));
    accepted.socket.send(JSON.stringify({ type: "dance" }));
    accepted.socket.send(JSON.stringify({ type: "cancel", id: 1, why: "x" }));
    const result = await accepted.requests.request("snmp.get", get, { deadlineMs: 5000 });
    expect(result.varbinds).toHaveLength(1);
    expect(backend.accepted).toHaveLength(1);
    expect(lines.filter((line) => line.includes("not understood"))).toEqual([
      "a message of the backend was not understood: it is not JSON",
      "a message of the backend was not understood: it is binary",
      "a message of the backend was not understood: wrong or unknown: type",
      "a message of the backend was not understood: wrong or unknown: why",
    ]);
  });

  it("answers a request of an unknown method at once instead of letting it time out", async () => {
    const backend = await TestBackend.start();
    open(backend.url);
    const accepted = await backend.next();
    accepted.socket.send(
      JSON.stringify({ type: "request", id: 9, method: "shell.run", params: {}, deadlineMs: 5 }),
    );
    await expect
      .poll(() => accepted.received.at(-1))
      .toMatchObject({ type: "response", id: 9, ok: false, error: { code: "AGENT_BAD_REQUEST" } });
  });

  it("survives a handler that throws", async () => {
    const backend = await TestBackend.start();
    const { link, lines } = open(backend.url, {
      serve: () => () => {
        throw new Error("a mistake");
      },
    });
    const accepted = await backend.next();
    await link.untilConnected();
    accepted.send({ type: "cancel", id: 1 });
    accepted.send({ type: "ping", sentAtMs: 1 });
    await expect.poll(() => accepted.received.at(-1)?.type).toBe("pong");
    expect(lines).toContain("a message could not be handled");
  });
});

describe("the end of a connection", () => {
  it("rejects requests in flight by name, ends what runs for them, and comes back after a restart", async () => {
    const first = await TestBackend.start();
    const connections: LinkConnection[] = [];
    const { link } = open(first.url, {
      serve: (connection) => {
        connections.push(connection);
        return () => {};
      },
    });
    const accepted = await first.next();
    await link.untilConnected();
    const inFlight = accepted.requests.request("snmp.get", get, { deadlineMs: 60_000 });
    const outcome = expect(inFlight).rejects.toMatchObject({
      code: "AGENT_LOST",
      message: "snmp.get #1: the agent's connection ended",
    });
    await first.stop();
    await outcome;
    await stateWhere(link, (state) => state.name !== "connected");
    expect(connections[0]!.signal.aborted).toBe(true);
    expect(connections[0]!.send({ type: "pong", sentAtMs: 1 })).toBe(false);

    await stateWhere(link, (state) =>
      state.failure?.code === "ECONNREFUSED" ? state.failure.count >= 2 : false,
    );
    const second = await TestBackend.start({ port: first.port });
    await link.untilConnected();
    expect(link.state.failure).toBeUndefined();
    expect(second.accepted).toHaveLength(1);
    expect(connections).toHaveLength(2);
    expect(connections[1]!.signal.aborted).toBe(false);
  });

  it("drops a backend that has fallen silent and dials again", async () => {
    const backend = await TestBackend.start({ heartbeatMs: 100 });
    const { link } = open(backend.url);
    await link.untilConnected();
    const lost = await stateWhere(link, (state) => state.name === "backing-off");
    expect(lost.failure).toMatchObject({ kind: "lost", code: "LINK_SILENT" });
    await link.untilConnected();
    expect(backend.accepted.length).toBeGreaterThanOrEqual(2);
  });

  it("keeps a connection on which pings arrive", async () => {
    const backend = await TestBackend.start({ heartbeatMs: 100 });
    const { link } = open(backend.url);
    const accepted = await backend.next();
    await link.untilConnected();
    for (let round = 0; round < 12; round += 1) {
      accepted.send({ type: "ping", sentAtMs: round });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(link.state.name).toBe("connected");
    expect(backend.accepted).toHaveLength(1);
  });

  it("tells the code and the reason with which the backend closed it", async () => {
    const backend = await TestBackend.start();
    const { link } = open(backend.url);
    const accepted = await backend.next();
    await link.untilConnected();
    accepted.socket.close(4001, "replaced by another agent");
    const lost = await stateWhere(link, (state) => state.failure !== undefined);
    expect(lost.failure?.message).toContain('closed saying "replaced by another agent" (code 4001)');
  });

  it("closes for good: no state but closed, no dialing, every waiter told", async () => {
    const backend = await TestBackend.start();
    const { link } = open(backend.url);
    await link.untilConnected();
    await link.close();
    await link.close();
    expect(link.state.name).toBe("closed");
    await expect(link.untilConnected()).rejects.toMatchObject({ code: "LINK_CLOSED" });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(backend.accepted).toHaveLength(1);
  });

  it("can be closed while it dials and while it waits to dial", async () => {
    const dialing = open(await tcpServer("")).link;
    const waiter = expect(dialing.untilConnected()).rejects.toMatchObject({ code: "LINK_CLOSED" });
    await dialing.close();
    await waiter;

    const { link } = open("ws://127.0.0.1:1");
    await stateWhere(link, (state) => state.name === "backing-off");
    await link.close();
    expect(link.state.name).toBe("closed");
  });
});

describe("a connection that does not come about", () => {
  async function failureAt(url: string, options: Partial<AgentLinkOptions> = {}) {
    const { link, lines } = open(url, options);
    const state = await stateWhere(link, ({ failure }) => failure !== undefined);
    return { failure: state.failure!, lines, link };
  }

  it("says that the server is down where nothing listens", async () => {
    const { failure } = await failureAt("ws://127.0.0.1:1");
    expect(failure).toMatchObject({ kind: "server-down", code: "ECONNREFUSED" });
    expect(failure.message).toBe(
      "Nothing answers at ws://127.0.0.1:1 (ECONNREFUSED): the backend is not running or cannot be reached. Start it, or set PNMLAB_BACKEND_URL to where it runs.",
    );
  });

  it("says that the address is wrong where the name is not known", async () => {
    const { failure } = await failureAt("ws://no-such-host.invalid:5050");
    expect(failure.kind).toBe("wrong-address");
    expect(failure.message).toContain(
      "The host no-such-host.invalid of ws://no-such-host.invalid:5050 is not known",
    );
  });

  it.each([
    [404, "<html>not here</html>"],
    [200, "hello"],
    [401, "Unauthorized"],
    [301, JSON.stringify({ error: "moved" })],
  ])("says that the address is wrong where something else answers with HTTP %i", async (status, body) => {
    const { failure } = await failureAt(await refusingServer(status, body));
    expect(failure).toMatchObject({ kind: "wrong-address", code: `HTTP_${status}` });
    expect(failure.message).toContain(`is not a PNM Lab backend (HTTP ${status})`);
  });

  it("says that the address is wrong where the answer is not HTTP", async () => {
    const { failure } = await failureAt(await tcpServer("SSH-2.0-OpenSSH_9.2\r\n"));
    expect(failure.kind).toBe("wrong-address");
  });

  it("says that the address is wrong where the peer never greets", async () => {
    const backend = await TestBackend.start({ greets: false });
    const { failure } = await failureAt(backend.url, { timings: { handshakeMs: 100, baseDelayMs: 5 } });
    expect(failure).toMatchObject({ kind: "wrong-address", code: "NO_WELCOME" });
  });

  it("says that the server hangs where the handshake is never answered", async () => {
    const { failure } = await failureAt(await tcpServer(""), {
      timings: { handshakeMs: 100, baseDelayMs: 5 },
    });
    expect(failure).toMatchObject({ kind: "server-down", code: "HANDSHAKE_TIMEOUT" });
  });

  it.each([
    [401, "AGENT_TOKEN_MISMATCH", "to the token that the backend gave for this agent."],
    [403, "AGENT_NAME", "Set PNMLAB_AGENT_NAME to the name that the token was given for."],
    [409, "AGENT_NAME_TAKEN", "Stop the other agent of this name: it is connected and alive."],
    [503, "SOMETHING_NEW", ""],
    [426, "AGENT_PROTOCOL", "Run the same version of PNM Lab on both sides."],
  ])(
    "shows code, message and remedy where the backend refuses with HTTP %i",
    async (status, code, advice) => {
      const body = JSON.stringify({ error: { code, message: "the reason in words" } });
      const { failure, lines } = await failureAt(await refusingServer(status, body));
      expect(failure).toMatchObject({ kind: "refused", code });
      expect(failure.message).toContain(
        `refused agent lab-1: the reason in words (${code}, HTTP ${status}).`,
      );
      expect(failure.message.endsWith(advice)).toBe(true);
      expect(lines.join()).not.toContain(token);
    },
  );

  it("says that the backend refused where it breaks the connection off before the welcome", async () => {
    const backend = await TestBackend.start({ greets: false });
    const next = backend.next();
    const failing = failureAt(backend.url);
    (await next).socket.close(1008, "its hello does not fit");
    const { failure } = await failing;
    expect(failure).toMatchObject({ kind: "refused", code: "CLOSE_1008" });
    expect(failure.message).toContain("refused agent lab-1: its hello does not fit");
  });

  it("says nothing of a backend that comes up in the first moments, and speaks up when it does not", async () => {
    const timings = { baseDelayMs: 5, maxDelayMs: 10, quietStartMs: 1500 };
    const { link, lines } = open("ws://127.0.0.1:1", { timings });
    await stateWhere(link, ({ failure }) => (failure?.count ?? 0) >= 3);
    expect(lines).toEqual([]);
    await expect.poll(() => lines[0], { timeout: 30_000 }).toMatch(/^Nothing answers .* times since/);
  });

  it("says that TLS failed where the peer speaks none", async () => {
    const backend = await TestBackend.start();
    const { failure } = await failureAt(backend.url.replace("ws:", "wss:"));
    expect(failure.kind).toBe("tls");
    expect(failure.message).toContain("The TLS connection to wss://");
  });

  it("logs a failure that repeats at the 1st, 10th and 100th time, and counts them all", async () => {
    const { link, lines } = open("ws://127.0.0.1:1", {
      timings: { baseDelayMs: 1, maxDelayMs: 2, quietStartMs: 0 },
    });
    await stateWhere(link, ({ failure }) => (failure?.count ?? 0) >= 12);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/\(10 times since \d{4}-/);
  });
});
