import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import { cmtsListSchema, rfPortListSchema } from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { CmtsMonitor } from "../cmts/monitor.ts";
import type { RfPortCache } from "../cmts/rf-port-cache.ts";
import { notFound } from "../http/api-error.ts";

export function cmtsRoutes(
  app: FastifyInstance,
  { cmts, rfPorts }: { cmts: CmtsMonitor; rfPorts: RfPortCache },
): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    "/cmts",
    {
      schema: {
        summary: "The CMTSs and whether they answer",
        tags: ["plant"],
        response: { 200: cmtsListSchema },
      },
    },
    () => ({ cmts: cmts.list() }),
  );
  routes.get(
    "/cmts/:id/rf-ports",
    {
      schema: {
        summary: "Upstream RF ports of a CMTS with UTSC capability and channels",
        tags: ["plant"],
        params: z.strictObject({ id: z.string() }),
        response: { 200: rfPortListSchema },
      },
    },
    ({ params }) => {
      const target = cmts.target(params.id);
      if (!target) {
        const known = cmts.list().map(({ id }) => id);
        throw notFound(
          "CMTS_UNKNOWN",
          `there is no CMTS ${params.id}; PNMLAB_CMTS lists ${known.join(", ") || "none"}`,
        );
      }
      return rfPorts.read(target);
    },
  );
}
