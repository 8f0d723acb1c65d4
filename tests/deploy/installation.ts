import { execFile } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** What the whole run knows of its installation; plain data, so that it passes from process to process. */
export interface InstallationData {
  /** A clone of the commit under test, with a `.env` of its own. */
  root: string;
  env: Record<string, string>;
  project: string;
  imageTag: string;
  httpPort: number;
  tftpPort: number;
  subnet: string;
  /** Brings the engine down and up; undefined where it is shared. */
  engineScript: string | undefined;
  /** File that the tables go to. */
  reportFile: string;
}

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CheckResult {
  id: string;
  status: "PASS" | "WARN" | "FAIL";
  found: string;
  expected: string;
  fix: string;
}

export interface Validation {
  code: number;
  durationSeconds: number;
  checks: CheckResult[];
}

export const SERVICES = ["backend", "agent", "simulator", "tftp-server"] as const;
export type Service = (typeof SERVICES)[number];

/** An installation with Docker, driven by the scripts that operators use. */
export class Installation {
  readonly data: InstallationData;
  readonly url: string;

  constructor(data: InstallationData) {
    this.data = data;
    this.url = `http://127.0.0.1:${data.httpPort}`;
  }

  /** Runs a program of the clone, or one of the machine where its name has no slash. */
  run(file: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<Outcome> {
    const { root } = this.data;
    const path = file.includes("/") ? join(root, file) : file;
    return new Promise((resolve) => {
      execFile(
        path,
        args,
        { cwd: root, env: { ...this.data.env, ...env }, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) =>
          resolve({ code: error ? (typeof error.code === "number" ? error.code : 1) : 0, stdout, stderr }),
      );
    });
  }

  /** The same, which must succeed. @throws Error with the last lines of what the program said. */
  async must(file: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(file, args, env);
    if (code === 0) return stdout.trim();
    const words = `${stdout}\n${stderr}`.trim().split("\n").slice(-12).join("\n");
    throw new Error(`${file} ${args.join(" ")} ended with code ${code}:\n${words}`);
  }

  compose(...args: string[]): Promise<string> {
    return this.must("scripts/compose", ["lab", ...args]);
  }

  docker(...args: string[]): Promise<string> {
    return this.must("docker", args);
  }

  /** Id of a service's container. */
  async container(service: string): Promise<string> {
    const { project } = this.data;
    const label = (name: string, value: string) => ["--filter", `label=com.docker.compose.${name}=${value}`];
    const ids = await this.docker("ps", "-aq", ...label("project", project), ...label("service", service));
    const [id] = ids.split("\n");
    if (!id) throw new Error(`service ${service} has no container`);
    return id;
  }

  /** Ends a service's program as a crash does: SIGKILL to its first process, sent in the host's name space. */
  async kill(service: Service): Promise<void> {
    const pid = await this.docker("inspect", "-f", "{{.State.Pid}}", await this.container(service));
    const { imageTag } = this.data;
    const kill = ["-e", `process.kill(${pid}, "SIGKILL")`];
    const inHost = ["--rm", "--pid", "host", "--user", "0", "--cap-add", "KILL", "--network", "none"];
    await this.docker("run", ...inHost, "--entrypoint", "node", `pnmlab/agent:${imageTag}`, ...kill);
  }

  async validate(...args: string[]): Promise<Validation> {
    return await this.validateIn({}, ...args);
  }

  async validateIn(env: Record<string, string>, ...args: string[]): Promise<Validation> {
    const { code, stdout, stderr } = await this.run("./validate-deployment.sh", ["--json", ...args], env);
    try {
      return { code, ...(JSON.parse(stdout) as Omit<Validation, "code">) };
    } catch {
      throw new Error(`validate-deployment.sh gave no JSON (code ${code}): ${stdout}\n${stderr}`);
    }
  }

  /** Validates until nothing but passes is found, for `deadlineMs` at most, and returns the last report. */
  async untilPassed(deadlineMs: number, ...args: string[]): Promise<Validation> {
    const until = Date.now() + deadlineMs;
    for (;;) {
      const report = await this.validate(...args);
      if (findings(report).length === 0 || Date.now() > until) return report;
      await delay(1000);
    }
  }

  /** Waits until every container is healthy. @throws Error naming those that are not after `deadlineMs`. */
  async untilHealthy(deadlineMs = 60_000): Promise<void> {
    const until = Date.now() + deadlineMs;
    const filter = ["--filter", `label=com.docker.compose.project=${this.data.project}`];
    for (;;) {
      const text = await this.docker("ps", "-a", ...filter, "--format", "{{.Names}} {{.Status}}");
      const lines = text.split("\n").filter(Boolean);
      if (lines.length >= SERVICES.length && lines.every((line) => line.includes("(healthy)"))) return;
      if (Date.now() > until) throw new Error(`not healthy after ${deadlineMs / 1000} s:\n${text}`);
      await delay(500);
    }
  }

  /** A file of the clone, to read and change. */
  read(name: string): string {
    return readFileSync(join(this.data.root, name), "utf8");
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.data.root, name), text);
  }

  /** Sets values of `.env`; an empty one stays as an empty line of that name. */
  set(settings: Record<string, string>): void {
    const names = new Set(Object.keys(settings));
    const kept = this.read(".env")
      .split("\n")
      .filter((line) => !names.has(line.split("=")[0]!));
    const given = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    this.write(".env", `${[...kept.filter((line) => line !== ""), ...given].join("\n")}\n`);
  }

  /** Adds a table to the report of the run, which is printed at its end. */
  report(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
    const widths = head.map((text, column) =>
      Math.max(text.length, ...rows.map((row) => row[column]?.length ?? 0)),
    );
    const lines = [head, ...rows].map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    );
    appendFileSync(this.data.reportFile, `\n${title}\n${lines.map((line) => `  ${line}`).join("\n")}\n`);
  }
}

/** What is wrong with the machine of the tests and not with the deployment: an old Compose that fits, much to do. */
const OF_MACHINE = ["compose.version", "backend.event-loop"];

/** Everything that did not pass, but for warnings about the machine itself. */
export function findings({ checks }: Validation): string[] {
  return checks
    .filter(({ id, status }) => status !== "PASS" && !(status === "WARN" && OF_MACHINE.includes(id)))
    .map(({ status, id, found }) => `${status} ${id}: ${found}`);
}
