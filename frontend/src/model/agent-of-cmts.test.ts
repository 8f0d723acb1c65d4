import type { Agent, Cmts } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { agentOfCmts } from "./agent-of-cmts.ts";

const cmts = { id: "hub-12", host: "10.20.1.5", port: 161 } as Cmts;
const agent = (name: string, targets: string[], state: Agent["state"] = "connected") =>
  ({ name, targets, state }) as Agent;
const nameOf = (...agents: Agent[]) => agentOfCmts({ agents }, cmts)?.name;

test("a CMTS is served by the agent that names it most precisely, not by the first of the list", () => {
  const any = agent("any", ["*"]);
  expect(nameOf(any, agent("wide", ["10.0.0.0/8"]), agent("near", ["10.20.1.0/24"]))).toBe("near");
  expect(nameOf(any, agent("named", ["hub-12"]), agent("near", ["10.20.1.0/24"]))).toBe("named");
  expect(nameOf(any, agent("other", ["10.21.0.0/16"]))).toBe("any");
  expect(nameOf(agent("other", ["hub-13"]))).toBeUndefined();
});

test("an agent that names the CMTS is told of also while it is away, where no other names it", () => {
  expect(nameOf(agent("any", ["*"]), agent("near", ["10.20.1.5"], "lost"))).toBe("near");
  expect(nameOf(agent("gone", ["hub-12"], "revoked"), agent("any", ["*"]))).toBe("any");
  expect(nameOf(agent("a", ["hub-12"], "lost"), agent("b", ["10.20.0.0/16"]))).toBe("b");
});
