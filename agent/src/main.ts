import { randomBytes } from "node:crypto";
import {
  comparableSettings,
  type ProgramContext,
  runProgram,
  settingsFingerprints,
  untilAborted,
} from "@pnmlab/config";
import { takeCommand } from "./cli/index.ts";
import { checkAgent } from "./health/check.ts";

const args = await takeCommand(process.argv.slice(2));

const main = async ({ config, texts, build, log, signal, ready }: ProgramContext) => {
  // Not at the top: a command does not load the whole program.
  const program = await import("./index.ts");
  const { pollingOf, policyOf, startAgent, startHealthServer, tokenOf, wayOf } = program;
  const salt = randomBytes(16).toString("hex");
  // Node 20 has everything that the agent needs but this.
  const canPoll = process.getBuiltinModule("node:sqlite") !== undefined;
  if (!canPoll) {
    log.warn(`Node ${process.versions.node} has no node:sqlite: this agent does not poll; Node 22.13 has it`);
  }
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
    ...(canPoll && { polling: pollingOf(config) }),
    log,
  });
  using _profiles = config.snmpProfilesFile
    ? new program.ProfilesWatch({
        path: config.snmpProfilesFile,
        read: () => program.profilesOf(config),
        use: (profiles) => agent.useProfiles(profiles),
        log,
      })
    : undefined;
  await using _health = await startHealthServer({
    port: config.agentHealthPort,
    build,
    report: () => program.agentReport(agent.state, config.backendUrl, build),
    metrics: () => program.agentMetrics({ state: agent.state, name: config.agentName, build }),
    log,
  });
  ready();
  await untilAborted(signal);
};

await runProgram("agent", main, { args, check: checkAgent });
