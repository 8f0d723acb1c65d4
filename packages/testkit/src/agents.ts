import { AGENTS_USAGE, runAgentsCommand } from "@pnmlab/backend";
import { loadConfig } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import { readLabFile } from "./lab/lab-file.ts";

// The agents of the backend that runs here. Whoever can read the key in `.env` may change them.
try {
  const { config } = loadConfig("lab");
  const args = process.argv.slice(2);
  if (args.includes("--help")) process.stdout.write(AGENTS_USAGE);
  else {
    await runAgentsCommand({
      url: readLabFile(config.dataDir)?.url ?? `http://${config.httpHost}:${config.httpPort}`,
      sessionKey: config.sessionKey,
      args,
      write: (text) => process.stdout.write(text),
    });
  }
} catch (error) {
  process.stderr.write(`pnm-lab: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
