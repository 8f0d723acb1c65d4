import { comparableSettings, settingsFingerprints, variables } from "@pnmlab/config";
import type { Agent, AgentRefusalCode, BuildInfo, SettingsFingerprints } from "@pnmlab/protocol";
import { refusalSentence } from "../agents/sentence.ts";
import { fail, pass, type Verdict, warn } from "../health/verdict.ts";
import { compareBuilds } from "./builds.ts";
import { type CheckFamily, single } from "./family.ts";

/** Up to here the times of log lines of two machines can be laid side by side. */
const SMALL_SKEW_MS = 5_000;
/** Above this the machine's clock is wrong, and times in reports and file names mislead. */
const LARGE_SKEW_MS = 60_000;

/** What the checks of the agent look at. */
export interface AgentView {
  /** The agent of the settings first, then the others, then those that are refused under other names. */
  list(): Agent[];
  /** What the agent of the settings says of them; undefined where none is connected or it does not tell. */
  settings(): SettingsFingerprints | undefined;
}

export interface AgentChecksOptions {
  agents: AgentView;
  build: BuildInfo;
  /** Effective texts of the backend's settings. */
  texts: Readonly<Record<string, string>>;
  now: () => number;
}

export function agentChecks({ agents, build, texts, now }: AgentChecksOptions): CheckFamily[] {
  const whenConnected = (expected: string, look: (agent: Agent) => Verdict) => () => {
    const [agent] = expectedOf(agents.list());
    return agent?.state === "connected"
      ? look(agent)
      : warn(`not known: ${agent?.sentence ?? "no agent is expected"}`, expected, "see agent.authenticated");
  };
  return [
    single({ id: "agent.authenticated", title: "The agent is signed in" }, () =>
      judgeAdmission(agents.list(), now()),
    ),
    single(
      { id: "agent.build", title: "The agent runs the backend's code" },
      whenConnected(`commit ${build.commit}`, (agent) =>
        agent.build
          ? compareBuilds(build, agent.build, `agent ${agent.name}`)
          : warn(
              `agent ${agent.name} does not say which code it runs`,
              `commit ${build.commit}`,
              "update it",
            ),
      ),
    ),
    single(
      { id: "agent.clock", title: "The clocks of agent and backend agree" },
      whenConnected(CLOCK_EXPECTED, judgeSkew),
    ),
    single(
      { id: "agent.configuration", title: "Agent and backend have the same settings" },
      whenConnected(SETTINGS_EXPECTED, (agent) =>
        agent.origin === "settings"
          ? judgeSettings(agent, agents.settings(), texts)
          : pass(`agent ${agent.name} was enrolled and has settings of its own`, SETTINGS_EXPECTED),
      ),
    ),
  ];
}

const REFUSAL_FIXES: Partial<Record<string, string>> = {
  AGENT_TOKEN_MISMATCH:
    "give agent and backend the same PNMLAB_AGENT_TOKEN (copy the line of .env) and restart the one that is wrong",
  AGENT_TOKEN_MISSING: "set PNMLAB_AGENT_TOKEN on the agent's machine to that of the backend and restart it",
  AGENT_TOKEN_REVOKED:
    "enrol the agent again on the page Agents, or rotate its token, and put the new token on its machine",
  AGENT_PROTOCOL: "update agent and backend to one version",
  AGENT_NAME: "set PNMLAB_AGENT_NAME of agent and backend to one name and restart the one that is wrong",
  AGENT_NAME_TAKEN: "stop one of the two agents, or give it another PNMLAB_AGENT_NAME",
} satisfies Partial<Record<AgentRefusalCode, string>>;

