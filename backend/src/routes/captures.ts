import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import {
  captureAnswerSchema,
  captureDataSchema,
  captureListSchema,
  keptCaptureSchema,
} from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { requireRole } from "../auth/guard.ts";
import type { CaptureLibrary } from "../captures/library.ts";
import { MAX_CAPTURE_BYTES } from "../ingest/read-file.ts";

const idParams = z.strictObject({ id: z.string() });

const BYTES = "application/octet-stream";

/** A name as a file system has it: no folders, no control characters. */
const fileNameSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^/\\\p{Cc}]+$/u, "must be a file's name without folders");

export function captureRoutes(app: FastifyInstance, { captures }: { captures: CaptureLibrary }): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  app.addContentTypeParser(BYTES, { parseAs: "buffer", bodyLimit: MAX_CAPTURE_BYTES }, (_, body, done) =>
    done(null, body),
  );
  routes.post(
    "/captures",
    {
      onRequest: requireRole("operator"),
      bodyLimit: MAX_CAPTURE_BYTES,
      schema: {
        summary:
          "Keep a file among the captures: its bytes as application/octet-stream, its name in the query",
        tags: ["captures"],
        querystring: z.strictObject({
          fileName: fileNameSchema,
          /** When the file was last changed; now unless given. */
          modifiedAt: z.iso.datetime().optional(),
        }),
        body: z.instanceof(Uint8Array, { error: `must be the bytes of a file, sent as ${BYTES}` }),
        response: { 200: keptCaptureSchema, 201: keptCaptureSchema },
      },
    },
    async ({ query, body }, reply) => {
      const modifiedAt = query.modifiedAt === undefined ? new Date() : new Date(query.modifiedAt);
      const kept = await captures.keep({ fileName: query.fileName, bytes: body, modifiedAt });
      return reply.code(kept.isNew ? 201 : 200).send(kept);
    },
  );
  routes.get(
    "/captures",
    {
      schema: {
        summary: "Captures, newest first",
        tags: ["captures"],
        querystring: z.strictObject({
          limit: z.coerce.number().int().min(1).max(200).default(50),
          before: z.string().optional(),
        }),
        response: { 200: captureListSchema },
      },
    },
    ({ query }) => captures.page(query.limit, query.before),
  );
  routes.get(
    "/captures/:id",
    {
      schema: {
        summary: "A capture with its header fields",
        tags: ["captures"],
        params: idParams,
        response: { 200: captureAnswerSchema },
      },
    },
    ({ params }) => ({ capture: captures.detail(params.id) }),
  );
  routes.get(
    "/captures/:id/data",
    {
      schema: {
        summary: "Plot of a capture, or with format=raw its bytes as they arrived",
        tags: ["captures"],
        params: idParams,
        querystring: z.strictObject({ format: z.enum(["plot", "raw"]).default("plot") }),
        response: { 200: captureDataSchema },
      },
    },
    async ({ params, query }, reply) => {
      if (query.format === "raw") {
        const { fileName, sizeBytes, stream } = await captures.raw(params.id);
        return reply
          .type("application/octet-stream")
          .header("content-length", sizeBytes)
          .header("content-disposition", attachment(fileName))
          .send(stream as never);
      }
      // Text already: making it of a large plot is the work of the decoding thread.
      return reply
        .type("application/json; charset=utf-8")
        .send((await captures.plotJson(params.id)) as never);
    },
  );
}

/** RFC 6266: a plain name for old programs, the true one percent-encoded; no character can end the header early. */
function attachment(fileName: string): string {
  const plain = fileName.replaceAll(/[^A-Za-z0-9._-]/g, "_");
  const encoded = encodeURIComponent(fileName).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
