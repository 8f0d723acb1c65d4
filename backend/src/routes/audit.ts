import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import { auditListSchema } from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { AuditStore } from "../storage/index.ts";

export function auditRoutes(app: FastifyInstance, { audit }: { audit: AuditStore }): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    "/audit",
    {
      schema: {
        summary: "Who changed what, newest first",
        tags: ["health"],
        querystring: z.strictObject({ limit: z.coerce.number().int().min(1).max(500).default(100) }),
        response: { 200: auditListSchema },
      },
    },
    ({ query }) => ({ entries: audit.list(query.limit) }),
  );
}
