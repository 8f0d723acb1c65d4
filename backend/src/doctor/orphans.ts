import { stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "@pnmlab/kit";
import type { UtscOrphanList } from "@pnmlab/protocol";
import type { FileCleaner } from "../contracts.ts";
import { pass, type Verdict, warn } from "../health/verdict.ts";
import { OWN_PREFIX } from "../utsc/file-name.ts";
import type { OrphanWatch } from "../utsc/orphan-watch.ts";

/** A session consumes its files within a second; what is older lies there unclaimed. */
const UNCLAIMED_AFTER_MS = 60_000;
const NAMED_FILES = 3;

const EXPECTED = "no capture file and no running test of ours that no session owns";

export interface OrphanCheckOptions {
  cleaner: Pick<FileCleaner, "list">;
  tftpDir: string;
  orphans: Pick<OrphanWatch, "read">;
  now: () => number;
}

/** Looks for what a crash may have left: files in the TFTP directory, tests on the CMTSs. */
export async function checkOrphans(options: OrphanCheckOptions): Promise<Verdict> {
  const [files, list] = await Promise.all([findFiles(options), options.orphans.read()]);
  const findings = [files, ...findTests(list)];
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

/** Tests that bear a mark of ours. Those of other users are counted and left alone. */
function findTests(list: UtscOrphanList): Finding[] {
  return list.cmts.map(({ cmtsId, running, error }) => {
    if (running === null) {
      const fix =
        error?.code === "AGENT_UNAVAILABLE" ? "see agent.authenticated" : `see snmp.reach.${cmtsId}`;
      return { found: `CMTS ${cmtsId} could not be asked (${error?.message})`, fix };
    }
    const there = list.orphans.filter((orphan) => orphan.cmtsId === cmtsId);
    const left = there.filter(({ origin }) => origin === "ours" || origin === "otherInstallation");
    const others = there.length - left.length;
    const counted = `CMTS ${cmtsId} runs ${count(running, "test")}`;
    if (left.length === 0) {
      const foreign = others === 0 ? "" : `, ${others} of them other managers'`;
      return { found: `${counted}, none of them orphaned${foreign}`, fix: "" };
    }
    const rows = left.map(({ rfPortIfIndex, cfgIndex }) => `${rfPortIfIndex}.${cfgIndex}`).join(", ");
    return {
      found: `${counted}, ${left.length} of sessions that this backend does not run (row ${rows})`,
      fix: `where no other installation owns it, stop it by POST /api/utsc-orphans/stop with its row as GET /api/utsc-orphans lists it`,
    };
  });
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
