import { Readable } from "node:stream";
import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import {
  changeRecorderSchema,
  editRecordingSchema,
  type FrameProvenance,
  frameProvenanceSchema,
  keepRecordingSchema,
  newRecordingScheduleSchema,
  recorderStateSchema,
  recordingAnswerSchema,
  recordingListSchema,
  recordingOverviewSchema,
  recordingScheduleAnswerSchema,
  recordingScheduleListSchema,
} from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { requireRole } from "../auth/guard.ts";
import type { CaptureLibrary } from "../captures/library.ts";
import type { UtscService } from "../contracts.ts";
import { notFound } from "../http/api-error.ts";
import { frameStream } from "../http/frame-stream.ts";
import type { RecordingSchedules } from "../recorder/schedules.ts";
import type { FlightRecorder } from "../recorder/service.ts";
import { provenanceOf } from "../utsc/frame-provenance.ts";

export interface RecordingRouteDeps {
  recorder: FlightRecorder;
  schedules: RecordingSchedules;
  utsc: Pick<UtscService, "get">;
  captures: CaptureLibrary;
}

const tags = ["recordings"];
const BYTES = "application/octet-stream";
const idParams = z.strictObject({ id: z.string() });
const operator = { onRequest: requireRole("operator") };

const momentSchema = z.coerce.number();
const spanShape = { fromMs: momentSchema.optional(), toMs: momentSchema.optional() };

/** A recording of a day is some gigabytes; what is too large for the room that is left is refused as it comes. */
const IMPORT_LIMIT_BYTES = 1024 ** 4;

export function recordingRoutes(app: FastifyInstance, deps: RecordingRouteDeps): void {
  keepingRoutes(app, deps);
  readingRoutes(app, deps.recorder);
  originRoute(app, deps);
  scheduleRoutes(app, deps.schedules);
  app.register(async (scope) => importRoute(scope, deps.recorder));
}

function keepingRoutes(app: FastifyInstance, { recorder, utsc }: RecordingRouteDeps): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    "/recordings",
    {
      schema: { summary: "Rings and recordings, newest first", tags, response: { 200: recordingListSchema } },
    },
    () => ({ recordings: recorder.list() }),
  );
  routes.patch(
    "/recordings/:id",
    {
      ...operator,
      schema: {
        summary: "Change label or note of a recording",
        tags,
        params: idParams,
        body: editRecordingSchema,
        response: { 200: recordingAnswerSchema },
      },
    },
    async ({ params, body }) => {
      recorder.edit(params.id, body);
      return { recording: await recorder.reader.detail(params.id) };
    },
  );
  routes.delete(
    "/recordings/:id",
    {
      ...operator,
      schema: { summary: "Remove a recording", tags, params: idParams, response: { 204: z.null() } },
    },
    async ({ params }, reply) => {
      await recorder.remove(params.id);
      return reply.code(204).send(null);
    },
  );
  routes.post(
    "/utsc/sessions/:id/keep",
    {
      ...operator,
      schema: {
        summary: "Keep a part of what the flight recorder holds of a live capture, or of what comes",
        tags,
        params: idParams,
        body: keepRecordingSchema,
        response: { 201: recordingAnswerSchema },
      },
    },
    async ({ params, body }, reply) => {
      const isKnown = utsc.get(params.id) ?? recorder.list().some(({ sessionId }) => sessionId === params.id);
      if (!isKnown) throw notFound("SESSION_UNKNOWN", `there is no session ${params.id}`);
      return reply.code(201).send({ recording: await recorder.keep(params.id, body) });
    },
  );
  routes.get(
    "/recorder",
    { schema: { summary: "How the flight recorder stands", tags, response: { 200: recorderStateSchema } } },
    () => recorder.state(),
  );
  routes.put(
    "/recorder",
    {
      ...operator,
      schema: {
        summary: "Set which events are kept by themselves",
        tags,
        body: changeRecorderSchema,
        response: { 200: recorderStateSchema },
      },
    },
    ({ body }) => {
      recorder.setTrigger(body.trigger);
      return recorder.state();
    },
  );
}

