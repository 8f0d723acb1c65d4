import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import { startUtscSessionSchema, utscSessionAnswerSchema, utscSessionListSchema } from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { requireRole } from "../auth/guard.ts";
import type { UtscService } from "../contracts.ts";
import { notFound } from "../http/api-error.ts";

const idParams = z.strictObject({ id: z.string() });
const tags = ["utsc"];

export function utscSessionRoutes(app: FastifyInstance, { utsc }: { utsc: UtscService }): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.post(
    "/utsc/sessions",
    {
      onRequest: requireRole("operator"),
      schema: {
        summary: "Start a live capture on an RF port, or change the one that runs there",
        tags,
        body: startUtscSessionSchema,
        response: { 202: utscSessionAnswerSchema },
      },
    },
    async ({ body }, reply) => reply.code(202).send({ session: await utsc.start(body) }),
  );
  routes.post(
    "/utsc/sessions/single",
    {
      onRequest: requireRole("operator"),
      schema: {
        summary: "Take one capture of an RF port, then stop; one that runs there ends with its next capture",
        tags,
        body: startUtscSessionSchema,
        response: { 202: utscSessionAnswerSchema },
      },
    },
    async ({ body }, reply) => reply.code(202).send({ session: await utsc.single(body) }),
  );
  routes.get(
    "/utsc/sessions",
    { schema: { summary: "All live captures", tags, response: { 200: utscSessionListSchema } } },
    () => ({ sessions: utsc.list() }),
  );
  routes.get(
    "/utsc/sessions/:id",
    {
      schema: {
        summary: "One live capture",
        tags,
        params: idParams,
        response: { 200: utscSessionAnswerSchema },
      },
    },
    ({ params }) => ({ session: requireSession(utsc, params.id) }),
  );
  routes.post(
    "/utsc/sessions/:id/stop",
    {
      onRequest: requireRole("operator"),
      schema: {
        summary: "Stop a live capture; answers when the CMTS is idle and its files are removed",
        tags,
        params: idParams,
        response: { 200: utscSessionAnswerSchema },
      },
    },
    async ({ params }) => ({ session: await utsc.stop(requireSession(utsc, params.id).id) }),
  );
}

function requireSession(utsc: UtscService, id: string) {
  const session = utsc.get(id);
  if (!session) throw notFound("SESSION_UNKNOWN", `there is no session ${id}`);
  return session;
}
