import {
  type AgentToBackend,
  type BackendToAgent,
  backendToAgentSchema,
  isCounted,
  isPlainRequest,
} from "@pnmlab/protocol";
import type { RawData } from "ws";

export type Incoming =
  | { ok: true; message: BackendToAgent }
  | {
      ok: false;
      /** What is wrong with it, in words that hold nothing of its contents. */
      reason: string;
      /** Whether its sender counts it as a message of the session. */
      isCounted?: boolean;
      /** Where it can be recognised as a request, the answer that spares its sender the wait. */
      answer?: AgentToBackend;
    };

/** Reads one message of the backend; whatever it holds, nothing is thrown. */
export function readBackendMessage(data: RawData, isBinary: boolean): Incoming {
  if (isBinary) return { ok: false, reason: "it is binary" };
  let json: unknown;
  try {
    json = JSON.parse(data.toString());
  } catch {
    return { ok: false, reason: "it is not JSON" };
  }
  if (isPlainRequest(json)) return { ok: true, message: json };
  const parsed = backendToAgentSchema.safeParse(json);
  if (parsed.success) return { ok: true, message: parsed.data };
  const fields = parsed.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys : [issue.path.join(".") || "type"],
  );
  const reason = `wrong or unknown: ${[...new Set(fields)].join(", ")}`;
  const counted = { isCounted: hasType(json) && isCounted(json) };
  const id = requestIdOf(json);
  if (id === undefined) return { ok: false, reason, ...counted };
  const error = {
    code: "AGENT_BAD_REQUEST",
    message: `the agent does not understand the request (${reason})`,
  };
  return { ok: false, reason, ...counted, answer: { type: "response", id, ok: false, error } };
}

function hasType(json: unknown): json is { type: string } {
  return typeof json === "object" && json !== null && "type" in json && typeof json.type === "string";
}

function requestIdOf(json: unknown): number | undefined {
  if (!hasType(json) || json.type !== "request" || !("id" in json)) return undefined;
  return Number.isSafeInteger(json.id) && (json.id as number) > 0 ? (json.id as number) : undefined;
}
