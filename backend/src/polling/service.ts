import { randomUUID } from "node:crypto";
import type { Logger } from "@pnmlab/config";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import { MAX_AGENT_MESSAGE_BYTES, type RequestManager } from "@pnmlab/link";
import {
  MAX_POLL_METRICS,
  type PollDelivery,
  type PollingState,
  type PollPlan,
  type PollResults,
  type PollStatus,
  type pollPlanInputSchema,
} from "@pnmlab/protocol";
import type { z } from "zod";
import type { AgentRegistry } from "../agents/registry.ts";
import { notFound } from "../http/api-error.ts";
import type { PollPlanStore } from "../storage/poll-plans.ts";
import type { MetricFacts, SeriesStore } from "../storage/series.ts";
import { agentPlans, metricsOf, pollGroups } from "./agent-plans.ts";
import { isRaisedAfter } from "./threshold.ts";

export type CheckedPlan = z.output<typeof pollPlanInputSchema>;

export interface PollServiceOptions {
  plans: PollPlanStore;
  series: SeriesStore;
  agents: Pick<AgentRegistry, "on">;
  /** The agent of plans that name none. */
  defaultAgent: string;
  log: Logger;
  now: () => number;
}

/** How an agent stands with its plans. */
interface PollingAgent {
  requests: Pick<RequestManager, "request">;
  /** Of the plans that it took last over this connection. */
  revision: string | undefined;
  status: PollStatus | null;
  statusAtMs: number | null;
  error: string | null;
}

const REQUEST_MS = 30_000;

/** What is left of a message for its plans. */
const MAX_PLANS_BYTES = MAX_AGENT_MESSAGE_BYTES - 4096;

/** An agent that has said nothing for this long has lost its connection, heartbeats being every minute. */
const SILENT_MS = 180_000;

/** The plans by which agents poll, and what becomes of their readings. */
export class PollService implements Disposable {
  readonly #options: PollServiceOptions;
  readonly #agents = new Map<string, PollingAgent>();
  readonly #plans: Map<string, PollPlan>;
  /** By plan and metric; made anew when plans change. */
  readonly #facts = new Map<string, MetricFacts | null>();
  readonly #off: () => void;

