import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import { stopUtscOrphanSchema, utscOrphanListSchema, utscOrphanStoppedSchema } from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import { requireRole } from "../auth/guard.ts";
import type { OrphanWatch } from "../utsc/orphan-watch.ts";

const tags = ["utsc"];

export function utscOrphanRoutes(
  app: FastifyInstance,
  { orphans }: { orphans: Pick<OrphanWatch, "read" | "stop"> },
): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    "/utsc-orphans",
    {
      schema: {
        summary: "Tests that run on a CMTS and that no session owns",
        tags,
        response: { 200: utscOrphanListSchema },
      },
    },
    () => orphans.read(),
  );
  routes.post(
    "/utsc-orphans/stop",
    {
      onRequest: requireRole("operator"),
      schema: {
        summary: "Stop a test that no session owns, if its row still reads exactly as listed",
        tags,
        body: stopUtscOrphanSchema,
        response: { 200: utscOrphanStoppedSchema },
      },
    },
    ({ body }) => orphans.stop(body),
  );
}
