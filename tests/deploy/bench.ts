import { setTimeout as delay } from "node:timers/promises";
import {
  type CheckResult,
  findings,
  Installation,
  type InstallationData,
  type Validation,
} from "./installation.ts";

/** How long a deployment that was broken may take until the checks name what is broken, and nothing else. */
const DIAGNOSIS_DEADLINE_MS = 75_000;

export interface Sabotage {
  what: string;
  make: () => Promise<unknown>;
  /** Ids of the checks that fail, all of them. */
  fails: readonly string[];
  /** What the findings say, by id of a check that failed or that follows from one. */
  says: Readonly<Record<string, RegExp>>;
  /** Environment of the operator who validates. */
  env?: () => Record<string, string>;
  args?: readonly string[];
  /** Whether the containers stay as they are, so that none has to be mended. */
  isOfFiles?: boolean;
  /** Proves more of what was broken. */
  andThen?: () => Promise<unknown>;
  /** What bringing `.env`, the compose files and the containers back does not undo. */
  undo?: () => Promise<unknown>;
}

/** An installation that is broken on purpose, diagnosed, and mended. */
export class SabotageBench {
  readonly installation: Installation;
  readonly #env: string;
  readonly #rows: string[][] = [];

  constructor(data: InstallationData) {
    this.installation = new Installation(data);
    this.#env = this.installation.read(".env");
  }

  /** Changes the compose file and makes the containers that differ anew. */
  async edit(from: string | RegExp, to: string): Promise<void> {
    const name = "docker/compose.lab.yaml";
    const text = this.installation.read(name);
    const edited = text.replace(from, to);
    if (edited === text) throw new Error(`${name} has no ${from}`);
    this.installation.write(name, edited);
    await this.installation.compose("up", "-d");
  }

  /** Gives settings in `.env`, and makes the containers that differ anew. */
  async configure(settings: Record<string, string>, ...services: string[]): Promise<void> {
    this.installation.set(settings);
    await this.installation.compose("up", "-d", ...(services.length > 0 ? ["--no-deps"] : []), ...services);
  }

  /** Breaks, validates until the findings stand, compares, and mends. */
  async prove(sabotage: Sabotage): Promise<void> {
    const startedAt = Date.now();
    try {
      await sabotage.make();
      const [report, problem] = await this.#diagnose(sabotage, Date.now() + DIAGNOSIS_DEADLINE_MS);
      if (problem) throw new Error(`${problem}; the findings are\n${findings(report).join("\n")}`);
      await sabotage.andThen?.();
      this.#rows.push([
        sabotage.what,
        sabotage.fails.join(", "),
        String(report.durationSeconds),
        ((Date.now() - startedAt) / 1000).toFixed(0),
        words(report.checks, sabotage),
      ]);
    } finally {
      await this.#mend(sabotage);
    }
  }

  async #diagnose(sabotage: Sabotage, untilMs: number): Promise<[Validation, string | undefined]> {
    for (;;) {
      const report = await this.installation.validateIn(sabotage.env?.() ?? {}, ...(sabotage.args ?? []));
      const problem = compare(report, sabotage);
      if (problem === undefined || Date.now() > untilMs) return [report, problem];
      await delay(2000);
    }
  }

  async #mend({ undo, isOfFiles }: Sabotage): Promise<void> {
    await undo?.();
    this.installation.write(".env", this.#env);
    await this.installation.must("chmod", ["600", ".env"]);
    await this.installation.must("git", ["checkout", "-q", "--", "."]);
    if (isOfFiles) return;
    await this.installation.compose("up", "-d", "--remove-orphans");
    await this.installation.untilHealthy(90_000);
  }

  report(title: string): void {
    const head = ["broken", "fails", "validate s", "until named s", "words"];
    this.installation.report(title, head, this.#rows);
  }
}

function compare(report: Validation, { fails, says }: Sabotage): string | undefined {
  const failed = report.checks.filter(({ status }) => status === "FAIL").map(({ id }) => id);
  const missing = fails.filter((id) => !failed.includes(id));
  const excess = failed.filter((id) => !fails.includes(id));
  if (missing.length + excess.length > 0) {
    return `fails ${failed.join(", ") || "nothing"} in place of ${fails.join(", ")}`;
  }
  if (report.code !== fails.length) return `exit code ${report.code} for ${fails.length} failures`;
  for (const [id, pattern] of Object.entries(says)) {
    const check = report.checks.find((result) => result.id === id && result.status !== "PASS");
    if (!pattern.test(check?.found ?? "")) return `${id} does not say ${pattern}`;
  }
  const silent = report.checks.find(({ status, fix }) => status === "FAIL" && fix === "");
  return silent ? `${silent.id} names no fix` : undefined;
}

/** The finding that names the cause, short enough for a table. */
function words(checks: readonly CheckResult[], { fails, says }: Sabotage): string {
  const id = Object.keys(says)[0] ?? fails[0];
  const found = checks.find((result) => result.id === id)?.found ?? "";
  return found.length > 110 ? `${found.slice(0, 107)}...` : found;
}
