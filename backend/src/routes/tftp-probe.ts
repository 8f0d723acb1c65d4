import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import { startTftpProbeSchema, tftpProbeSchema } from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { requireRole } from "../auth/guard.ts";
import type { CmtsMonitor } from "../cmts/monitor.ts";
import type { UtscProbe } from "../contracts.ts";
import { requireCmts } from "./cmts.ts";

export function tftpProbeRoutes(
  app: FastifyInstance,
  { cmts, utscProbe }: { cmts: CmtsMonitor; utscProbe: UtscProbe },
): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    "/cmts/:id/tftp-probe",
    {
      onRequest: requireRole("operator"),
      schema: {
        summary: "Make one capture whose file has to arrive, clear up, and say where its way is broken",
        tags: ["utsc"],
        params: z.strictObject({ id: z.string() }),
        body: startTftpProbeSchema,
        response: { 200: tftpProbeSchema },
      },
    },
    ({ params, body }) => utscProbe.probe(requireCmts(cmts, params.id).id, body.rfPortIfIndex),
  );
}
