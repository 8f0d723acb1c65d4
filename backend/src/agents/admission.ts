import type { IncomingHttpHeaders } from "node:http";
import {
  AGENT_NAME_HEADER,
  AGENT_PROTOCOL_HEADER,
  AGENT_PROTOCOL_VERSION,
  type AgentRefusalCode,
  agentNameSchema,
} from "@pnmlab/protocol";

/** Whose token it is. */
export interface TokenHolder {
  name: string;
  /** Why it does not open anything any more. */
  ended?: string;
}

export interface AdmissionRules {
  holderOf: (token: string) => TokenHolder | undefined;
}

export type Admission =
  | { ok: true; name: string; token: string }
  | {
      ok: false;
      /** The name that the caller gave, made safe to show. */
      name: string;
      status: 401 | 403 | 409 | 426;
      code: AgentRefusalCode;
      /** What is wrong, in a few words: for the sentence about the agent, and for the agent's own log. */
      reason: string;
    };

/**
 * Decides on an agent's upgrade request by its headers. The token comes first: a caller without it
 * learns nothing else.
 */
export function admit(headers: IncomingHttpHeaders, rules: AdmissionRules): Admission {
  const given = agentNameSchema.safeParse(headers[AGENT_NAME_HEADER]);
  const name = given.success ? given.data : "without-name";
  const token = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
  if (token === undefined) {
    return {
      ok: false,
      name,
      status: 401,
      code: "AGENT_TOKEN_MISSING",
      reason: "no token",
    };
  }
  const holder = rules.holderOf(token);
  if (!holder) {
    return {
      ok: false,
      name,
      status: 403,
      code: "AGENT_TOKEN_MISMATCH",
      reason: "token mismatch",
    };
  }
  if (holder.ended !== undefined) {
    return { ok: false, name, status: 403, code: "AGENT_TOKEN_REVOKED", reason: holder.ended };
  }
  const version = headers[AGENT_PROTOCOL_HEADER];
  if (version !== String(AGENT_PROTOCOL_VERSION)) {
    const spoken = typeof version === "string" ? version.slice(0, 20) : "unknown";
    return {
      ok: false,
      name,
      status: 426,
      code: "AGENT_PROTOCOL",
      reason: `protocol ${spoken} instead of ${AGENT_PROTOCOL_VERSION}${olderSide(Number(spoken))}`,
    };
  }
  if (!given.success || name !== holder.name) {
    return {
      ok: false,
      name,
      status: 403,
      code: "AGENT_NAME",
      reason: `the token is that of agent ${holder.name}`,
    };
  }
  return { ok: true, name, token };
}

function olderSide(version: number): string {
  if (!Number.isInteger(version)) return "";
  return version < AGENT_PROTOCOL_VERSION ? ": the agent is too old" : ": the backend is too old";
}
