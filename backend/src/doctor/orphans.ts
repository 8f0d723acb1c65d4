import { stat } from "node:fs/promises";
import { join } from "node:path";
import { indexOf, instanceOid, MeasStatus, utscCfg, utscCtrl, utscStatus } from "@pnmlab/docsis-mib";
import { messageOf } from "@pnmlab/kit";
import type { UtscSession } from "@pnmlab/protocol";
import type { CmtsTarget, FileCleaner, SnmpGateway } from "../contracts.ts";
import { pass, type Verdict, warn } from "../health/verdict.ts";
import { integerOf, textOf } from "../snmp/values.ts";
import { OWN_PREFIX, parseOwnFileName } from "../utsc/file-name.ts";

/** A session consumes its files within a second; what is older lies there unclaimed. */
const UNCLAIMED_AFTER_MS = 60_000;
const WALK_DEADLINE_MS = 3000;
const NAMED_FILES = 3;

const EXPECTED = "no capture file and no running test of ours that no session owns";

export interface OrphanCheckOptions {
  cleaner: Pick<FileCleaner, "list">;
  tftpDir: string;
  cmts: readonly CmtsTarget[];
  snmp: SnmpGateway;
  session: (id: string) => UtscSession | undefined;
  now: () => number;
}

/** Looks for what a crash may have left: files in the TFTP directory, tests on the CMTSs. */
export async function checkOrphans(options: OrphanCheckOptions): Promise<Verdict> {
  const [files, ...tests] = await Promise.all([
    findFiles(options),
    ...options.cmts.map((target) => findTests(options, target)),
  ]);
  const findings = [files, ...tests];
  const problems = findings.filter(({ fix }) => fix !== "");
  const found = findings.map((finding) => finding.found).join("; ");
  return problems.length === 0
    ? pass(found, EXPECTED)
    : warn(found, EXPECTED, problems.map(({ fix }) => fix).join("; "));
}

interface Finding {
  found: string;
  /** Empty where nothing is to be done. */
  fix: string;
}

async function findFiles({ cleaner, tftpDir, now }: OrphanCheckOptions): Promise<Finding> {
  try {
    const names = await cleaner.list(OWN_PREFIX);
    const times = await Promise.all(
      names.map((name) => stat(join(tftpDir, name)).then(({ mtimeMs }) => mtimeMs, now)),
    );
    const old = names.filter((_, index) => now() - times[index]! > UNCLAIMED_AFTER_MS);
    if (old.length === 0) return { found: `no unclaimed file in ${tftpDir}`, fix: "" };
    const named = old.slice(0, NAMED_FILES).join(", ");
    const more = old.length > NAMED_FILES ? ", …" : "";
    return {
      found: `${old.length} capture ${old.length === 1 ? "file" : "files"} in ${tftpDir} that nobody consumes (${named}${more})`,
      fix: "they go by themselves within 20 min; where they stay, see tftp.cleanup, or remove them",
    };
  } catch (error) {
    return { found: `${tftpDir} could not be listed (${messageOf(error)})`, fix: "see tftp.directory" };
  }
}

/** Tests that run under a name of ours. Those of other users are counted and left alone. */
async function findTests({ snmp, session }: OrphanCheckOptions, target: CmtsTarget): Promise<Finding> {
  const { id, host, port, profile } = target;
  if (!snmp.available) return { found: `CMTS ${id} was not asked`, fix: "see agent.authenticated" };
  try {
    const walk = (oid: string) => snmp.walk({ host, port, profile }, oid, { deadlineMs: WALK_DEADLINE_MS });
    const [statuses, names] = await Promise.all([
      walk(utscStatus.measStatus.oid),
      walk(utscCfg.filename.oid),
    ]);
    const nameOf = new Map(
      names.map(({ oid, value }) => [indexOf(utscCfg.filename, oid)?.join("."), textOf(value)]),
    );
    const running = statuses
      .filter(({ value }) => integerOf(value) === MeasStatus.busy)
      .map(({ oid }) => indexOf(utscStatus.measStatus, oid) ?? []);
    const orphans = running.filter((index) => {
      const own = parseOwnFileName(nameOf.get(index.join(".")) ?? "");
      return own !== undefined && !isLive(session(own.sessionId));
    });
    const [first] = orphans;
    if (first === undefined) {
      return {
        found: `CMTS ${id} runs ${running.length} ${running.length === 1 ? "test" : "tests"}, none of them orphaned`,
        fix: "",
      };
    }
    const oid = instanceOid(utscCtrl.initiateTest, ...first);
    return {
      found: `CMTS ${id} runs ${orphans.length} ${orphans.length === 1 ? "test" : "tests"} of sessions that this backend does not have (row ${orphans.map((index) => index.join(".")).join(", ")})`,
      fix: `where no other installation owns it, start and stop a session on that port, or stop it with snmpset -v2c -c COMMUNITY ${host}:${port} ${oid} i 2`,
    };
  } catch (error) {
    return { found: `CMTS ${id} could not be asked (${messageOf(error)})`, fix: `see snmp.reach.${id}` };
  }
}

function isLive(session: UtscSession | undefined): boolean {
  return session !== undefined && session.state !== "stopped";
}
