import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { ApiError } from "./api-error.ts";

interface ValidationIssue {
  keyword: string;
  instancePath: string;
  message?: string | undefined;
  params: Record<string, unknown>;
}

/** Refusal of a request that does not fit its schema; every field at fault is named. */
export function requestInvalid(issues: readonly ValidationIssue[], place = "request"): ApiError {
  const where = place === "querystring" ? "query" : place;
  const named = issues.map((issue) => {
    const field = issue.instancePath.split("/").filter(Boolean).join(".");
    const at = field ? `${where}.${field}` : where;
    const { keys } = issue.params;
    if (issue.keyword === "unrecognized_keys" && Array.isArray(keys)) {
      const names = keys.map((key) => `"${key}"`).join(", ");
      return { field: at, message: `unknown ${keys.length === 1 ? "field" : "fields"} ${names}` };
    }
    return { field: at, message: issue.message ?? "is not valid" };
  });
  const text = named.map((issue) => `${issue.field}: ${issue.message}`).join("; ");
  return new ApiError(400, "REQUEST_INVALID", text, { issues: named });
}

const nothing = z.strictObject({});
const noBody = nothing.nullish();

/** Gives every route that says nothing of its query or body the schema that accepts nothing there. */
export function refuseUndeclaredInput(app: FastifyInstance): void {
  app.addHook("onRoute", (route) => {
    const schema = route.schema ?? {};
    if (schema.hide) return;
    route.schema = {
      ...schema,
      querystring: schema.querystring ?? nothing,
      ...(route.method === "GET" || route.method === "HEAD" ? {} : { body: schema.body ?? noBody }),
    };
  });
}
