import { access, constants } from "node:fs/promises";
import { dirname } from "node:path";
import { type BuildInfo, type Config, inspectConfig, loadConfig } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import { checkBackend } from "@pnmlab/link";
import type { AgentCheck } from "@pnmlab/protocol";
import { checkAgent } from "../health/check.ts";
import { Policy, policyOf } from "../policy/index.ts";
import { SnmpEngine } from "../snmp/index.ts";
import { versionRemark } from "../version-remark.ts";
import { tokenOf, wayOf } from "../way.ts";
import type { Row } from "./rows.ts";
import { octetText, SYS_DESCR, SYS_UP_TIME } from "./system-group.ts";

/** Longest time for one CMTS. */
const TARGET_DEADLINE_MS = 5_000;
/** Up to here the times of log lines of two machines can be laid side by side. */
const MAX_CLOCK_SKEW_MS = 5_000;

/**
 * Everything that this agent needs, tried without disturbing an agent that runs: its settings, its folder,
 * the backend, its token, and each CMTS that it is to reach, read-only.
 */
export async function checkEverything(args: readonly string[], build: BuildInfo): Promise<Row[]> {
  const wrong = problemsOf(args);
  if (wrong.length > 0) {
    const rest = ["policy", "outbox", "backend", "targets"];
    return [
      ...wrong,
      ...rest.map((name) => ({
        name,
        state: "not reached" as const,
        message: "the configuration comes first",
      })),
    ];
  }
  const { config, effective, warnings } = loadConfig("agent", { args });
  const given = effective.filter(({ layer }) => layer !== "default").length;
  const rows: Row[] = [
    {
      name: "configuration",
      state: "ok",
      message: `${given} of ${effective.length} settings are given, all are valid`,
    },
    ...warnings.map((message): Row => ({ name: "configuration", state: "warning", message })),
  ];
  const policy = checkPolicy(config, rows);
  rows.push(await checkOutbox(config), await checkRunning(config));
  const backend = await askBackend(config, build, rows);
  rows.push(...(await checkTargets(policy, backend)));
  return rows;
}

function problemsOf(args: readonly string[]): Row[] {
  const fix = "`agent config` shows every value with its source";
  try {
    return inspectConfig("agent", { args }).settings.flatMap(({ problem }) =>
      problem === undefined
        ? []
        : [{ name: "configuration", state: "failed" as const, message: problem, fix }],
    );
  } catch (error) {
    return [{ name: "configuration", state: "failed", message: messageOf(error), fix }];
  }
}

function checkPolicy(config: Config, rows: Row[]): Policy | undefined {
  try {
    const policy = new Policy(policyOf(config));
    const message = `profiles ${policy.profileNames.join(", ")}; may address ${config.agentTargets.join(", ") || "nothing"}; may ${config.agentPermissions.join(", ") || "do nothing"}`;
    rows.push({ name: "policy", state: "ok", message });
    return policy;
  } catch (error) {
    const fix = "correct the setting that the sentence names";
    rows.push({ name: "policy", state: "failed", message: messageOf(error), fix });
    return undefined;
  }
}

async function checkOutbox({ agentDataDir }: Config): Promise<Row> {
  const name = "outbox";
  if (!process.getBuiltinModule("node:sqlite")) {
    return {
      name,
      state: "warning",
      message: `Node ${process.versions.node} has no node:sqlite: this agent does everything but poll`,
      fix: "install Node 22.13 or later where polling plans are wanted",
    };
  }
  const folder = await nearestExisting(agentDataDir);
  try {
    await access(folder, constants.W_OK);
    return { name, state: "ok", message: `${agentDataDir} can be written` };
  } catch (error) {
    return {
      name,
      state: "failed",
      message: `${agentDataDir} cannot be written by this user: ${messageOf(error)}`,
      fix: "give that folder to the agent's user, or set PNMLAB_AGENT_DATA_DIR to one that it may write",
    };
  }
}

async function nearestExisting(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    try {
      await access(at);
      return at;
    } catch {
      if (dirname(at) === at) return at;
    }
  }
}

