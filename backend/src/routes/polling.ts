import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import {
  pollEventListSchema,
  pollGroupListSchema,
  pollingStateSchema,
  pollPlanAnswerSchema,
  pollPlanInputSchema,
  pollPlanListSchema,
  seriesAnswerSchema,
  seriesNameListSchema,
} from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { requireRole } from "../auth/guard.ts";
import { pollGroups } from "../polling/agent-plans.ts";
import { readSeries } from "../polling/series-reading.ts";
import type { PollService } from "../polling/service.ts";
import type { SeriesStore } from "../storage/series.ts";

const idParams = z.strictObject({ id: z.string() });
const tags = ["polling"];

/** A plan names every modem of a CMTS. */
const PLAN_LIMIT_BYTES = 8 * 1024 * 1024;

/** Unix milliseconds, or a time as ISO 8601. */
const momentSchema = z
  .string()
  .transform((text) => (/^\d+$/.test(text) ? Number(text) : Date.parse(text)))
  .refine((ms) => Number.isFinite(ms), "must be Unix milliseconds or an ISO 8601 time");

const seriesQuerySchema = z
  .strictObject({
    device: z.string().min(1),
    metric: z.string().min(1),
    instance: z.string().optional(),
    from: momentSchema,
    to: momentSchema,
    points: z.coerce.number().int().min(2).max(2000).default(600),
  })
  .refine(({ from, to }) => to > from, { path: ["to"], error: "must be after from" });

export function pollingRoutes(
  app: FastifyInstance,
  { polling, series }: { polling: PollService; series: SeriesStore },
): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  planRoutes(app, polling);
  routes.get(
    "/polling/groups",
    { schema: { summary: "Named groups of metrics", tags, response: { 200: pollGroupListSchema } } },
    () => ({ groups: [...pollGroups] }),
  );
  routes.get(
    "/polling/status",
    {
      schema: {
        summary: "How polling agents, their outboxes and the polled devices stand",
        tags,
        response: { 200: pollingStateSchema },
      },
    },
    () => polling.state(),
  );
  routes.get(
    "/polling/events",
    {
      schema: {
        summary: "Thresholds that were exceeded, or are no longer, newest first",
        tags,
        querystring: z.strictObject({
          limit: z.coerce.number().int().min(1).max(500).default(100),
          device: z.string().optional(),
        }),
        response: { 200: pollEventListSchema },
      },
    },
    ({ query }) => ({ events: series.events(query.limit, query.device) }),
  );
  routes.get(
    "/series/names",
    {
      schema: {
        summary: "What has been read over time, with the newest value of each; the first 5,000",
        tags,
        querystring: z.strictObject({ device: z.string().optional() }),
        response: { 200: seriesNameListSchema },
      },
    },
    ({ query }) => ({ series: series.names(query.device) }),
  );
  routes.get(
    "/series",
    {
      schema: {
        summary: "A metric of a device over time, put together to about as many points as asked for",
        tags,
        querystring: seriesQuerySchema,
        response: { 200: seriesAnswerSchema },
      },
    },
    ({ query: { from, to, ...rest } }) => readSeries(series, { ...rest, fromMs: from, toMs: to }),
  );
}

function planRoutes(app: FastifyInstance, polling: PollService): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const operator = { onRequest: requireRole("operator"), bodyLimit: PLAN_LIMIT_BYTES };
  routes.get(
    "/polling/plans",
    { schema: { summary: "Polling plans", tags, response: { 200: pollPlanListSchema } } },
    () => ({ plans: polling.list() }),
  );
  routes.get(
    "/polling/plans/:id",
    {
      schema: {
        summary: "One polling plan",
        tags,
        params: idParams,
        response: { 200: pollPlanAnswerSchema },
      },
    },
    ({ params }) => ({ plan: polling.get(params.id) }),
  );
  routes.post(
    "/polling/plans",
    {
      ...operator,
      schema: {
        summary: "Make a polling plan; its agent begins at once, or when it connects",
        tags,
        body: pollPlanInputSchema,
        response: { 201: pollPlanAnswerSchema },
      },
    },
    async ({ body }, reply) => reply.code(201).send({ plan: polling.create(body) }),
  );
  routes.put(
    "/polling/plans/:id",
    {
      ...operator,
      schema: {
        summary: "Change a polling plan",
        tags,
        params: idParams,
        body: pollPlanInputSchema,
        response: { 200: pollPlanAnswerSchema },
      },
    },
    ({ params, body }) => ({ plan: polling.replace(params.id, body) }),
  );
  routes.delete(
    "/polling/plans/:id",
    {
      ...operator,
      schema: {
        summary: "Remove a polling plan; what was read stays until it is too old",
        tags,
        params: idParams,
        response: { 204: z.null() },
      },
    },
    async ({ params }, reply) => {
      polling.remove(params.id);
      return reply.code(204).send(null);
    },
  );
}
