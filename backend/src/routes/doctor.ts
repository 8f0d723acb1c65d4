import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import { doctorQuerySchema, doctorReportSchema, doctorTsv } from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import { type CheckAccessDeps, checkAccess } from "../auth/check-access.ts";
import type { Doctor } from "../doctor/index.ts";

/** `GET /api/doctor`: runs every check now, for who is signed in and for validate-deployment.sh. */
export function doctorRoute(
  app: FastifyInstance,
  deps: CheckAccessDeps & { doctor: Pick<Doctor, "run"> },
): void {
  const { doctor, now } = deps;
  app.withTypeProvider<ZodTypeProvider>().get(
    "/api/doctor",
    {
      onRequest: checkAccess(deps),
      // Looking at a deployment with HEAD must not run its checks.
      exposeHeadRoute: false,
      schema: {
        summary: "Checks the deployment now, within 8 s",
        description:
          "With format=tsv the answer is text/tab-separated-values: lines BUILD, TIME, SALT, SETTING and CHECK. quick=1 leaves out what waits for other machines.",
        tags: ["health"],
        security: [{ session: [] }, { checkToken: [] }],
        querystring: doctorQuerySchema,
        response: { 200: doctorReportSchema },
      },
    },
    async ({ query }, reply) => {
      const report = await doctor.run(query.quick === "1");
      reply.header("cache-control", "no-store");
      if (query.format === "json") return report;
      reply.type("text/tab-separated-values; charset=utf-8").serializer((text: unknown) => String(text));
      return reply.send(doctorTsv(report, now()) as never);
    },
  );
}
