import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import type { Guard } from "../auth/guard.ts";
import { consumeSignInToken, type LinkVerdict } from "../auth/sign-in-link.ts";
import { addressOf } from "../http/address.ts";
import { plainPage } from "../http/pages.ts";
import type { AuditStore, NonceStore } from "../storage/index.ts";

export interface SignInDeps {
  sessionKey: string;
  guard: Guard;
  nonces: NonceStore;
  audit: AuditStore;
  now: () => number;
}

const NEW_LINK = "Run `npm run link` on the backend's machine and open the link that it prints.";

const REFUSALS: Record<Exclude<LinkVerdict, "accepted">, readonly [string, string]> = {
  used: ["This sign-in link was used already", "Each link works once."],
  expired: ["This sign-in link has expired", "A link works for 24 hours."],
  wrong: [
    "This sign-in link is not valid",
    "It is incomplete, or PNMLAB_SESSION_KEY of this backend is not the one that made it.",
  ],
};

/** `GET /sign-in?token=…`: exchanges a one-time link for a session cookie. */
export function signInRoute(app: FastifyInstance, deps: SignInDeps): void {
  const { sessionKey, guard, nonces, audit, now } = deps;
  app.withTypeProvider<ZodTypeProvider>().get(
    "/sign-in",
    {
      // A mail program or a terminal that looks at the link with HEAD must not use it up.
      exposeHeadRoute: false,
      schema: { hide: true, querystring: z.object({ token: z.string().max(1000).default("") }) },
    },
    (request, reply) => {
      const verdict = consumeSignInToken(request.query.token, { key: sessionKey, nonces, nowMs: now() });
      // Anybody can try wrong links: those go to the log alone, so that no stranger fills the database.
      if (verdict === "wrong") request.log.warn(`a wrong sign-in link was tried from ${addressOf(request)}`);
      else {
        audit.record({
          at: new Date(now()).toISOString(),
          user: verdict === "accepted" ? "local" : "nobody",
          address: addressOf(request),
          action: "sign in",
          details: {},
          outcome: verdict === "accepted" ? "done" : "refused",
          errorCode: verdict === "accepted" ? null : `LINK_${verdict.toUpperCase()}`,
        });
      }
      reply.header("cache-control", "no-store");
      if (verdict !== "accepted") return refuse(reply, verdict);
      guard.signIn(request, reply);
      return reply.redirect("/", 303);
    },
  );
}

function refuse(reply: FastifyReply, verdict: Exclude<LinkVerdict, "accepted">): FastifyReply {
  const [title, reason] = REFUSALS[verdict];
  return reply
    .code(403)
    .type("text/html; charset=utf-8")
    .send(plainPage(title, [reason, NEW_LINK]));
}
