import { readFileSync } from "node:fs";
import type { Config } from "@pnmlab/config";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import type { DialOptions } from "@pnmlab/link";

type Environment = Readonly<Record<string, string | undefined>>;

/** How the agent reaches the backend by its settings; `env` is asked for HTTPS_PROXY and NO_PROXY. */
export function wayOf(
  config: Pick<Config, "backendUrl" | "agentCaFile" | "agentCertFile" | "agentKeyFile" | "agentProxy">,
  env: Environment = process.env,
): DialOptions {
  const proxyUrl = proxyOf(new URL(config.backendUrl), config.agentProxy, env);
  return {
    ...(config.agentCaFile && { caFile: config.agentCaFile }),
    ...(config.agentCertFile && { certFile: config.agentCertFile }),
    ...(config.agentKeyFile && { keyFile: config.agentKeyFile }),
    ...(proxyUrl && { proxyUrl }),
  };
}

/**
 * The agent's token: that of the file where one is named, read anew each time.
 *
 * @throws PnmLabError `LINK_TOKEN_FILE` from the function that is returned, where the file holds none
 */
export function tokenOf(config: Pick<Config, "agentToken" | "agentTokenFile">): string | (() => string) {
  const { agentToken, agentTokenFile } = config;
  if (!agentTokenFile) return agentToken;
  return () => {
    let token: string;
    try {
      token = readFileSync(agentTokenFile, "utf8").trim();
    } catch (error) {
      throw tokenFileError(agentTokenFile, `which cannot be read (${messageOf(error).split(",", 1)[0]})`);
    }
    if (!/^\S{32,512}$/.test(token)) throw tokenFileError(agentTokenFile, "which does not hold one token");
    return token;
  };
}

function tokenFileError(path: string, what: string): PnmLabError {
  return new PnmLabError(
    "LINK_TOKEN_FILE",
    `PNMLAB_AGENT_TOKEN_FILE names ${path}, ${what}. Write the token that the page Agents showed into it, alone on one line, readable for the user that the agent runs as.`,
  );
}

/**
 * A proxy of the environment is taken for wss:// alone: those of plain HTTP are set for all of a machine's
 * or container's traffic, and rarely let a WebSocket through.
 */
function proxyOf(backend: URL, setting: string, env: Environment): string | undefined {
  if (setting === "none") return undefined;
  if (setting) return setting;
  if (backend.protocol !== "wss:" || isDirect(backend, env.NO_PROXY ?? env.no_proxy ?? "")) return undefined;
  const proxy = env.HTTPS_PROXY ?? env.https_proxy;
  if (!proxy) return undefined;
  const url = proxy.includes("://") ? proxy : `http://${proxy}`;
  return URL.canParse(url) && new URL(url).protocol === "http:" ? url : undefined;
}

/** Whether NO_PROXY names the host: itself, a domain above it, `host:port`, or `*`. This machine always is. */
function isDirect({ hostname, port }: URL, noProxy: string): boolean {
  if (hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.")) return true;
  return noProxy
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      const [, name = "", ofPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      if (ofPort !== undefined && ofPort !== (port || "443")) return false;
      return entry === "*" || hostname === name || hostname.endsWith(`.${name}`);
    });
}
