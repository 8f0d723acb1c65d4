import { type Config, reachableHost } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import { healthSchema } from "@pnmlab/protocol";
import { mintSession } from "./auth/session.ts";

/**
 * Asks the backend that runs with this configuration for its health.
 *
 * @returns the line about a backend that works, be it degraded.
 * @throws Error with the failed checks in words, or with why nothing answers.
 */
export async function checkBackend(
  config: Pick<Config, "httpHost" | "httpPort" | "sessionKey">,
): Promise<string> {
  const host = reachableHost(config.httpHost);
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${config.httpPort}/api/health`;
  const health = await ask(url, config.sessionKey);
  const bad = (health.checks ?? []).filter(({ status }) => status !== "ok");
  const details = bad.map(({ name, status, detail }) => `; ${name} ${status}: ${detail}`).join("");
  if (health.status === "failed") throw new Error(`health is failed${details}`);
  return `health is ${health.status}${details}`;
}

async function ask(url: string, sessionKey: string) {
  let answer: unknown;
  try {
    const response = await fetch(url, { headers: { authorization: `Bearer ${mintSession(sessionKey)}` } });
    answer = await response.json();
  } catch (error) {
    const { cause } = error as Error;
    throw new Error(`no answer from ${url}: ${messageOf(cause ?? error)}`, { cause: error });
  }
  const health = healthSchema.safeParse(answer);
  if (!health.success) throw new Error(`the answer from ${url} is not that of a PNM Lab backend`);
  return health.data;
}
