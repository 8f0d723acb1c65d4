import { expect, onTestFinished, test } from "vitest";
import type { AgentState } from "../agent.ts";
import { checkAgent } from "./check.ts";
import { agentReport, startHealthServer } from "./index.ts";

const build = { version: "0.0.0", commit: "test", dirty: false, builtAt: "2026-01-01T00:00:00.000Z" };
const connected: AgentState["link"] = { name: "connected", sinceMs: 0, backend: build };
const refused: AgentState["link"] = {
  name: "waiting",
  sinceMs: 60_000,
  failure: {
    kind: "refused",
    code: "AGENT_TOKEN_MISMATCH",
    message: "The backend refused agent lab-1: token mismatch.",
    count: 14,
    firstAtMs: 0,
  },
};

async function start(port = 0) {
  const state = { link: connected };
  const lines: string[] = [];
  const write = (_details: object, message: string) => void lines.push(message);
  const server = await startHealthServer({
    port,
    build,
    report: () => agentReport(state, "ws://user:secret@backend:5050"),
    log: { info: write, warn: write, error: write },
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { server, state, lines, url: `http://127.0.0.1:${server.port}/health` };
}

test("an agent that is connected says so with its build, and without what the URL hides", async () => {
  const { server, url } = await start();
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    status: "ok",
    sentence: "connected to ws://backend:5050 since 1970-01-01T00:00:00.000Z",
    since: "1970-01-01T00:00:00.000Z",
    build,
    backendUrl: "ws://backend:5050",
    lastError: null,
  });
  expect(await checkAgent({ agentHealthPort: server.port! })).toContain("connected to ws://backend:5050");
});

test("an agent that is refused answers 503 with the refusal, and its check fails with those words", async () => {
  const { server, state, url } = await start();
  state.link = refused;
  const answer = await fetch(url);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({
    status: "degraded",
    sentence: expect.stringContaining("token mismatch"),
    lastError: { code: "AGENT_TOKEN_MISMATCH", count: 14, firstAt: "1970-01-01T00:00:00.000Z" },
  });
  await expect(checkAgent({ agentHealthPort: server.port! })).rejects.toThrow("token mismatch");
});

test("there is nothing but GET /health", async () => {
  const { url } = await start();
  expect((await fetch(url, { method: "POST" })).status).toBe(404);
  expect((await fetch(`${url}/../other`)).status).toBe(404);
});

test("a health port that is taken is named and does not stop the agent", async () => {
  const first = await start();
  const second = await start(first.server.port);
  expect(second.server.port).toBeUndefined();
  expect(second.lines.join()).toContain("PNMLAB_AGENT_HEALTH_PORT");
});

test("a check of an agent that does not run says that nothing answers", async () => {
  const { server } = await start();
  await server[Symbol.asyncDispose]();
  await expect(checkAgent({ agentHealthPort: server.port! })).rejects.toThrow("no answer from");
});
