import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import { captureAnswerSchema, captureDataSchema, captureListSchema } from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { CaptureLibrary } from "../captures/library.ts";

const idParams = z.strictObject({ id: z.string() });

export function captureRoutes(app: FastifyInstance, { captures }: { captures: CaptureLibrary }): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
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
