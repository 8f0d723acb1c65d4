import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import { PnmLabError } from "@pnmlab/kit";
import { snmpComparisonSchema, startTftpProbeSchema, tftpProbeSchema } from "@pnmlab/protocol";
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
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    "/utsc/sessions/:id/snmp-result",
    {
      // It makes the CMTS answer with its largest objects.
      onRequest: requireRole("operator"),
      schema: {
        summary: "The newest capture by SNMP beside the one of a file, and their difference in dB",
        tags: ["utsc"],
        params: z.strictObject({ id: z.string() }),
        response: { 200: snmpComparisonSchema },
      },
    },
    ({ params }, reply) => {
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort(new PnmLabError("CLOSED", "the caller has gone")));
      return utscProbe.compareWithSnmp(params.id, gone.signal);
    },
  );
  routes.post(
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
