import type { IncomingMessage } from "node:http";

const MAX_REFUSAL_BYTES = 16 * 1024;

/** The body of an HTTP answer to the upgrade, cut off where it is too long or too slow to be one of ours. */
export async function readRefusalBody(response: IncomingMessage, deadlineMs: number): Promise<string> {
  const timer = setTimeout(() => response.destroy(), deadlineMs);
  let body = "";
  try {
    response.setEncoding("utf8");
    for await (const chunk of response) {
      body += chunk;
      if (body.length > MAX_REFUSAL_BYTES) break;
    }
  } catch {
    // What arrived before the break is judged like a whole body.
  } finally {
    clearTimeout(timer);
    response.destroy();
  }
  return body;
}
