import { messageOf } from "@pnmlab/kit";
import {
  type Agent,
  agentAnswerSchema,
  agentListSchema,
  agentTokenAnswerSchema,
  errorResponseSchema,
} from "@pnmlab/protocol";
import type { z } from "zod";
import { mintSession } from "./auth/session.ts";

export const AGENTS_USAGE = `usage: agents [list]                                   who there is, and how it stands
       agents add NAME [--site=TEXT] [--targets=A,B]   let an agent in; prints its token, once
       agents change NAME --site=TEXT --targets=A,B    change where it stands and what it reaches
       agents rotate NAME                              a new token; the old one opens until it is used
       agents revoke NAME                              take its tokens back; its connection ends now
       agents remove NAME                              take a revoked one off the list
targets: names of CMTSs, addresses, networks such as 10.20.0.0/16, or * for what no other agent names
`;

export interface AgentsCommandOptions {
  /** Address of the backend that runs. */
  url: string;
  sessionKey: string;
  args: readonly string[];
  write: (text: string) => void;
}

/**
 * Asks the running backend to do what `args` say, as the page does.
 *
 * @throws Error with one line for the user
 */
export async function runAgentsCommand(options: AgentsCommandOptions): Promise<void> {
  const { args, write } = options;
  const words = args.filter((arg) => !arg.startsWith("--"));
  const flag = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const [action = "list", name] = words;
  const ask = asker(options);
  const path = `/api/agents/${encodeURIComponent(name ?? "")}`;
  const targets = flag("targets")
    ?.split(",")
    .map((part) => part.trim());
  const site = flag("site");
  if (action === "list" && name === undefined) {
    const { agents } = await ask("GET", "/api/agents", agentListSchema);
    for (const agent of agents) write(`${lineOf(agent)}\n`);
    return;
  }
  if (name === undefined || words.length > 2) throw new Error(AGENTS_USAGE.trimEnd());
  switch (action) {
    case "add": {
      const body = { name, ...(site !== undefined && { site }), ...(targets && { targets }) };
      const { token } = await ask("POST", "/api/agents", agentTokenAnswerSchema, body);
      write(tokenText(name, token));
      return;
    }
    case "rotate": {
      const { token } = await ask("POST", `${path}/rotate`, agentTokenAnswerSchema);
      write(tokenText(name, token));
      return;
    }
    case "change": {
      if (site === undefined || !targets) throw new Error(AGENTS_USAGE.trimEnd());
      const { agent } = await ask("PUT", path, agentAnswerSchema, { site, targets });
      write(`${lineOf(agent)}\n`);
      return;
    }
    case "revoke": {
      const { agent } = await ask("POST", `${path}/revoke`, agentAnswerSchema);
      write(`${lineOf(agent)}\n`);
      return;
    }
    case "remove":
      await ask("POST", `${path}/remove`, undefined);
      write(`agent ${name} is off the list\n`);
      return;
    default:
      throw new Error(AGENTS_USAGE.trimEnd());
  }
}

/** The token alone on the first line, so that a script can take it. */
function tokenText(name: string, token: string): string {
  return `${token}
This token is shown once. On the agent's machine write it into a file that only the agent's user can read, and start the agent with
  PNMLAB_AGENT_NAME=${name}
  PNMLAB_AGENT_TOKEN_FILE=the path of that file
`;
}

function lineOf({ name, site, targets, sentence }: Agent): string {
  const where = [site, targets.join(", ")].filter(Boolean).join("; ");
  return `${name}${where ? ` (${where})` : ""}: ${sentence}`;
}

function asker({ url, sessionKey }: AgentsCommandOptions) {
  return async <T>(
    method: string,
    path: string,
    schema: z.ZodType<T> | undefined,
    body?: object,
  ): Promise<T> => {
    let response: Response;
    try {
      response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${mintSession(sessionKey)}`,
          ...(body && { "content-type": "application/json" }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(10_000),
      });
    } catch (error) {
      const why = messageOf(error instanceof Error && error.cause ? error.cause : error);
      throw new Error(`the backend does not answer at ${url} (${why}): start it first`, { cause: error });
    }
    const text = await response.text();
    if (!response.ok) throw new Error(refusalText(text) ?? `the backend answered ${response.status}`);
    return schema ? schema.parse(JSON.parse(text)) : (undefined as T);
  };
}

function refusalText(text: string): string | undefined {
  try {
    return errorResponseSchema.parse(JSON.parse(text)).error.message;
  } catch {
    return undefined;
  }
}
