import { runProgram, untilAborted } from "@pnmlab/config";
import { profilesOf, startAgent } from "./index.ts";

await runProgram("agent", async ({ config, build, log, signal, ready }) => {
  await using _agent = startAgent({
    backendUrl: config.backendUrl,
    name: config.agentName,
    token: config.agentToken,
    profiles: profilesOf(config),
    targets: config.agentTargets,
    setSubtrees: config.agentSetSubtrees,
    build,
    log,
  });
  ready();
  await untilAborted(signal);
});
