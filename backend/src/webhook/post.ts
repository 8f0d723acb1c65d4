import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

/** What became of a POST; `isFinal`: another attempt would fare no better. Words never hold the address. */
export type Posted = { ok: true } | { ok: false; reason: string; isFinal: boolean };

/** Statuses of a receiver that may take the same request later (RFC 9110, RFC 6585). */
const LATER = new Set([408, 425, 429]);

/**
 * Posts JSON once: follows no redirect, reads no body of the answer, keeps no connection, and ends by the deadline.
 * Rejects only where no request can be made of the address.
 */
export function postJson(
  url: URL,
  body: string,
  { timeoutMs, signal, userAgent }: { timeoutMs: number; signal: AbortSignal; userAgent: string },
): Promise<Posted> {
  return new Promise((resolve) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
      method: "POST",
      agent: false,
      signal: AbortSignal.any([deadline, signal]),
      headers: {
        "content-type": "application/json; charset=utf-8",
        "content-length": Buffer.byteLength(body),
        "user-agent": userAgent,
        connection: "close",
      },
    });
    request.on("response", (response) => {
      resolve(postedOf(response.statusCode ?? 0));
      response.destroy();
    });
    request.on("error", (error) => {
      const reason = deadline.aborted
        ? `gave no answer within ${timeoutMs / 1000} s`
        : `could not be reached (${codeOf(error)})`;
      resolve({ ok: false, reason, isFinal: false });
    });
    request.end(body);
  });
}

function postedOf(status: number): Posted {
  if (status >= 200 && status < 300) return { ok: true };
  if (status >= 300 && status < 400) {
    return { ok: false, reason: `answered ${status}, and redirects are not followed`, isFinal: true };
  }
  return { ok: false, reason: `answered ${status}`, isFinal: status < 500 && !LATER.has(status) };
}

/** The message of an error names host and port; its code does not. */
function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && /^[A-Z0-9_]+$/.test(code) ? code : "the connection failed";
}
