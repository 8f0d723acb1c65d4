import type { TestLab } from "@pnmlab/testkit";

export interface LabApi {
  /** @throws Error with the answer's words where it is a refusal */
  ask(path: string, body?: unknown, method?: string): Promise<Response>;
  /** The answer as JSON. */
  api<Answer>(path: string, body?: unknown): Promise<Answer>;
}

/** The API of a lab for one who signs in with the first question. @param labOf the lab, once it runs */
export function labApi(labOf: () => TestLab): LabApi {
  let cookie: Promise<string> | undefined;
  const ask: LabApi["ask"] = async (path, body, method = body ? "POST" : "GET") => {
    cookie ??= labOf().signIn();
    const answer = await fetch(`${labOf().url}${path}`, {
      headers: { cookie: await cookie, ...(body ? { "content-type": "application/json" } : {}) },
      method,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  return {
    ask,
    api: async <Answer>(path: string, body?: unknown) => (await ask(path, body)).json() as Promise<Answer>,
  };
}

/** What `look` finds, as soon as it finds something. */
export async function until<Value>(
  look: () => Promise<Value | undefined>,
  deadlineMs = 150_000,
): Promise<Value> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > endMs) throw new Error(`not within ${deadlineMs} ms: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
