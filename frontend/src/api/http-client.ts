import {
  agentListSchema,
  captureAnswerSchema,
  captureDataSchema,
  captureListSchema,
  cmtsListSchema,
  errorResponseSchema,
  healthSchema,
  rfPortListSchema,
  type StartUtscSession,
  signedInSchema,
  utscSessionAnswerSchema,
  utscSessionListSchema,
} from "@pnmlab/protocol";
import type { z } from "zod";
import { ApiError } from "./api-error.ts";
import type { LabClient, LiveConnection, LiveListener } from "./lab-client.ts";
import { LiveSocket } from "./live-socket.ts";

const READ_DEADLINE_MS = 10_000;
/** A start waits for the CMTS to accept every value and read them back. */
const WRITE_DEADLINE_MS = 60_000;

/** The lab over HTTP and WebSocket, from the origin that served the page. */
export class HttpLabClient implements LabClient {
  me = () => request("GET", "/api/me", signedInSchema);
  health = () => request("GET", "/api/health", healthSchema);
  agents = async () => (await request("GET", "/api/agents", agentListSchema)).agents;
  cmts = async () => (await request("GET", "/api/cmts", cmtsListSchema)).cmts;
  rfPorts = async (cmtsId: string) =>
    (await request("GET", `/api/cmts/${encodeURIComponent(cmtsId)}/rf-ports`, rfPortListSchema)).rfPorts;
  sessions = async () => (await request("GET", "/api/utsc/sessions", utscSessionListSchema)).sessions;
  startSession = async (start: StartUtscSession) =>
    (await request("POST", "/api/utsc/sessions", utscSessionAnswerSchema, start)).session;
  stopSession = async (sessionId: string) =>
    (
      await request(
        "POST",
        `/api/utsc/sessions/${encodeURIComponent(sessionId)}/stop`,
        utscSessionAnswerSchema,
      )
    ).session;
  captures = (before: string | null) =>
    request(
      "GET",
      `/api/captures${before ? `?before=${encodeURIComponent(before)}` : ""}`,
      captureListSchema,
    );
  capture = async (captureId: string) =>
    (await request("GET", `/api/captures/${encodeURIComponent(captureId)}`, captureAnswerSchema)).capture;
  captureData = (captureId: string) =>
    request("GET", `/api/captures/${encodeURIComponent(captureId)}/data`, captureDataSchema);
  captureFileUrl = (captureId: string) => `/api/captures/${encodeURIComponent(captureId)}/data?format=raw`;

  connect(listener: LiveListener): LiveConnection {
    const url = new URL("/ws/live", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return new LiveSocket({ url: url.href, listener, probe: () => this.me().then(() => {}) });
  }
}

async function request<T>(
  method: "GET" | "POST",
  path: string,
  schema: z.ZodType<T>,
  body?: unknown,
): Promise<T> {
  const deadlineMs = method === "GET" ? READ_DEADLINE_MS : WRITE_DEADLINE_MS;
  const signal = AbortSignal.timeout(deadlineMs);
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      signal,
      ...(body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (cause) {
    throw signal.aborted
      ? new ApiError(
          "DEADLINE",
          `The backend did not answer ${method} ${path} within ${deadlineMs / 1000} s`,
          0,
          {
            cause,
          },
        )
      : new ApiError("UNREACHABLE", "The backend does not answer at this address", 0, { cause });
  }
  const json = parseJson(text);
  if (!response.ok) {
    const refused = errorResponseSchema.safeParse(json);
    throw refused.success
      ? new ApiError(refused.data.error.code, refused.data.error.message, response.status)
      : new ApiError(
          "HTTP_ERROR",
          `The backend answered ${response.status} to ${method} ${path}`,
          response.status,
        );
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join(".") ?? "";
    throw new ApiError(
      "INVALID_ANSWER",
      `The answer to ${method} ${path} does not have the agreed form${where ? ` (at ${where})` : ""}. Page and backend may be of different builds: reload the page`,
      response.status,
    );
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
