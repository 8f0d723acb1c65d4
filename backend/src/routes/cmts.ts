import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import type { CmtsTarget } from "@pnmlab/config";
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
    ({ params }) => rfPorts.read(requireCmts(cmts, params.id)),
  );
}

/** The configured CMTS of an id. @throws ApiError 404 that names those there are */
export function requireCmts(cmts: CmtsMonitor, id: string): CmtsTarget {
  const target = cmts.target(id);
  if (target) return target;
  const known = cmts.list().map((one) => one.id);
  throw notFound("CMTS_UNKNOWN", `there is no CMTS ${id}; PNMLAB_CMTS lists ${known.join(", ") || "none"}`);
}
