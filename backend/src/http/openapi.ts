import swagger from "@fastify/swagger";
import { jsonSchemaTransform } from "@fastify/type-provider-zod";
import type { BuildInfo } from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";

/** Collects the schemas of the routes that follow into one OpenAPI document. */
export async function collectOpenApi(app: FastifyInstance, build: BuildInfo): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "PNM Lab",
        description:
          "REST API of the PNM Lab backend. Every answer that is not a success has the body {error: {code, message, details?}}.",
        version: `${build.version}+${build.commit}`,
      },
      components: {
        securitySchemes: {
          session: { type: "http", scheme: "bearer", description: "A session value, or the session cookie" },
          checkToken: {
            type: "http",
            scheme: "bearer",
            description: "PNMLAB_CHECK_TOKEN; for /api/doctor alone",
          },
        },
      },
      security: [{ session: [] }],
    },
    transform: jsonSchemaTransform,
  });
}
