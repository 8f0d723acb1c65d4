import type { FastifyInstance, FastifyRequest } from "fastify";
import type { AuditStore } from "../storage/index.ts";
import { addressOf } from "./address.ts";
import { isMutating } from "./origin.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** A question whose parameters need a body: nothing to record. */
    changesNothing?: boolean;
    /** What the audit holds of a body that is long. */
    auditDetails?: (body: Record<string, unknown>) => Record<string, unknown>;
  }
}

/** Records every request that changes something: who, what, when, and what became of it. */
export function keepAuditTrail(app: FastifyInstance, audit: AuditStore, now: () => number): void {
  app.addHook("onResponse", async (request, reply) => {
    if (!isMutating(request) || !request.session) return;
    if (request.routeOptions.config.changesNothing) return;
    const { statusCode, errorCode } = reply;
    try {
      audit.record({
        at: new Date(now()).toISOString(),
        user: request.session.user,
        address: addressOf(request),
        action: `${request.method} ${request.routeOptions.url ?? "unknown route"}`,
        details: detailsOf(request),
        outcome: statusCode < 400 ? "done" : statusCode < 500 ? "refused" : "failed",
        errorCode,
      });
    } catch (error) {
      // The answer is on its way; the storage check tells the user.
      request.log.error({ err: error }, "an action could not be written to the audit");
    }
  });
}

/** What was asked for; of a file its name and size, never its bytes. */
function detailsOf({ params, query, body, routeOptions }: FastifyRequest): Record<string, unknown> {
  if (body instanceof Uint8Array) {
    return { ...plainObject(params), ...plainObject(query), sizeBytes: body.length };
  }
  const { auditDetails = (whole) => whole } = routeOptions.config;
  return { ...plainObject(params), ...auditDetails(plainObject(body)) };
}

function plainObject(value: FastifyRequest["body"]): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
