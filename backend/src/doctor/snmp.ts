import { instanceOid, system, utscCapab } from "@pnmlab/docsis-mib";
import { isPnmLabError, messageOf } from "@pnmlab/kit";
import type { BuildInfo, SnmpTarget } from "@pnmlab/protocol";
import type { CmtsTarget, SnmpGateway } from "../contracts.ts";
import { fail, pass, type Verdict, warn } from "../health/verdict.ts";
import { textOf } from "../snmp/values.ts";
import { compareBuilds } from "./builds.ts";
import type { CheckFamily, Tell } from "./family.ts";

const GET_DEADLINE_MS = 2000;
const WALK_DEADLINE_MS = 3000;

/** Nothing is written by a check, so what a SET would give is not known. */
const NOT_WRITTEN = "write community not tried: a check writes nothing";

const EXPECTED = "an answer to a GET of sysDescr within 2 s, and rows of docsPnmCmtsUtscCapabTable";

export interface SnmpChecksOptions {
  cmts: readonly CmtsTarget[];
  snmp: SnmpGateway;
  agentName: string;
  build: BuildInfo;
  /** When a CMTS was last heard in this run of the backend, in words; undefined where never. */
  lastHeard: (cmtsId: string) => string | undefined;
}

/** Whether each CMTS answers through the agent, and whether those that are simulated run the backend's code. */
export function snmpChecks(options: SnmpChecksOptions): CheckFamily {
  const { cmts } = options;
  return {
    checks: [
      ...cmts.map(({ id }) => ({ id: reachId(id), title: `CMTS ${id} answers SNMP` })),
      ...(cmts.length === 0 ? [{ id: "snmp.reach", title: "CMTSs answer SNMP" }] : []),
      { id: "simulator.build", title: "The simulator runs the backend's code", isOptional: true as const },
    ],
    asksOthers: true,
    run: async (tell) => {
      if (cmts.length === 0) {
        tell(
          "snmp.reach",
          warn("no CMTS is configured", "at least one CMTS", "set PNMLAB_CMTS or PNMLAB_SIMULATOR=on"),
        );
        return;
      }
      const descriptions = await Promise.all(cmts.map((target) => ask(target, options, tell)));
      const builds = cmts
        .map((target, index) => judgeSimulator(target, descriptions[index], options.build))
        .filter((verdict) => verdict !== undefined);
      const worst =
        builds.find(({ status }) => status === "fail") ?? builds.find(({ status }) => status === "warn");
      const verdict = worst ?? builds[0];
      if (verdict) tell("simulator.build", verdict);
    },
  };
}

function reachId(cmtsId: string): string {
  return `snmp.reach.${cmtsId}`;
}

/** Tells how far a CMTS is reached; gives its sysDescr. */
async function ask(target: CmtsTarget, options: SnmpChecksOptions, tell: Tell): Promise<string | undefined> {
  const { snmp } = options;
  const { id, host, port, profile } = target;
  const address: SnmpTarget = { host, port, profile };
  const reach = snmp.reach(address);
  if (!reach.available) {
    tell(reachId(id), warn(`not asked: ${reach.sentence}`, EXPECTED, "see agent.authenticated"));
    return undefined;
  }
  const startedAtMs = performance.now();
  try {
    const [varbind] = await snmp.get(address, [instanceOid(system.sysDescr)], {
      deadlineMs: GET_DEADLINE_MS,
    });
    const roundTripMs = Math.round(performance.now() - startedAtMs);
    const description = textOf(varbind?.value) ?? "";
    const answers = `${host}:${port} answers in ${roundTripMs} ms ("${description.slice(0, 120)}")`;
    tell(reachId(id), await judgePnmMib(address, answers, options));
    return description;
  } catch (error) {
    tell(reachId(id), judgeError(error, target, options));
    return undefined;
  }
}

