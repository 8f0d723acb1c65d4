import { loadConfig, reachableHost } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import { mintSignInToken, signInUrl } from "./auth/sign-in-link.ts";

/**
 * Body of `--link`: prints a fresh one-time sign-in link and ends this process. Whoever may run a program
 * with this configuration holds the key that signs it.
 */
export function printLink(): never {
  try {
    const { config } = loadConfig("backend");
    const host = reachableHost(config.httpHost);
    const listening = `http://${host.includes(":") ? `[${host}]` : host}:${config.httpPort}`;
    process.stdout.write(`${signInUrl(config.publicUrl || listening, mintSignInToken(config.sessionKey))}\n`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`backend: ${messageOf(error)}\n`);
    process.exit(1);
  }
}
