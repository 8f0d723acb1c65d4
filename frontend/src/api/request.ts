import { errorResponseSchema } from "@pnmlab/protocol";
import type { z } from "zod";
import { ApiError } from "./api-error.ts";

const READ_DEADLINE_MS = 10_000;
/** A start waits for the CMTS to accept every value and read them back. */
export const WRITE_DEADLINE_MS = 60_000;
/** The largest capture over a slow line. */
export const TRANSFER_DEADLINE_MS = 120_000;

export function jsonBody(value: unknown): RequestInit {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Asks the backend and checks the form of its answer. @throws ApiError */
export async function request<T>(
  method: Method,
  path: string,
  schema: z.ZodType<T>,
  init: RequestInit = {},
  deadlineMs = method === "GET" ? READ_DEADLINE_MS : WRITE_DEADLINE_MS,
): Promise<T> {
  const { response, body } = await exchange(method, path, deadlineMs, init);
  const text = new TextDecoder().decode(body);
  if (!response.ok) throw refusalOf(method, path, response, text);
  const parsed = schema.safeParse(parseJson(text));
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

/** Bytes that the backend gives as they are. @throws ApiError */
export async function requestBytes(path: string, deadlineMs = TRANSFER_DEADLINE_MS): Promise<ArrayBuffer> {
  const { response, body } = await exchange("GET", path, deadlineMs);
  if (!response.ok) throw refusalOf("GET", path, response, new TextDecoder().decode(body));
  return body;
}

/** One request and the whole body of its answer, within a deadline. `init.signal` takes it back. */
export async function exchange(
  method: Method,
  path: string,
  deadlineMs: number,
  init: RequestInit = {},
): Promise<{ response: Response; body: ArrayBuffer }> {
  const deadline = AbortSignal.timeout(deadlineMs);
  const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
  try {
    const response = await fetch(path, { ...init, method, signal });
    return { response, body: await response.arrayBuffer() };
  } catch (cause) {
    if (init.signal?.aborted) {
      throw new ApiError("CANCELLED", `${method} ${path} was taken back`, 0, { cause });
    }
    throw deadline.aborted
      ? new ApiError(
          "DEADLINE",
          `The backend did not answer ${method} ${path} within ${deadlineMs / 1000} s`,
          0,
          { cause },
        )
      : new ApiError("UNREACHABLE", "The backend does not answer at this address", 0, { cause });
  }
}

export function refusalOf(method: string, path: string, response: Response, text: string): ApiError {
  const refused = errorResponseSchema.safeParse(parseJson(text));
  return refused.success
    ? new ApiError(refused.data.error.code, refused.data.error.message, response.status, {
        details: refused.data.error.details ?? {},
      })
    : new ApiError(
        "HTTP_ERROR",
        `The backend answered ${response.status} to ${method} ${path}`,
        response.status,
      );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
