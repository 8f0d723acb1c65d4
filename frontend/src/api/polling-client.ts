import {
  type PollEvent,
  type PollGroup,
  type PollingState,
  type PollPlan,
  type PollPlanInput,
  pollEventListSchema,
  pollGroupListSchema,
  pollingStateSchema,
  pollPlanAnswerSchema,
  pollPlanListSchema,
  type SeriesAnswer,
  type SeriesName,
  seriesAnswerSchema,
  seriesNameListSchema,
} from "@pnmlab/protocol";
import { z } from "zod";
import { jsonBody, request } from "./request.ts";

/** Everything the page asks about polling. Every promise rejects with an `ApiError`. */
export interface PollingClient {
  plans(): Promise<PollPlan[]>;
  groups(): Promise<PollGroup[]>;
  state(): Promise<PollingState>;
  events(): Promise<PollEvent[]>;
  createPlan(plan: PollPlanInput): Promise<PollPlan>;
  replacePlan(id: string, plan: PollPlanInput): Promise<PollPlan>;
  removePlan(id: string): Promise<void>;
  names(): Promise<SeriesName[]>;
  /** The given lines of a metric. */
  series(
    device: string,
    metric: string,
    instances: readonly string[],
    time: { fromMs: number; toMs: number; points: number },
  ): Promise<SeriesAnswer>;
}

/** Polling over HTTP, from the origin that served the page. */
export const pollingClient: PollingClient = {
  plans: async () => (await request("GET", "/api/polling/plans", pollPlanListSchema)).plans,
  groups: async () => (await request("GET", "/api/polling/groups", pollGroupListSchema)).groups,
  state: () => request("GET", "/api/polling/status", pollingStateSchema),
  events: async () => (await request("GET", "/api/polling/events", pollEventListSchema)).events,
  createPlan: async (plan) =>
    (await request("POST", "/api/polling/plans", pollPlanAnswerSchema, jsonBody(plan))).plan,
  replacePlan: async (id, plan) => {
    const path = `/api/polling/plans/${encodeURIComponent(id)}`;
    return (await request("PUT", path, pollPlanAnswerSchema, jsonBody(plan))).plan;
  },
  removePlan: async (id) => {
    await request("DELETE", `/api/polling/plans/${encodeURIComponent(id)}`, z.undefined());
  },
  names: async () => (await request("GET", "/api/series/names", seriesNameListSchema)).series,
  series: async (device, metric, instances, { fromMs, toMs, points }) => {
    const answers = await Promise.all(
      instances.map((instance) => {
        const [from, to] = [String(Math.round(fromMs)), String(Math.round(toMs))];
        const query = new URLSearchParams({ device, metric, instance, from, to, points: String(points) });
        return request("GET", `/api/series?${query}`, seriesAnswerSchema);
      }),
    );
    return { ...answers[0]!, lines: answers.flatMap(({ lines }) => lines) };
  },
};
