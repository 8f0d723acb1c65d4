import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HttpLabClient } from "./http-client.ts";

let server: Server;
let answer: (path: string, body: string, response: ServerResponse) => void;

beforeEach(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => answer(`${request.method} ${request.url}`, body, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const plainFetch = globalThis.fetch;
  // A page resolves paths against its own address; Node has none.
  vi.stubGlobal("fetch", (path: string, init?: RequestInit) => plainFetch(origin + path, init));
});
afterEach(() => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  server.close();
});

const json = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};

test("an answer of the agreed form is given as it is", async () => {
  answer = (path, _body, response) => {
    expect(path).toBe("GET /api/me");
    json(response, 200, { user: "operator", role: "operator", expiresAt: "2026-12-01T00:00:00Z" });
  };
  await expect(new HttpLabClient().me()).resolves.toMatchObject({ user: "operator" });
});

test("the code and the words of a refusal come through", async () => {
  answer = (path, body, response) => {
    expect(path).toBe("POST /api/utsc/sessions");
    expect(JSON.parse(body)).toMatchObject({ cmtsId: "c", rfPortIfIndex: 72 });
    json(response, 409, { error: { code: "PORT_BUSY", message: "us-conn 3/0 is busy since 07:58" } });
  };
  const start = new HttpLabClient().startSession({
    cmtsId: "c",
    rfPortIfIndex: 72,
    centerFrequencyHz: 1,
    spanHz: 1,
    bins: 16,
    repeatPeriodUs: 1,
    outputFormat: "fftPower",
  });
  await expect(start).rejects.toMatchObject({
    code: "PORT_BUSY",
    message: "us-conn 3/0 is busy since 07:58",
    status: 409,
    signedOut: false,
  });
});

test("401 means that this browser is not signed in", async () => {
  answer = (_path, _body, response) =>
    json(response, 401, { error: { code: "NOT_SIGNED_IN", message: "sign in" } });
  await expect(new HttpLabClient().agents()).rejects.toMatchObject({ signedOut: true });
});

test("an answer of another form says so and where", async () => {
  answer = (_path, _body, response) => json(response, 200, { agents: [{ name: 3 }] });
  await expect(new HttpLabClient().agents()).rejects.toMatchObject({ code: "INVALID_ANSWER" });
});

test("an answer that is no answer of ours is named by its status", async () => {
  answer = (_path, _body, response) => response.writeHead(502).end("<html>Bad gateway</html>");
  await expect(new HttpLabClient().cmts()).rejects.toMatchObject({
    code: "HTTP_ERROR",
    status: 502,
    retryable: true,
  });
});

test("a backend that is gone is unreachable", async () => {
  await new Promise((resolve) => server.close(resolve));
  await expect(new HttpLabClient().health()).rejects.toMatchObject({ code: "UNREACHABLE", retryable: true });
});

test("capture pages are asked for by the mark of the page before", async () => {
  const paths: string[] = [];
  answer = (path, _body, response) => {
    paths.push(path);
    json(response, 200, { captures: [], nextBefore: null });
  };
  const client = new HttpLabClient();
  await client.captures(null);
  await client.captures("2026-11-21T09:00:00Z/7");
  expect(paths).toEqual(["GET /api/captures", "GET /api/captures?before=2026-11-21T09%3A00%3A00Z%2F7"]);
});
