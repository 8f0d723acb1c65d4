import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import {
  changeDetectionSchema,
  detectionSettingsSchema,
  detectionStateSchema,
  editEventSchema,
  eventAnswerSchema,
  eventHistogramSchema,
  eventListSchema,
  eventQuerySchema,
  muteAnswerSchema,
  muteListSchema,
  newMuteSchema,
  rehearsalRequestSchema,
  rehearsalSchema,
  replaySchema,
} from "@pnmlab/protocol";
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { requireRole } from "../auth/guard.ts";
import type { DetectionService } from "../detection/index.ts";
import { notFound } from "../http/api-error.ts";
import type { EventStore } from "../storage/index.ts";

const idParams = z.strictObject({ id: z.string() });
const tags = ["events"];
const operator = { onRequest: requireRole("operator") };

/** Longest time that a histogram goes over. */
const MOST_HOURS = 24 * 366;

export interface EventRouteDeps {
  detection: DetectionService;
  storage: { events: EventStore };
  now: () => number;
}

/** Events of the detectors, what is muted, and what the detectors are set to. */
export function eventRoutes(app: FastifyInstance, deps: EventRouteDeps): void {
  readingRoutes(app, deps);
  changingRoutes(app, deps);
  muteRoutes(app, deps);
  detectionRoutes(app, deps);
}

function readingRoutes(app: FastifyInstance, { storage, now }: EventRouteDeps): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { events } = storage;
  routes.get(
    "/events",
    {
      schema: {
        summary:
          "Events of the detectors, newest first; from fromMs to toMs those that were there at some time",
        tags,
        querystring: eventQuerySchema,
        response: { 200: eventListSchema },
      },
    },
    ({ query }) => ({ events: events.list(query) }),
  );
  routes.get(
    "/events/histogram",
    {
      schema: {
        summary: "Events by the hour in which they began, and kind",
        tags,
        querystring: z.strictObject({ hours: z.coerce.number().int().min(1).max(MOST_HOURS).default(24) }),
        response: { 200: eventHistogramSchema },
      },
    },
    ({ query }) => events.histogram(query.hours, now()),
  );
  routes.get(
    "/events/:id",
    { schema: { summary: "One event", tags, params: idParams, response: { 200: eventAnswerSchema } } },
    ({ params }) => ({ event: requireEvent(events, params.id) }),
  );
  routes.get(
    "/events/:id/evidence",
    {
      schema: {
        summary: "Frames around the peak of an event, each as its length (u32, little-endian) and its bytes",
        tags,
        params: idParams,
      },
    },
    ({ params }, reply) => {
      const { id, number, evidence } = requireEvent(events, params.id);
      if (evidence.removed !== null) {
        throw notFound("EVENT_EVIDENCE_NOT_FOUND", `event ${number} has no evidence: ${evidence.removed}`);
      }
      return reply.type("application/octet-stream").send(Buffer.from(events.evidence(id) ?? []));
    },
  );
}

function changingRoutes(app: FastifyInstance, { detection }: EventRouteDeps): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.patch(
    "/events/:id",
    {
      ...operator,
      schema: {
        summary: "Acknowledge or comment an event",
        tags,
        params: idParams,
        body: editEventSchema,
        response: { 200: eventAnswerSchema },
      },
    },
    ({ params, body, session }) => ({ event: detection.edit(params.id, body, session!.user) }),
  );
  routes.post(
    "/events/:id/replay",
    {
      config: { changesNothing: true },
      schema: {
        summary: "Whether the frames around an event raise it again in detectors that know nothing else",
        tags,
        params: idParams,
        response: { 200: replaySchema },
      },
    },
    ({ params }, reply) => detection.replay(params.id, untilGone(reply)),
  );
}

function muteRoutes(app: FastifyInstance, { detection }: EventRouteDeps): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    "/mutes",
    { schema: { summary: "What is not reported", tags, response: { 200: muteListSchema } } },
    () => ({ mutes: [...detection.mutes] }),
  );
  routes.post(
    "/mutes",
    {
      ...operator,
      schema: {
        summary:
          "Report events of a band no more: of one port or all, one kind or all, for a time or for good",
        tags,
        body: newMuteSchema.refine(({ fromHz, toHz }) => toHz >= fromHz, {
          path: ["toHz"],
          error: "must not be below fromHz",
        }),
        response: { 201: muteAnswerSchema },
      },
    },
    async ({ body }, reply) => reply.code(201).send({ mute: detection.mute(body) }),
  );
  routes.delete(
    "/mutes/:id",
    {
      ...operator,
      schema: {
        summary: "Report events of a band again",
        tags,
        params: idParams,
        response: { 200: muteAnswerSchema },
      },
    },
    ({ params }) => ({ mute: detection.unmute(params.id) }),
  );
}

function detectionRoutes(app: FastifyInstance, { detection }: EventRouteDeps): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    "/detection",
    {
      schema: {
        summary: "Which detectors run, and every threshold with its default and range",
        tags,
        response: { 200: detectionSettingsSchema },
      },
    },
    () => detection.settings,
  );
  routes.put(
    "/detection",
    {
      ...operator,
      schema: {
        summary: "Change detectors and thresholds; holds for running captures at once",
        tags,
        body: changeDetectionSchema,
        response: { 200: detectionSettingsSchema },
      },
    },
    ({ body }) => detection.changeSettings(body),
  );
  routes.get(
    "/detection/state",
    {
      schema: {
        summary: "How the detectors run: frames judged, skipped and waiting, and their CPU time",
        tags,
        response: { 200: detectionStateSchema },
      },
    },
    () => detection.state(),
  );
  routes.post(
    "/recordings/:id/rehearsal",
    {
      config: { changesNothing: true },
      schema: {
        summary:
          "What a recording, or its frames from fromMs to toMs, would have raised with other detectors and thresholds than those that are set",
        tags,
        params: idParams,
        body: rehearsalRequestSchema,
        response: { 200: rehearsalSchema },
      },
    },
    ({ params, body }, reply) => detection.rehearse(params.id, body, untilGone(reply)),
  );
}

function requireEvent(events: EventStore, id: string) {
  const event = events.get(id);
  if (!event) throw notFound("EVENT_UNKNOWN", `there is no event ${id}`);
  return event;
}

/** Ends when the caller leaves before the answer. */
function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.on("close", () => {
    if (!reply.raw.writableEnded) gone.abort();
  });
  return gone.signal;
}
