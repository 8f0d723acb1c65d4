import type { FastifyRequest } from "fastify";

/** Address of the caller; an IPv4 address that came in over an IPv6 socket is written as IPv4. */
export function addressOf(request: FastifyRequest): string {
  return request.ip.replace(/^::ffff:(?=\d+\.)/i, "");
}
