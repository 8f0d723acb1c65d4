import { checkBackend } from "@pnmlab/link";
import { expect, test } from "vitest";
import { AGENT_TOKEN, build, openTestBackend, TestAgent } from "../_test/support.ts";

test("an agent that asks whether it would be let in hears what it is to reach, and is not in the way of the one that runs", async () => {
  const backend = await openTestBackend();
  const question = {
    backendUrl: backend.url.replace("http", "ws"),
    name: "lab-1",
    token: AGENT_TOKEN,
  };
  const before = await checkBackend(question);
  expect(before).toMatchObject({ ok: true, check: { agent: "lab-1", build, connectedFrom: null } });

  const agent = await TestAgent.connect(backend.url);
  const during = await checkBackend(question);
  expect(during).toMatchObject({ ok: true, check: { connectedFrom: "127.0.0.1" } });
  expect(agent.socket.readyState).toBe(agent.socket.OPEN);
});

test("a question with a wrong token is refused with the words of a connection, and counts as one", async () => {
  const backend = await openTestBackend();
  const answer = await checkBackend({
    backendUrl: backend.url.replace("http", "ws"),
    name: "lab-1",
    token: "b".repeat(32),
  });
  expect(answer).toMatchObject({ ok: false, failure: { kind: "refused", code: "AGENT_TOKEN_MISMATCH" } });
  const list = await fetch(`${backend.url}/api/agents`, { headers: backend.signedIn });
  expect(JSON.stringify(await list.json())).toContain("refused once");
});

test("a question that nobody answers says that the backend is down", async () => {
  const answer = await checkBackend({
    backendUrl: "ws://127.0.0.1:1",
    name: "lab-1",
    token: AGENT_TOKEN,
  });
  expect(answer).toMatchObject({ ok: false, failure: { kind: "server-down" } });
});
