import type { AgentFigures } from "@pnmlab/protocol";
import { agentFiguresAnswerSchema } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { openTestBackend, TestAgent, waitFor } from "../_test/support.ts";
import { FiguresBook } from "./figures.ts";

const figures: AgentFigures = {
  uptimeMs: 1000,
  jobs: 1,
  leases: 0,
  snmp: { running: 1, waiting: 0, requests: { GET: 10 }, errors: {} },
  refused: { SNMP_SET_REFUSED: 2 },
  outbox: null,
  loopDelayP99Ms: 1.5,
  loopDelayMaxMs: 3,
  rssBytes: 80_000_000,
  heapUsedBytes: 20_000_000,
  cpuMs: 400,
};
const policy = {
  permissions: ["read", "capture"],
  networks: ["10.20.0.0/16"],
  setSubtrees: ["1.3.6.1.4.1.4491.2.1.27"],
  maxOutstanding: 64,
  targetLimits: [{ network: "10.20.0.0/16", maxOutstanding: 4 }],
};

test("what an agent tells of itself is answered with its policy, and what is new alone where that is asked for", async () => {
  const backend = await openTestBackend();
  const agent = await TestAgent.connect(backend.url);
  const ask = (path: string) => fetch(`${backend.url}/api/agents/${path}`, { headers: backend.signedIn });
  const read = async (query = "") =>
    agentFiguresAnswerSchema.parse(await (await ask(`lab-1/figures${query}`)).json());
  expect(await read()).toEqual({ policy: null, samples: [] });
  agent.send({ type: "figures", figures, policy });
  agent.send({ type: "figures", figures: { ...figures, uptimeMs: 6000 } });
  await waitFor(async () => (await read()).samples.length === 2);
  const { samples, ...rest } = await read();
  expect(rest).toEqual({ policy });
  expect(samples.map(({ uptimeMs }) => uptimeMs)).toEqual([1000, 6000]);
  expect(samples[0]).toMatchObject(figures);
  expect((await read(`?after=${samples[1]!.atMs}`)).samples).toEqual([]);
  expect((await ask("nobody/figures")).status).toBe(404);
});

test("the last hour is kept, no more than one of each five seconds, and each agent for itself", () => {
  let nowMs = 10_000_000;
  const book = new FiguresBook(() => nowMs);
  for (let k = 0; k < 2000; k += 1) {
    nowMs += 1000;
    book.note("a", { type: "figures", figures: { ...figures, uptimeMs: k } });
  }
  book.note("b", { type: "figures", figures, policy });
  expect(book.of("a", 0).samples).toHaveLength(720);
  expect(book.of("a", 0).samples.at(-1)).toMatchObject({ uptimeMs: 1999, atMs: nowMs });
  expect(book.of("b", 0)).toMatchObject({ policy, samples: [{ atMs: nowMs }] });
  nowMs += 3_600_000;
  expect(book.of("a", 0).samples).toEqual([]);
  book.forget("b");
  expect(book.of("b", 0)).toEqual({ policy: null, samples: [] });
});