async function checkRunning(config: Config): Promise<Row> {
  const name = "service";
  try {
    return { name, state: "ok", message: `an agent runs on this machine: ${await checkAgent(config)}` };
  } catch (error) {
    return { name, state: "warning", message: `no working agent runs on this machine: ${messageOf(error)}` };
  }
}

async function askBackend(config: Config, build: BuildInfo, rows: Row[]): Promise<AgentCheck | undefined> {
  const askedMs = Date.now();
  const answer = await checkBackend({
    backendUrl: config.backendUrl,
    name: config.agentName,
    token: tokenOf(config),
    way: wayOf(config),
  });
  if (!answer.ok) {
    const { kind, message } = answer.failure;
    const isRefused = kind === "refused";
    const reached: Row = isRefused
      ? { name: "backend", state: "ok", message: `a backend answers at ${addressOf(config.backendUrl)}` }
      : { name: "backend", state: "failed", message };
    const signIn: Row = isRefused
      ? { name: "sign-in", state: "failed", message }
      : { name: "sign-in", state: "not reached", message: "the backend comes first" };
    rows.push(reached, signIn);
    return undefined;
  }
  const { check, roundTripMs } = answer;
  const remark = versionRemark(build, check.build);
  const skewMs = (askedMs + Date.now()) / 2 - check.clockMs;
  const elsewhere = check.connectedFrom ? `connected from ${check.connectedFrom} now` : "not connected now";
  rows.push(
    {
      name: "backend",
      state: "ok",
      message: `${addressOf(config.backendUrl)} answered in ${roundTripMs} ms`,
    },
    { name: "sign-in", state: "ok", message: `the token is that of agent ${check.agent}, ${elsewhere}` },
    {
      name: "version",
      state: remark ? "warning" : "ok",
      message: remark ?? `agent and backend are both ${build.version}`,
    },
    Math.abs(skewMs) <= MAX_CLOCK_SKEW_MS
      ? { name: "clock", state: "ok", message: "the clocks of agent and backend agree" }
      : {
          name: "clock",
          state: "warning",
          message: `the clock of this machine is ${(Math.abs(skewMs) / 1000).toFixed(1)} s ${skewMs > 0 ? "ahead of" : "behind"} the backend's`,
          fix: "run a time service (chrony, systemd-timesyncd) on both machines",
        },
  );
  return check;
}

function addressOf(backendUrl: string): string {
  const { protocol, host } = new URL(backendUrl);
  return `${protocol}//${host}`;
}

async function checkTargets(policy: Policy | undefined, backend: AgentCheck | undefined): Promise<Row[]> {
  if (!policy || !backend) {
    const first = policy ? "sign-in" : "policy";
    const message = policy ? "only the backend knows which CMTSs there are" : `the ${first} comes first`;
    return [{ name: "targets", state: "not reached", message }];
  }
  if (backend.targets.length === 0) {
    return [
      {
        name: "targets",
        state: "warning",
        message: "the backend has no CMTS for this agent",
        fix: "PNMLAB_CMTS of the backend lists CMTSs, its page Agents which of them this agent reaches",
      },
    ];
  }
  using engine = new SnmpEngine();
  return await Promise.all(backend.targets.map((target) => checkTarget(policy, engine, target)));
}

async function checkTarget(
  policy: Policy,
  engine: SnmpEngine,
  target: AgentCheck["targets"][number],
): Promise<Row> {
  const name = `cmts ${target.id}`;
  const startMs = performance.now();
  try {
    policy.checkRead();
    const endpoint = await policy.endpointOf(target, TARGET_DEADLINE_MS);
    const [descr] = await engine.get(endpoint, [SYS_DESCR, SYS_UP_TIME], {
      deadlineMs: TARGET_DEADLINE_MS,
    });
    const ms = Math.round(performance.now() - startMs);
    return {
      name,
      state: "ok",
      message: `${target.host}:${target.port} answered in ${ms} ms: ${octetText(descr!.value)}`,
    };
  } catch (error) {
    const { host, port, profile } = target;
    const fix = `agent diagnose ${host}:${port} --profile ${profile}`;
    return { name, state: "failed", message: messageOf(error), fix };
  }
}
