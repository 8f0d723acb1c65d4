import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { build, openTestBackend, SESSION_KEY } from "./_test/support.ts";
import { checkBackend } from "./check.ts";

async function answering(body: unknown, status = 200): Promise<number> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const settings = (httpPort: number) => ({ httpHost: "0.0.0.0", httpPort, sessionKey: SESSION_KEY });

test("a backend that runs is in order, be it degraded, and the line says what is", async () => {
  const { port } = await openTestBackend();
  expect(await checkBackend(settings(port))).toMatch(/^health is (ok|degraded)/);
});

test("a failed health fails the check with the words of the failed checks", async () => {
  const since = "2026-01-01T00:00:00.000Z";
  const checks = [{ name: "storage", status: "failed", detail: "the disk is full", since }];
  const port = await answering({ status: "failed", build, checks }, 503);
  await expect(checkBackend(settings(port))).rejects.toThrow(
    "health is failed; storage failed: the disk is full",
  );
});

test("another program on the port is not taken for a backend, and silence is named", async () => {
  const port = await answering({ hello: "world" });
  await expect(checkBackend(settings(port))).rejects.toThrow("not that of a PNM Lab backend");
  await expect(checkBackend(settings(1))).rejects.toThrow("no answer from http://127.0.0.1:1/api/health");
});
