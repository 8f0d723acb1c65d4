import type { IncomingHttpHeaders } from "node:http";
import {
  AGENT_NAME_HEADER,
  AGENT_PROTOCOL_HEADER,
  AGENT_PROTOCOL_VERSION,
  type AgentRefusalCode,
  agentNameSchema,
} from "@pnmlab/protocol";
import { equalInConstantTime } from "../auth/constant-time.ts";

export interface AdmissionRules {
  token: string;
  /** The agent that this backend expects. */
  name: string;
}

export type Admission =
  | { ok: true; name: string }
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
  if (!equalInConstantTime(token, rules.token)) {
    return {
      ok: false,
      name,
      status: 403,
      code: "AGENT_TOKEN_MISMATCH",
      reason: "token mismatch",
    };
  }
  const version = headers[AGENT_PROTOCOL_HEADER];
  if (version !== String(AGENT_PROTOCOL_VERSION)) {
    const spoken = typeof version === "string" ? version.slice(0, 20) : "unknown";
    return {
      ok: false,
      name,
      status: 426,
      code: "AGENT_PROTOCOL",
      reason: `protocol ${spoken} instead of ${AGENT_PROTOCOL_VERSION}`,
    };
  }
  if (!given.success || name !== rules.name) {
    return {
      ok: false,
      name,
      status: 403,
      code: "AGENT_NAME",
      reason: `this backend expects an agent named ${rules.name}`,
    };
  }
  return { ok: true, name };
}