function readingRoutes(app: FastifyInstance, recorder: FlightRecorder): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    "/recordings/:id",
    {
      schema: {
        summary: "A recording with the settings that held in it",
        tags,
        params: idParams,
        response: { 200: recordingAnswerSchema },
      },
    },
    async ({ params }) => ({ recording: await recorder.reader.detail(params.id) }),
  );
  routes.get(
    "/recordings/:id/overview",
    {
      schema: {
        summary: "A recording in steps of equal length: spectra, highest level of the quiet bins, gaps",
        tags,
        params: idParams,
        querystring: z.strictObject({
          ...spanShape,
          steps: z.coerce.number().int().min(1).max(4000).default(400),
        }),
        response: { 200: recordingOverviewSchema },
      },
    },
    ({ params, query }) => recorder.reader.overview(params.id, query),
  );
  routes.get(
    "/recordings/:id/frames",
    {
      schema: {
        summary:
          "Spectra of a recording, oldest first: of each its length as u32, then its bytes as on the live wire",
        tags,
        params: idParams,
        querystring: z.strictObject({
          ...spanShape,
          fromSequence: z.coerce.number().int().min(0).optional(),
          limit: z.coerce.number().int().min(1).max(600).default(100),
        }),
      },
    },
    async ({ params, query }, reply) =>
      reply.type(BYTES).send(await frameStream(recorder.reader.frames(params.id, query))),
  );
  routes.get(
    "/recordings/:id/rows",
    {
      schema: {
        summary:
          "A recording in rows of equal length, one spectrum each: per bin the maximum or the mean in linear power; same form as spectra",
        tags,
        params: idParams,
        querystring: z.strictObject({
          ...spanShape,
          rows: z.coerce.number().int().min(1).max(4000).default(400),
          mode: z.enum(["max", "mean"]).default("max"),
        }),
      },
    },
    async ({ params, query }, reply) =>
      reply.type(BYTES).send(await frameStream(recorder.reader.rows(params.id, query))),
  );
  routes.get(
    "/recordings/:id/file",
    { schema: { summary: "A recording as one file, .pnmrec", tags, params: idParams } },
    async ({ params }, reply) => {
      const { fileName, chunks } = await recorder.reader.file(params.id);
      return reply
        .type(BYTES)
        .header("content-disposition", `attachment; filename="${fileName}"`)
        .send(Readable.from(chunks, { objectMode: false }));
    },
  );
}

function originRoute(app: FastifyInstance, { recorder, captures }: RecordingRouteDeps): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    "/recordings/:id/frames/:sequence",
    {
      schema: {
        summary: "Where a frame of a recording comes from and how it was read",
        tags,
        params: z.strictObject({ id: z.string(), sequence: z.coerce.number().int().min(0) }),
        querystring: z.strictObject({ atMs: momentSchema.optional() }),
        response: { 200: frameProvenanceSchema },
      },
    },
    async ({ params, query }): Promise<FrameProvenance> => {
      const { reader } = recorder;
      const { sessionId } = reader.recording(params.id);
      const { frame, origin } = await reader.frame(params.id, params.sequence, query.atMs);
      const told = provenanceOf(origin, frame);
      return {
        sessionId,
        ...told,
        captureId: captures.idOf(told.fileName, told.sha256) ?? null,
        target: null,
        agent: null,
        statusPoll: null,
        configuration: null,
      };
    },
  );
}

function importRoute(app: FastifyInstance, recorder: FlightRecorder): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  // Read as it comes: a recording may be larger than the memory. The body is not parsed, so that none is audited.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(BYTES, (_request, _payload, done) => done(null, undefined));
  routes.post(
    "/recordings",
    {
      ...operator,
      bodyLimit: IMPORT_LIMIT_BYTES,
      schema: {
        summary: "Take in a recording that was saved as a file: its bytes as application/octet-stream",
        tags,
        querystring: z.strictObject({ label: z.string().max(120).default("") }),
        response: { 201: recordingAnswerSchema },
      },
    },
    async ({ raw, query }, reply) =>
      reply.code(201).send({ recording: await recorder.importFile(raw, query.label) }),
  );
}

function scheduleRoutes(app: FastifyInstance, schedules: RecordingSchedules): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    "/recording-schedules",
    { schema: { summary: "Scheduled recordings", tags, response: { 200: recordingScheduleListSchema } } },
    () => ({ schedules: schedules.list() }),
  );
  routes.post(
    "/recording-schedules",
    {
      ...operator,
      schema: {
        summary: "Schedule a recording",
        tags,
        body: newRecordingScheduleSchema,
        response: { 201: recordingScheduleAnswerSchema },
      },
    },
    async ({ body }, reply) => reply.code(201).send({ schedule: schedules.create(body) }),
  );
  routes.put(
    "/recording-schedules/:id",
    {
      ...operator,
      schema: {
        summary: "Change a scheduled recording",
        tags,
        params: idParams,
        body: newRecordingScheduleSchema,
        response: { 200: recordingScheduleAnswerSchema },
      },
    },
    ({ params, body }) => ({ schedule: schedules.replace(params.id, body) }),
  );
  routes.delete(
    "/recording-schedules/:id",
    {
      ...operator,
      schema: {
        summary: "Remove a schedule; a recording that runs for it ends",
        tags,
        params: idParams,
        response: { 204: z.null() },
      },
    },
    async ({ params }, reply) => {
      await schedules.remove(params.id);
      return reply.code(204).send(null);
    },
  );
}
