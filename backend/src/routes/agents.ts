import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import { agentListSchema } from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import type { AgentRegistry } from "../agents/registry.ts";

export function agentRoutes(app: FastifyInstance, { agents }: { agents: AgentRegistry }): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    "/agents",
    {
      schema: {
        summary: "Agents that are expected, connected, lost or refused",
        tags: ["agents"],
        response: { 200: agentListSchema },
      },
    },
    () => ({ agents: agents.list() }),
  );
}
