import { messageOf } from "@pnmlab/kit";
import type { FastifyReply, FastifyRequest } from "fastify";
import { addressOf } from "../http/address.ts";
import { ApiError } from "../http/api-error.ts";
import type { AuditStore } from "../storage/index.ts";
import { AttemptLimiter } from "./attempt-limiter.ts";
import { equalInConstantTime } from "./constant-time.ts";
import type { Guard } from "./guard.ts";

const WINDOW_MS = 60_000;
/** A wrong token that a script keeps sending is audited this often in a minute. */
const MAX_WRONG = 10;
const MAX_WRONG_TOTAL = 60;
/** A script that waits for a deployment asks about once a second. */
const MAX_RIGHT = 90;

export interface CheckAccessDeps {
  guard: Guard;
  /** PNMLAB_CHECK_TOKEN; empty where nobody may ask with one. */
  checkToken: string;
  audit: AuditStore;
  now: () => number;
}

/**
 * onRequest hook of the checks: lets in who is signed in, and who brings PNMLAB_CHECK_TOKEN, which opens
 * nothing else. Wrong tokens are limited and written to the audit.
 */
export function checkAccess(deps: CheckAccessDeps) {
  const { guard, checkToken, audit, now } = deps;
  const wrong = new AttemptLimiter({
    windowMs: WINDOW_MS,
    maxPerCaller: MAX_WRONG,
    maxTotal: MAX_WRONG_TOTAL,
  });
  const right = new AttemptLimiter({ windowMs: WINDOW_MS, maxPerCaller: MAX_RIGHT, maxTotal: MAX_RIGHT });

  function tooMany(reply: FastifyReply, waitMs: number, what: string): never {
    const seconds = Math.ceil(waitMs / 1000);
    reply.header("retry-after", seconds);
    throw new ApiError(429, "CHECK_TOO_OFTEN", `${what}; try again in ${seconds} s`);
  }

  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (guard.sessionOf(request) || token === undefined) {
      await guard.requireSession(request);
      return;
    }
    const address = addressOf(request);
    if (checkToken !== "" && equalInConstantTime(token, checkToken)) {
      const waitMs = right.note(address, now());
      if (waitMs > 0) tooMany(reply, waitMs, `more than ${MAX_RIGHT} checks in a minute`);
      return;
    }
    const waitMs = wrong.note(address, now());
    if (waitMs > 0) tooMany(reply, waitMs, "too many wrong tokens");
    try {
      audit.record({
        at: new Date(now()).toISOString(),
        user: "nobody",
        address,
        action: "GET /api/doctor",
        details: {},
        outcome: "refused",
        errorCode: "CHECK_TOKEN_WRONG",
      });
    } catch (error) {
      request.log.error(`a wrong check token could not be written to the audit: ${messageOf(error)}`);
    }
    throw new ApiError(
      401,
      "CHECK_TOKEN_WRONG",
      checkToken === ""
        ? "PNMLAB_CHECK_TOKEN is not set on this backend: run scripts/setup there and restart it"
        : "the token is not PNMLAB_CHECK_TOKEN of this backend: bring .env of both machines to one value",
    );
  };
}