async function judgePnmMib(
  target: SnmpTarget,
  answers: string,
  { snmp }: SnmpChecksOptions,
): Promise<Verdict> {
  const view = `let the read community of profile ${target.profile} see 1.3.6.1.4.1.4491.2.1.27 on the CMTS, or use a software of it that has DOCS-PNM-MIB`;
  try {
    const rows = await snmp.walk(target, utscCapab.triggerMode.oid, { deadlineMs: WALK_DEADLINE_MS });
    return rows.length > 0
      ? pass(`${answers}; DOCS-PNM-MIB names ${rows.length} RF ports for UTSC; ${NOT_WRITTEN}`, EXPECTED)
      : warn(`${answers}; DOCS-PNM-MIB shows no port that can capture; ${NOT_WRITTEN}`, EXPECTED, view);
  } catch (error) {
    return warn(
      `${answers}; DOCS-PNM-MIB could not be read (${messageOf(error)}); ${NOT_WRITTEN}`,
      EXPECTED,
      view,
    );
  }
}

/**
 * A device with another community keeps silent as one that is not there (RFC 1157, section 4.1): only a
 * closed port, an unreachable network and a refusal in words can be told from it.
 */
function judgeError(error: unknown, target: CmtsTarget, options: SnmpChecksOptions): Verdict {
  const { id, host, port, profile } = target;
  const { snmp, agentName, lastHeard } = options;
  const machine = `the machine of agent ${agentName}`;
  if (
    isPnmLabError(error, "AGENT_UNAVAILABLE") ||
    isPnmLabError(error, "AGENT_LOST") ||
    !snmp.reach(target).available
  ) {
    return warn(`not asked: ${messageOf(error)}`, EXPECTED, "see agent.authenticated");
  }
  if (isPnmLabError(error, "SNMP_PROFILE_UNKNOWN")) {
    return fail(
      messageOf(error),
      EXPECTED,
      `add the profile ${profile} to PNMLAB_SNMP_PROFILES on ${machine}, or correct PNMLAB_CMTS`,
    );
  }
  if (isPnmLabError(error, "SNMP_TARGET_REFUSED")) {
    return fail(
      messageOf(error),
      EXPECTED,
      `add the network of ${host} to PNMLAB_AGENT_TARGETS on ${machine}`,
    );
  }
  if (isPnmLabError(error, "SNMP_TRANSPORT")) {
    return fail(
      `${host}:${port} is unreachable: ${messageOf(error)}`,
      EXPECTED,
      `correct host and port of ${id} in PNMLAB_CMTS, enable SNMP on it, or repair the route from ${machine}`,
    );
  }
  if (isPnmLabError(error, "SNMP_ERROR_STATUS")) {
    return fail(
      `${host}:${port} is reached and refuses: ${messageOf(error)}`,
      EXPECTED,
      `correct the read community of profile ${profile} in PNMLAB_SNMP_PROFILES on ${machine}, or what it may see on the CMTS`,
    );
  }
  const heard = lastHeard(id);
  const clue = heard
    ? `it answered until ${heard}, so something has changed since`
    : "it has not answered since the backend started";
  return fail(
    `no answer from ${host}:${port} to profile ${profile} (${clue}): a wrong community and a way that is blocked look alike in SNMP`,
    EXPECTED,
    `check from ${machine}: the read community of profile ${profile}, the SNMP access list of the CMTS, and UDP ${port} on the way (snmpget -v2c -c COMMUNITY ${host}:${port} sysDescr.0)`,
  );
}

const SIMULATOR_BUILD = /PNM Lab simulator \S+ \(([0-9a-z]+?)(-dirty)?\)\s*$/;

/** A device that says it is simulated ends its sysDescr with its build; undefined where it is real. */
function judgeSimulator(
  { id }: CmtsTarget,
  description: string | undefined,
  build: BuildInfo,
): Verdict | undefined {
  if (description === undefined || !/simulator/i.test(description)) return undefined;
  const [, commit, dirty] = SIMULATOR_BUILD.exec(description) ?? [];
  return commit
    ? compareBuilds(build, { commit, dirty: dirty !== undefined }, `the simulator of ${id}`)
    : warn(`the simulator of ${id} does not say which code it runs`, `commit ${build.commit}`, "update it");
}
