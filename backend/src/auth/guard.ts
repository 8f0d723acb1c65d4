import type { FastifyReply, FastifyRequest } from "fastify";
import { ApiError } from "../http/api-error.ts";
import { mintSession, type Role, readSession, SESSION_LIFETIME_MS, type Session } from "./session.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who is signed in; null on routes that are open to everybody. */
    session: Session | null;
  }
}

export interface GuardDeps {
  sessionKey: string;
  now: () => number;
}

/** Who may do what: reads, sets and demands the session of a request. */
export class Guard {
  readonly #deps: GuardDeps;

  constructor(deps: GuardDeps) {
    this.#deps = deps;
  }

  sessionOf(request: FastifyRequest): Session | undefined {
    const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
    const value = bearer ?? request.cookies[cookieName(request)];
    return readSession(this.#deps.sessionKey, value, this.#deps.now());
  }

  /** onRequest hook of everything that is not open to everybody. */
  readonly requireSession = async (request: FastifyRequest): Promise<void> => {
    const session = this.sessionOf(request);
    if (!session) {
      throw new ApiError(
        401,
        "NOT_SIGNED_IN",
        "sign in first: run `npm run link` on the backend's machine and open the link it prints",
      );
    }
    request.session = session;
  };

  signIn(request: FastifyRequest, reply: FastifyReply): void {
    reply.setCookie(cookieName(request), mintSession(this.#deps.sessionKey, this.#deps.now()), {
      ...this.#cookieOptions(request),
      maxAge: SESSION_LIFETIME_MS / 1000,
    });
  }

  signOut(request: FastifyRequest, reply: FastifyReply): void {
    reply.clearCookie(cookieName(request), this.#cookieOptions(request));
  }

  /** Lax, because the link that signs in is opened from a terminal or a mail, not from the page itself. */
  #cookieOptions(request: FastifyRequest) {
    const throughTls = request.protocol === "https" || request.headers["x-forwarded-proto"] === "https";
    return { path: "/", httpOnly: true, sameSite: "lax" as const, secure: throughTls };
  }
}

/** onRequest hook that demands a role of the signed-in user. */
export function requireRole(role: Role): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    if (request.session?.role !== role) {
      throw new ApiError(403, "ROLE_REFUSED", `this needs the role ${role}`);
    }
  };
}

/**
 * Cookies of one host are shared by all of its ports: the port that the browser sees is part of the name,
 * so that two backends of one machine do not sign each other out.
 */
function cookieName(request: FastifyRequest): string {
  return `pnmlab_session_${request.port ?? "default"}`;
}
