import { randomBytes } from "node:crypto";
import {
  comparableSettings,
  isCheck,
  type ProgramContext,
  runCheck,
  runProgram,
  settingsFingerprints,
  untilAborted,
} from "@pnmlab/config";

if (isCheck()) {
  const { checkAgent } = await import("./health/check.ts");
  await runCheck("agent", checkAgent);
}

const { takeCommand } = await import("./cli/index.ts");
const args = await takeCommand(process.argv.slice(2));

const main = async ({ config, texts, build, log, signal, ready }: ProgramContext) => {
  // Not at the top: the check of a container, every few seconds, does not load the whole program.
  const { agentReport, pollingOf, policyOf, startAgent, startHealthServer, tokenOf, wayOf } = await import(
    "./index.ts"
  );
  const salt = randomBytes(16).toString("hex");
  await using agent = startAgent({
    backendUrl: config.backendUrl,
    name: config.agentName,
    token: tokenOf(config),
    way: wayOf(config),
    ...policyOf(config),
    maxOutstanding: config.agentMaxOutstanding,
    build,
    settings: {
      salt,
      fingerprints: settingsFingerprints(texts, salt, comparableSettings("agent", "backend")),
    },
    polling: pollingOf(config),
    log,
  });
  await using _health = await startHealthServer({
    port: config.agentHealthPort,
    build,
    report: () => agentReport(agent.state, config.backendUrl),
    log,
  });
  ready();
  await untilAborted(signal);
};

await runProgram("agent", main, { args });
