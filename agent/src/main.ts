import { randomBytes } from "node:crypto";
import { comparableSettings, runProgram, settingsFingerprints, untilAborted } from "@pnmlab/config";
import { profilesOf, startAgent } from "./index.ts";

await runProgram("agent", async ({ config, texts, build, log, signal, ready }) => {
  const salt = randomBytes(16).toString("hex");
  await using _agent = startAgent({
    backendUrl: config.backendUrl,
    name: config.agentName,
    token: config.agentToken,
    profiles: profilesOf(config),
    targets: config.agentTargets,
    setSubtrees: config.agentSetSubtrees,
    build,
    settings: {
      salt,
      fingerprints: settingsFingerprints(texts, salt, comparableSettings("agent", "backend")),
    },
    log,
  });
  ready();
  await untilAborted(signal);
});
