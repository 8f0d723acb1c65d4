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
import { jsonBody, request } from "./http-client.ts";

/** Everything the page asks about polling. Every promise rejects with an `ApiError`. */
export interface PollingClient {
  plans(): Promise<PollPlan[]>;
  groups(): Promise<PollGroup[]>;
  state(): Promise<PollingState>;
  events(): Promise<PollEvent[]>;
  createPlan(plan: PollPlanInput): Promise<PollPlan>;
  removePlan(id: string): Promise<void>;
  names(): Promise<SeriesName[]>;
  series(device: string, metric: string, fromMs: number, toMs: number, points: number): Promise<SeriesAnswer>;
}

/** Polling over HTTP, from the origin that served the page. */
export const pollingClient: PollingClient = {
  plans: async () => (await request("GET", "/api/polling/plans", pollPlanListSchema)).plans,
  groups: async () => (await request("GET", "/api/polling/groups", pollGroupListSchema)).groups,
  state: () => request("GET", "/api/polling/status", pollingStateSchema),
  events: async () => (await request("GET", "/api/polling/events", pollEventListSchema)).events,
  createPlan: async (plan) =>
    (await request("POST", "/api/polling/plans", pollPlanAnswerSchema, jsonBody(plan))).plan,
  removePlan: async (id) => {
    await request("DELETE", `/api/polling/plans/${encodeURIComponent(id)}`, z.undefined());
  },
  names: async () => (await request("GET", "/api/series/names", seriesNameListSchema)).series,
  series: (device, metric, fromMs, toMs, points) => {
    const query = new URLSearchParams({
      device,
      metric,
      from: String(Math.round(fromMs)),
      to: String(Math.round(toMs)),
      points: String(points),
    });
    return request("GET", `/api/series?${query}`, seriesAnswerSchema);
  },
};
