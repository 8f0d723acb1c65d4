import type { Config } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";

/**
 * Asks the agent that runs on this machine for its state.
 *
 * @throws Error with the agent's own sentence where it is not connected, or with why nothing answers.
 */
export async function checkAgent({ agentHealthPort }: Pick<Config, "agentHealthPort">): Promise<string> {
  const url = `http://127.0.0.1:${agentHealthPort}/health`;
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new Error(`no answer from ${url}: ${messageOf((error as Error).cause ?? error)}`, {
      cause: error,
    });
  }
  const report = (await response.json().catch(() => ({}))) as { sentence?: unknown };
  if (typeof report.sentence !== "string") {
    throw new Error(`the answer from ${url} is not that of a PNM Lab agent`);
  }
  if (!response.ok) throw new Error(report.sentence);
  return report.sentence;
}
