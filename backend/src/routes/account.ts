import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import { signedInSchema } from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Guard } from "../auth/guard.ts";
import { signedInOf } from "../auth/session.ts";

/** Who is signed in, and the way out. */
export function accountRoutes(app: FastifyInstance, { guard }: { guard: Guard }): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    "/me",
    { schema: { summary: "Who is signed in", tags: ["account"], response: { 200: signedInSchema } } },
    (request) => signedInOf(request.session!),
  );
  routes.post(
    "/sign-out",
    { schema: { summary: "Sign this browser out", tags: ["account"], response: { 204: z.void() } } },
    async (request, reply) => {
      guard.signOut(request, reply);
      return reply.code(204).send();
    },
  );
}
