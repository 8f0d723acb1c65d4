import { mintSignInToken, signInUrl } from "@pnmlab/backend";
import { loadConfig } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import { readLabFile } from "./lab/lab-file.ts";

// Prints a fresh one-time sign-in link. Whoever can read the key in `.env` may sign in.
try {
  const { config } = loadConfig("lab");
  const url = readLabFile(config.dataDir)?.url ?? `http://${config.httpHost}:${config.httpPort}`;
  process.stdout.write(`${signInUrl(url, mintSignInToken(config.sessionKey))}\n`);
} catch (error) {
  process.stderr.write(`pnm-lab: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
