import type {
  Agent,
  AgentFiguresAnswer,
  AgentHistoryEntry,
  AgentTokenAnswer,
  ChangeAgent,
  EnrolAgent,
} from "@pnmlab/protocol";
import { syntheticFigures } from "./synthetic-figures.ts";
import { syntheticAgents } from "./synthetic-lab.ts";

/** The agents of the made-up lab: the one that is connected, and those that a user enrols. */
export class SyntheticAgents {
  #agents: Agent[] = syntheticAgents(Date.now());
  #history: AgentHistoryEntry[] = [];

  constructor() {
    this.#note("lab-1", "connected", "connected as jump-1", "10.1.2.3");
  }

  list(): Agent[] {
    return this.#agents;
  }

  history(): AgentHistoryEntry[] {
    return this.#history;
  }

  figures(name: string, afterMs: number): AgentFiguresAnswer {
    const isConnected = this.#agents.some((agent) => agent.name === name && agent.state === "connected");
    return isConnected ? syntheticFigures(afterMs, Date.now()) : { policy: null, samples: [] };
  }

  enrol({ name, site = "", targets = ["*"] }: EnrolAgent): AgentTokenAnswer {
    const issuedAt = new Date().toISOString();
    const agent: Agent = {
      ...syntheticAgents(Date.now())[0]!,
      name,
      site,
      targets,
      origin: "enrolled",
      state: "waiting",
      sentence: `agent ${name} has not connected yet`,
      since: issuedAt,
      token: { issuedAt, firstUsedAt: null, nextIssuedAt: null },
      address: null,
      lastConnectedAt: null,
      hostName: null,
      build: null,
      clockSkewMs: null,
      roundTripMs: null,
      profiles: [],
      capabilities: [],
    };
    this.#agents = [...this.#agents.filter((other) => other.name !== name), agent];
    this.#note(name, "enrolled", "a token was given");
    return { agent, token: this.#token() };
  }

  change(name: string, change: ChangeAgent): Agent {
    return this.#replace(name, change);
  }

  rotate(name: string): AgentTokenAnswer {
    const token = { issuedAt: new Date().toISOString(), firstUsedAt: null, nextIssuedAt: null };
    this.#note(name, "rotated", "a new token was given");
    return { agent: this.#replace(name, { token }), token: this.#token() };
  }

  revoke(name: string): Agent {
    this.#note(name, "revoked", "its token was taken back");
    return this.#replace(name, { state: "revoked", token: null, sentence: `agent ${name} was revoked` });
  }

  remove(name: string): void {
    this.#agents = this.#agents.filter((agent) => agent.name !== name);
  }

  #replace(name: string, change: Partial<Agent>): Agent {
    const agent = { ...this.#agents.find((one) => one.name === name)!, ...change };
    this.#agents = this.#agents.map((one) => (one.name === name ? agent : one));
    return agent;
  }

  #note(
    agent: string,
    event: AgentHistoryEntry["event"],
    reason: string,
    address: string | null = null,
  ): void {
    const at = new Date().toISOString();
    const entry = { agent, event, at, lastAt: at, count: 1, address, code: null, reason };
    this.#history = [entry, ...this.#history];
  }

  #token(): string {
    return crypto.randomUUID().replaceAll("-", "") + crypto.randomUUID().slice(0, 11);
  }
}