  constructor(options: PollServiceOptions) {
    this.#options = options;
    this.#plans = new Map(options.plans.list().map((plan) => [plan.id, plan]));
    this.#off = options.agents.on("poll", ({ name, requests, message }) => {
      switch (message.type) {
        case "poll-results":
          this.#receive(name, requests, message);
          return;
        case "poll-status": {
          const { type: _, ...status } = message;
          const agent = this.#agentOf(name, requests);
          agent.status = status;
          agent.statusAtMs = this.#options.now();
          return;
        }
        case "poll-refresh":
          this.#agentOf(name, requests).revision = message.revision;
          void this.#push(name);
          return;
      }
    });
  }

  list(): PollPlan[] {
    return [...this.#plans.values()];
  }

  /** @throws ApiError `PLAN_UNKNOWN`. */
  get(id: string): PollPlan {
    const plan = this.#plans.get(id);
    if (!plan) throw notFound("PLAN_UNKNOWN", `there is no polling plan ${id}`);
    return plan;
  }

  /** @throws PnmLabError `PLAN_INVALID`. */
  create(input: CheckedPlan): PollPlan {
    return this.#keep({ ...input, id: randomUUID(), version: 1, updatedAt: this.#nowText() });
  }

  /** @throws ApiError `PLAN_UNKNOWN`, PnmLabError `PLAN_INVALID`. */
  replace(id: string, input: CheckedPlan): PollPlan {
    const { version } = this.get(id);
    return this.#keep({ ...input, id, version: version + 1, updatedAt: this.#nowText() });
  }

  /** Ends polling by a plan; what was read stays until it is too old. @throws ApiError `PLAN_UNKNOWN`. */
  remove(id: string): void {
    this.get(id);
    this.#options.plans.remove(id);
    this.#options.series.forgetPlan(id);
    this.#plans.delete(id);
    this.#changed();
  }

  state(): PollingState {
    const nowMs = this.#options.now();
    return {
      agents: [...this.#agents].map(([agent, { revision, status, statusAtMs, error }]) => ({
        agent,
        isCurrent:
          revision === this.#plansOf(agent).revision && statusAtMs !== null && nowMs - statusAtMs < SILENT_MS,
        status,
        statusAt: statusAtMs === null ? null : new Date(statusAtMs).toISOString(),
        error,
      })),
      devices: this.#options.series.devices(),
    };
  }

  [Symbol.dispose](): void {
    this.#off();
  }

  #keep(plan: PollPlan): PollPlan {
    this.#check(plan);
    this.#options.plans.save(plan);
    this.#plans.set(plan.id, plan);
    this.#changed();
    return plan;
  }

  #check(plan: PollPlan): void {
    const unknown = plan.groups.filter((name) => !pollGroups.some((group) => group.name === name));
    if (unknown.length > 0) {
      throw invalid(
        `there is no group ${unknown.join(", ")}: known are ${pollGroups.map(({ name }) => name).join(", ")}`,
      );
    }
    const names = new Set(metricsOf(plan).map(({ name }) => name));
    const without = plan.thresholds.find(({ metric }) => !names.has(metric));
    if (without) {
      throw invalid(`there is a threshold for ${without.metric}, which the plan does not read`);
    }
    const other = [...this.#plans.values()].find(({ id, name }) => id !== plan.id && name === plan.name);
    if (other) throw invalid(`there is a plan named ${plan.name} already`);
    this.#checkSize(plan, names.size);
  }

  /** An agent takes all of its plans in one message or none of them. */
  #checkSize(plan: PollPlan, metrics: number): void {
    if (metrics > MAX_POLL_METRICS) {
      throw invalid(`the plan reads ${metrics} metrics; an agent takes ${MAX_POLL_METRICS} in one plan`);
    }
    const { defaultAgent } = this.#options;
    const agent = plan.agent ?? defaultAgent;
    const others = this.list().filter(({ id }) => id !== plan.id);
    const bytes = Buffer.byteLength(JSON.stringify(agentPlans([...others, plan], agent, defaultAgent)));
    if (bytes > MAX_PLANS_BYTES) {
      const megabytes = (length: number) => `${(length / 1_000_000).toFixed(1)} MB`;
      throw invalid(
        `the plans of agent ${agent} would be ${megabytes(bytes)} long with it; an agent takes ${megabytes(MAX_PLANS_BYTES)}: name fewer devices, or give the plan to another agent`,
      );
    }
  }

  #changed(): void {
    this.#facts.clear();
    for (const name of this.#agents.keys()) void this.#push(name);
  }

  #agentOf(name: string, requests: PollingAgent["requests"]): PollingAgent {
    const known = this.#agents.get(name);
    const agent = known ?? { requests, revision: undefined, status: null, statusAtMs: null, error: null };
    agent.requests = requests;
    this.#agents.set(name, agent);
    return agent;
  }

  #plansOf(agent: string) {
    return agentPlans(this.list(), agent, this.#options.defaultAgent);
  }

  async #push(name: string): Promise<void> {
    const agent = this.#agents.get(name);
    const plans = this.#plansOf(name);
    if (!agent || agent.revision === plans.revision) return;
    try {
      await agent.requests.request("polling.plans", plans, { deadlineMs: REQUEST_MS });
      agent.revision = plans.revision;
      agent.error = null;
    } catch (error) {
      agent.error = messageOf(error);
      this.#options.log.warn(`agent ${name} did not take its polling plans: ${agent.error}`);
    }
  }

  /** Stores a batch and says so; one that cannot be stored stays with the agent, which sends it again. */
  #receive(
    name: string,
    requests: PollingAgent["requests"],
    { outboxId, toSequence, readings }: PollResults,
  ): void {
    try {
      this.#options.series.receive(name, outboxId, readings, (reading, metric) =>
        this.#factsOf(reading, metric),
      );
    } catch (error) {
      this.#options.log.error(`readings of agent ${name} could not be stored: ${messageOf(error)}`);
      return;
    }
    requests
      .request("polling.ack", { outboxId, upTo: toSequence }, { deadlineMs: REQUEST_MS })
      // The agent sends the batch again, and it is known then.
      .catch((error) =>
        this.#options.log.debug(`agent ${name} did not hear that readings are stored: ${messageOf(error)}`),
      );
  }

  #factsOf({ planId }: PollDelivery, metricName: string): MetricFacts | undefined {
    const key = `${planId}\n${metricName}`;
    const known = this.#facts.get(key);
    if (known !== undefined) return known ?? undefined;
    const plan = this.#plans.get(planId);
    const metric = plan && metricsOf(plan).find(({ name }) => name === metricName);
    const threshold = plan?.thresholds.find(({ metric: name }) => name === metricName);
    const facts = metric && {
      unit: metric.unit || (metric.kind === "counter" ? "1/s" : ""),
      intervalS: plan.intervalS,
      ...(threshold && {
        judge: (value: number, wasRaised: boolean) => ({
          isRaised: isRaisedAfter(threshold, value, wasRaised),
          direction: threshold.direction,
          limit: threshold.limit,
          hysteresis: threshold.hysteresis,
        }),
      }),
    };
    this.#facts.set(key, facts ?? null);
    return facts;
  }

  #nowText(): string {
    return new Date(this.#options.now()).toISOString();
  }
}

function invalid(message: string): PnmLabError {
  return new PnmLabError("PLAN_INVALID", message);
}
