import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import { healthSchema } from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import type { Guard } from "../auth/guard.ts";
import type { HealthMonitor } from "../health/monitor.ts";

/** `GET /api/health`: open to everybody for the status; the checks are for those who are signed in. */
export function healthRoute(
  app: FastifyInstance,
  { health, guard }: { health: HealthMonitor; guard: Guard },
): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    "/api/health",
    {
      schema: {
        summary: "Whether this deployment works",
        tags: ["health"],
        security: [],
        response: { 200: healthSchema, 503: healthSchema },
      },
    },
    async (request, reply) => {
      const { checks, ...summary } = health.health();
      const isSignedIn = guard.sessionOf(request) !== undefined;
      return reply
        .header("cache-control", "no-store")
        .code(summary.status === "failed" ? 503 : 200)
        .send(isSignedIn && checks ? { ...summary, checks } : summary);
    },
  );
}
