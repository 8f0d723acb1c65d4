import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer, type ServerOptions } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { connectAgentLink } from "./agent-link.ts";
import type { DialOptions } from "./dial.ts";
import type { LinkState } from "./link-options.ts";

const build = { version: "0.0.0", commit: "test", dirty: false, builtAt: "2026-01-01T00:00:00.000Z" };
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
if (!hasOpenssl) console.warn("tests of TLS and proxies skipped: no openssl is installed");
const run = test.skipIf(!hasOpenssl);
let folder: string;
const file = (name: string) => join(folder, name);
const cleanUp: (() => unknown)[] = [];

/** An authority of its own, a certificate of 127.0.0.1 and one of an agent, both signed by it. */
beforeAll(() => {
  if (!hasOpenssl) return;
  folder = mkdtempSync(join(tmpdir(), "pnmlab-tls-"));
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe", cwd: folder });
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  openssl("req", "-x509", ...curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority");
  const signed = ["-CA", "ca.pem", "-CAkey", "ca.key"];
  openssl(
    "req",
    "-x509",
    ...curve,
    ...signed,
    "-keyout",
    "server.key",
    "-out",
    "server.pem",
    "-subj",
    "/CN=server",
    "-addext",
    "subjectAltName=IP:127.0.0.1",
  );
  openssl(
    "req",
    "-x509",
    ...curve,
    ...signed,
    "-keyout",
    "agent.key",
    "-out",
    "agent.pem",
    "-subj",
    "/CN=agent",
  );
});
afterAll(() => {
  if (hasOpenssl) rmSync(folder, { recursive: true });
});
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUp.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** A backend that welcomes everybody, over TLS where options of it are given. */
async function startBackend(tls?: ServerOptions): Promise<number> {
  const server = tls ? createHttpsServer(tls) : createHttpServer();
  const sockets = new WebSocketServer({ server: server as Server, path: "/ws/agent" });
  sockets.on("connection", (socket) => {
    const session = { token: "t".repeat(32), resumeMs: 0, isResumed: false, received: 0 };
    socket.once("message", () =>
      socket.send(JSON.stringify({ type: "welcome", build, heartbeatMs: 1000, session })),
    );
  });
  cleanUp.push(() => {
    for (const client of sockets.clients) client.terminate();
  });
  return listen(server as Server);
}

/** An HTTP proxy that takes CONNECT, from who gives the password where one is asked for. */
async function startProxy(options: { password?: string; refuses?: boolean } = {}) {
  const asked: string[] = [];
  const proxy = createHttpServer();
  proxy.on("connect", (request, client) => {
    asked.push(request.url ?? "");
    client.on("error", () => {});
    const wanted = options.password && `Basic ${Buffer.from(`me:${options.password}`).toString("base64")}`;
    if (options.refuses) {
      client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    if (wanted && request.headers["proxy-authorization"] !== wanted) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const [host, port] = (request.url ?? "").split(":");
    const upstream = connect(Number(port), host, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(upstream).pipe(client);
    });
    upstream.on("error", () => client.destroy());
    cleanUp.push(() => {
      upstream.destroy();
      client.destroy();
    });
  });
  return { port: await listen(proxy), asked };
}

/** The first state of a link that says something: connected, or why not. */
async function outcomeOf(backendUrl: string, way: DialOptions): Promise<LinkState> {
  const link = connectAgentLink({
    backendUrl,
    name: "lab-1",
    token: "a".repeat(32),
    way,
    hello: () => ({ build, hostName: "jump", clockMs: Date.now(), methods: [], profiles: [] }),
    serve: () => () => {},
    log: { info: () => {}, warn: () => {}, error: () => {} },
    timings: { handshakeMs: 2000, baseDelayMs: 5000, maxDelayMs: 5000 },
  });
  cleanUp.push(() => link.close());
  return new Promise((resolve) => {
    const check = (state: LinkState) => {
      if (state.name === "connected" || state.failure) resolve(state);
    };
    link.onState(check);
    check(link.state);
  });
}

const serverFiles = () => ({ key: readFileSync(file("server.key")), cert: readFileSync(file("server.pem")) });

run(
  "a certificate of an authority of one's own is trusted where the file names it, and only there",
  async () => {
    const url = `wss://127.0.0.1:${await startBackend(serverFiles())}`;
    expect(await outcomeOf(url, { caFile: file("ca.pem") })).toMatchObject({ name: "connected" });
    const { failure } = await outcomeOf(url, {});
    expect(failure).toMatchObject({ kind: "tls" });
    expect(failure?.message).toContain("PNMLAB_AGENT_CA_FILE");
  },
);

run(
  "a backend that asks for a certificate takes the agent's, and none is told as a TLS failure",
  async () => {
    const mutual = {
      ...serverFiles(),
      ca: readFileSync(file("ca.pem")),
      requestCert: true,
      rejectUnauthorized: true,
    };
    const url = `wss://127.0.0.1:${await startBackend(mutual)}`;
    const way = { caFile: file("ca.pem"), certFile: file("agent.pem"), keyFile: file("agent.key") };
    expect(await outcomeOf(url, way)).toMatchObject({ name: "connected" });
    const { failure } = await outcomeOf(url, { caFile: file("ca.pem") });
    expect(failure).toMatchObject({ kind: "tls" });
    expect(failure?.message).toContain("PNMLAB_AGENT_CERT_FILE");
  },
);

run("a file that is not there is told by its setting", async () => {
  const { failure } = await outcomeOf("wss://127.0.0.1:1", { caFile: file("nothing.pem") });
  expect(failure).toMatchObject({ kind: "setup", code: "LINK_FILE_UNREADABLE" });
  expect(failure?.message).toMatch(
    /^PNMLAB_AGENT_CA_FILE names .*nothing\.pem, which cannot be read \(ENOENT/,
  );
});

run.each([
  ["plainly", false],
  ["over TLS", true],
])("a proxy is asked for a tunnel, and the WebSocket goes through it %s", async (_how, isTls) => {
  const backendPort = await startBackend(isTls ? serverFiles() : undefined);
  const proxy = await startProxy({ password: "pass word" });
  const state = await outcomeOf(`${isTls ? "wss" : "ws"}://127.0.0.1:${backendPort}`, {
    caFile: file("ca.pem"),
    proxyUrl: `http://me:pass%20word@127.0.0.1:${proxy.port}`,
  });
  expect(state.name).toBe("connected");
  expect(proxy.asked).toEqual([`127.0.0.1:${backendPort}`]);
});

run(
  "a proxy that does not let through is told from a backend that does not, without its password",
  async () => {
    const url = `ws://127.0.0.1:${await startBackend()}`;
    const guarded = await startProxy({ password: "right" });
    const closed = await startProxy({ refuses: true });
    const failureBy = async (port: number) =>
      (await outcomeOf(url, { proxyUrl: `http://me:wrong@127.0.0.1:${port}` })).failure;
    expect(await failureBy(guarded.port)).toMatchObject({
      kind: "proxy",
      code: "HTTP_407",
      message: expect.stringContaining("wants a user and a password"),
    });
    expect(await failureBy(closed.port)).toMatchObject({
      kind: "proxy",
      code: "HTTP_403",
      message: expect.stringMatching(/does not let through to 127\.0\.0\.1:\d+/),
    });
    const down = await failureBy(1);
    expect(down).toMatchObject({ kind: "proxy", code: "PROXY_ECONNREFUSED" });
    expect(down?.message).not.toContain("wrong");
  },
);

run("the causes of not being connected read as sentences of their own", async () => {
  const tlsPort = await startBackend(serverFiles());
  const other = await listen(createHttpServer((_request, response) => response.writeHead(404).end()));
  const refusing = createHttpServer();
  refusing.on("upgrade", (_request, socket) => {
    const body = JSON.stringify({ error: { code: "AGENT_TOKEN_REVOKED", message: "its token was revoked" } });
    socket.end(`HTTP/1.1 403 No\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
  });
  const refusingPort = await listen(refusing);
  const states = await Promise.all(
    [
      "ws://127.0.0.1:1",
      `ws://127.0.0.1:${other}`,
      `ws://127.0.0.1:${refusingPort}`,
      `wss://127.0.0.1:${tlsPort}`,
    ].map((url) => outcomeOf(url, {})),
  );
  expect(states.map(({ failure }) => failure?.kind)).toEqual([
    "server-down",
    "wrong-address",
    "refused",
    "tls",
  ]);
  expect(states.map(({ failure }) => failure?.message.split(" ").slice(0, 3).join(" "))).toEqual([
    "Nothing answers at",
    "What answers at",
    "The backend at",
    "The TLS connection",
  ]);
});