function judgeAdmission(list: readonly Agent[], nowMs: number): Verdict {
  const [agent, ...others] = expectedOf(list);
  const strangers = [...others.filter(isTrouble), ...list.filter(({ origin }) => origin === null)];
  const expected = `agent ${agent?.name ?? ""} connected, and none refused`;
  if (agent === undefined) return fail("no agent is expected", expected, "set PNMLAB_AGENT_NAME");
  const fixOf = (refused: Agent) =>
    REFUSAL_FIXES[refused.refusal?.code ?? ""] ??
    "start the agent, and check PNMLAB_BACKEND_URL and the way to the backend on its machine";
  if (agent.state !== "connected") {
    // A program that knocks under another name is likely the one that is missed.
    const besides = strangers.map(({ sentence }) => `; ${sentence}`).join("");
    return fail(
      `${agent.sentence}${besides}`,
      expected,
      fixOf(agent.refusal ? agent : (strangers[0] ?? agent)),
    );
  }
  if (agent.refusal) {
    const { address, count, reason, firstAt, lastAt, code } = agent.refusal;
    const second = refusalSentence(
      {
        name: agent.name,
        address,
        count,
        reason,
        code: code as AgentRefusalCode,
        firstAtMs: Date.parse(firstAt),
        lastAtMs: Date.parse(lastAt),
      },
      nowMs,
    );
    return fail(`${agent.sentence}, and another one: ${second}`, expected, fixOf(agent));
  }
  const [stranger] = strangers;
  if (stranger) return warn(`${agent.sentence}; ${stranger.sentence}`, expected, fixOf(stranger));
  return pass(agent.sentence, expected);
}

/**
 * The agents that may connect, the one of the settings first unless it has never come and there are others.
 */
function expectedOf(list: readonly Agent[]): Agent[] {
  const expected = list.filter(({ origin, state }) => origin !== null && state !== "revoked");
  const isUnused = (agent: Agent) =>
    agent.origin === "settings" && agent.lastConnectedAt === null && agent.state === "waiting";
  const used = expected.filter((agent) => !isUnused(agent));
  return used.length > 0 ? used : expected;
}

function isTrouble({ state, refusal }: Agent): boolean {
  return state !== "connected" || refusal !== null;
}

const CLOCK_EXPECTED = `less than ${SMALL_SKEW_MS / 1000} s apart`;

function judgeSkew({ name, clockSkewMs }: Agent): Verdict {
  if (clockSkewMs === null) {
    return warn(`agent ${name} has not told its clock`, CLOCK_EXPECTED, "run the checks again in a second");
  }
  const seconds = Math.abs(clockSkewMs) / 1000;
  const found =
    seconds < 0.05
      ? `the clocks of agent ${name} and backend agree`
      : `the clock of agent ${name} is ${seconds.toFixed(1)} s ${clockSkewMs > 0 ? "ahead of" : "behind"} the backend's`;
  const fix = "run a time service (chrony, systemd-timesyncd) on both machines";
  if (Math.abs(clockSkewMs) > LARGE_SKEW_MS) return fail(found, CLOCK_EXPECTED, fix);
  return Math.abs(clockSkewMs) > SMALL_SKEW_MS
    ? warn(found, CLOCK_EXPECTED, fix)
    : pass(found, CLOCK_EXPECTED);
}

const SETTINGS_EXPECTED = "every setting that both read has one value";

/** Settings that may differ without harm. */
const HARMLESS: readonly string[] = [variables.logLevel.name];

function judgeSettings(
  { name }: Agent,
  settings: SettingsFingerprints | undefined,
  texts: Readonly<Record<string, string>>,
): Verdict {
  if (settings === undefined) {
    return warn(`agent ${name} does not tell its settings`, SETTINGS_EXPECTED, "update it");
  }
  const names = comparableSettings("agent", "backend");
  const own = settingsFingerprints(texts, settings.salt, names);
  const different = names.filter((variable) => settings.fingerprints[variable] !== own[variable]);
  if (different.length === 0) {
    return pass(`agent ${name} and backend have the same ${names.join(", ")}`, SETTINGS_EXPECTED);
  }
  const found = `agent ${name} has another ${different.join(", ")} than the backend`;
  const fix = `set ${different.join(", ")} in .env of both machines alike and restart agent and backend`;
  return different.every((variable) => HARMLESS.includes(variable))
    ? warn(found, SETTINGS_EXPECTED, fix)
    : fail(found, SETTINGS_EXPECTED, fix);
}
