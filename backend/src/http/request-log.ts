import type { FastifyInstance } from "fastify";
import { pathOf } from "./web-application.ts";

/** One line per answered request, without its query: that of a sign-in link is a secret. */
export function logRequests(app: FastifyInstance): void {
  app.addHook("onResponse", async (request, reply) => {
    request.log.debug(
      {
        method: request.method,
        path: pathOf(request),
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime),
      },
      "request",
    );
  });
}
