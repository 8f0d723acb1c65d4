import { randomBytes } from "node:crypto";
import { type Config, comparableSettings, type Logger, settingsFingerprints } from "@pnmlab/config";
import { type BuildInfo, type DoctorReport, doctorSummary } from "@pnmlab/protocol";
import type { FileCleaner, SnmpGateway } from "../contracts.ts";
import { probeName } from "../health/probe-files.ts";
import { lookIntoTftpDirectory } from "../health/tftp-directory.ts";
import type { Verdict } from "../health/verdict.ts";
import type { Storage } from "../storage/index.ts";
import type { OrphanWatch } from "../utsc/orphan-watch.ts";
import { type AgentView, agentChecks } from "./agent.ts";
import { checkCertificate } from "./certificate.ts";
import { type CheckFamily, single } from "./family.ts";
import { checkOrphans } from "./orphans.ts";
import { runFamilies } from "./runner.ts";
import { snmpChecks } from "./snmp.ts";
import { storageChecks } from "./storage.ts";
import { tftpDirectoryCheck, tftpServerChecks } from "./tftp.ts";

export interface DoctorOptions {
  config: Pick<Config, "dataDir" | "tftpDir" | "cleanup" | "agentName" | "cmts" | "publicUrl" | "fileSource">;
  /** Effective texts of the settings. */
  texts: Readonly<Record<string, string>>;
  build: BuildInfo;
  /** The TFTP server as this machine reaches it. */
  tftp: { host: string; port: number };
  storage: Pick<Storage, "probe">;
  agents: AgentView;
  snmp: SnmpGateway;
  lastHeard: (cmtsId: string) => string | undefined;
  cleaner: Pick<FileCleaner, "list">;
  orphans: Pick<OrphanWatch, "read">;
  eventLoop: { readonly latest: Verdict };
  log: Logger;
  now: () => number;
}

/**
 * Checks the deployment on request. Nothing is written to a CMTS and no capture is touched; whoever asks
 * while a run is under way shares it.
 */
export class Doctor {
  readonly #options: DoctorOptions;
  readonly #salt = randomBytes(16).toString("hex");
  readonly #families: readonly CheckFamily[];
  readonly #running = new Map<boolean, Promise<DoctorReport>>();

  constructor(options: DoctorOptions) {
    this.#options = options;
    this.#families = familiesOf(options);
  }

  /** Runs every check, or with `quick` those that wait for no other machine; takes at most 8 s. */
  run(quick: boolean): Promise<DoctorReport> {
    const underWay = this.#running.get(quick);
    if (underWay) return underWay;
    const report = this.#run(quick).finally(() => this.#running.delete(quick));
    this.#running.set(quick, report);
    return report;
  }

  async #run(quick: boolean): Promise<DoctorReport> {
    const { build, texts, log, now } = this.#options;
    const startedAt = new Date(now()).toISOString();
    const startedAtMs = performance.now();
    const checks = await runFamilies(this.#families.filter(({ asksOthers }) => !(quick && asksOthers)));
    const durationMs = Math.round(performance.now() - startedAtMs);
    for (const { status, id, found, fix } of checks) {
      if (status === "fail") log.warn({ check: id }, `${id}: ${found}${fix ? `: ${fix}` : ""}`);
    }
    log.info({ durationMs, quick }, `checked the deployment: ${doctorSummary(checks)}`);
    const names = comparableSettings("backend");
    const fingerprints = settingsFingerprints(texts, this.#salt, names);
    return { startedAt, durationMs, quick, build, salt: this.#salt, fingerprints, checks };
  }
}

function familiesOf(options: DoctorOptions): CheckFamily[] {
  const { config, tftp, build, storage, snmp, cleaner, orphans, now } = options;
  const { dataDir, tftpDir, cleanup, cmts, publicUrl } = config;
  const lookIntoTftpDir = () => lookIntoTftpDirectory({ tftpDir, cleanup });
  const tftpOptions = {
    server: tftp,
    source: config.fileSource,
    tftpDir,
    cleanup,
    probeName: probeName({ dataDir, tftpDir }, "doctor"),
    build,
    lookIntoTftpDir,
  };
  return [
    ...agentChecks(options),
    snmpChecks({ cmts, snmp, agentName: config.agentName, build, lastHeard: options.lastHeard }),
    tftpDirectoryCheck(tftpOptions),
    tftpServerChecks(tftpOptions),
    ...storageChecks({ storage, dataDir, lookIntoTftpDir }),
    single({ id: "captures.orphaned", title: "No capture is orphaned", asksOthers: true }, () =>
      checkOrphans({ cleaner, tftpDir, orphans, now }),
    ),
    ...(publicUrl.startsWith("https:")
      ? [
          single({ id: "tls.certificate", title: "The page's certificate is valid", asksOthers: true }, () =>
            checkCertificate(publicUrl, now),
          ),
        ]
      : []),
    single({ id: "backend.event-loop", title: "The backend keeps up" }, () => options.eventLoop.latest),
  ];
}
