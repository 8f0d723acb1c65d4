import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import {
  agentAnswerSchema,
  agentFiguresAnswerSchema,
  agentHistorySchema,
  agentListSchema,
  agentNameSchema,
  agentTokenAnswerSchema,
  changeAgentSchema,
  enrolAgentSchema,
} from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { AgentRegistry } from "../agents/registry.ts";
import { requireRole } from "../auth/guard.ts";

const nameParams = z.strictObject({ name: agentNameSchema });
const tags = ["agents"];

/** Agents: who there is, what happened to them, and who may connect. */
export function agentRoutes(app: FastifyInstance, { agents }: { agents: AgentRegistry }): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const onRequest = requireRole("operator");
  routes.get(
    "/agents",
    {
      schema: {
        summary: "Agents that are expected, connected, lost, refused or revoked",
        tags,
        response: { 200: agentListSchema },
      },
    },
    () => ({ agents: agents.list() }),
  );
  routes.get(
    "/agent-history",
    {
      schema: {
        summary: "Connections, losses and refusals of agents, newest first",
        tags,
        querystring: z.strictObject({
          agent: agentNameSchema.optional(),
          limit: z.coerce.number().int().min(1).max(500).default(100),
        }),
        response: { 200: agentHistorySchema },
      },
    },
    ({ query }) => ({ entries: agents.history(query.limit, query.agent) }),
  );
  routes.get(
    "/agents/:name/figures",
    {
      schema: {
        summary: "How an agent ran within the last hour, every 5 s, and what it allows itself",
        tags,
        params: nameParams,
        querystring: z.strictObject({
          /** Unix milliseconds: only what was heard later. */
          after: z.coerce.number().min(0).default(0),
        }),
        response: { 200: agentFiguresAnswerSchema },
      },
    },
    ({ params, query }) => agents.figures(params.name, query.after),
  );
  routes.post(
    "/agents",
    {
      onRequest,
      schema: {
        summary: "Enrol an agent; the answer alone holds its token",
        tags,
        body: enrolAgentSchema,
        response: { 201: agentTokenAnswerSchema },
      },
    },
    async (request, reply) => {
      reply.code(201);
      return agents.enrol(request.body);
    },
  );
  routes.put(
    "/agents/:name",
    {
      onRequest,
      schema: {
        summary: "Change where an agent stands and what it reaches",
        tags,
        params: nameParams,
        body: changeAgentSchema,
        response: { 200: agentAnswerSchema },
      },
    },
    ({ params, body }) => ({ agent: agents.change(params.name, body) }),
  );
  routes.post(
    "/agents/:name/rotate",
    {
      onRequest,
      schema: {
        summary: "Give an agent a new token; the old one opens until the new one is used",
        tags,
        params: nameParams,
        response: { 200: agentTokenAnswerSchema },
      },
    },
    ({ params }) => agents.rotate(params.name),
  );
  routes.post(
    "/agents/:name/revoke",
    {
      onRequest,
      schema: {
        summary: "Take the tokens of an agent back and end its connection",
        tags,
        params: nameParams,
        response: { 200: agentAnswerSchema },
      },
    },
    ({ params }) => ({ agent: agents.revoke(params.name) }),
  );
  routes.post(
    "/agents/:name/remove",
    {
      onRequest,
      schema: {
        summary: "Take a revoked agent off the list",
        tags,
        params: nameParams,
        response: { 204: z.void() },
      },
    },
    async ({ params }, reply) => {
      agents.remove(params.name);
      return reply.code(204).send();
    },
  );
}
