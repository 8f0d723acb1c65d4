import type { FastifyRequest } from "fastify";
import { ApiError } from "./api-error.ts";

export function isMutating(request: FastifyRequest): boolean {
  return request.method !== "GET" && request.method !== "HEAD" && request.method !== "OPTIONS";
}

/**
 * Refuses a request that another site's page makes: browsers put that page's origin into `Origin`.
 * Programs send none. A proxy in front must keep the `Host` header.
 */
export function requireSameOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (origin === undefined) return;
  if (hostOf(origin) === host?.toLowerCase()) return;
  throw new ApiError(
    403,
    "ORIGIN_REFUSED",
    `a page of another origin may not do this: Origin "${origin}" is not of host "${host ?? ""}"`,
  );
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
