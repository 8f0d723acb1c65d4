import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { defaultRootDir } from "@pnmlab/config";
import { freePort, type KeyPair, listenOnLoopback, makeKey, processes, TestSshd } from "./sshd.ts";

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** An own checkout with the script, a key, a state folder, and everything it starts. */
export class TunnelBench implements AsyncDisposable {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "pnmlab-tunnel-")));
  readonly stateHome = join(this.root, "state");
  readonly key: KeyPair = makeKey(this.root, "key");
  readonly user = userInfo().username;
  /** Commit of the checkout. */
  readonly commit: string;
  localPort = 0;
  readonly #owned = new AsyncDisposableStack();

  private constructor() {
    cpSync(join(defaultRootDir, "ssh-tunnel-lab.sh"), join(this.root, "ssh-tunnel-lab.sh"));
    cpSync(join(defaultRootDir, "scripts", "lib"), join(this.root, "scripts", "lib"), { recursive: true });
    cpSync(join(defaultRootDir, ".env.example"), join(this.root, ".env.example"));
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", this.root, "-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
        encoding: "utf8",
      }).trim();
    git("init", "-q");
    git("commit", "-q", "--allow-empty", "-m", "A checkout");
    this.commit = git("rev-parse", "--short=10", "HEAD");
  }

  static async make(): Promise<TunnelBench> {
    const bench = new TunnelBench();
    bench.localPort = await freePort();
    return bench;
  }

  own<T extends AsyncDisposable>(resource: T): T {
    return this.#owned.use(resource);
  }

  async sshd(authorizedKeys = [this.key.publicKey], extra: readonly string[] = []): Promise<TestSshd> {
    return this.own(await TestSshd.start(this.root, authorizedKeys, extra));
  }

  /** Writes the ssh configuration of the user, who knows the host keys of these lines. */
  knows(hosts: readonly string[], more: readonly string[] = []): void {
    const knownHosts = join(this.root, "known_hosts");
    writeFileSync(knownHosts, `${hosts.join("\n")}\n`);
    writeFileSync(
      join(this.root, "ssh_config"),
      `${[...more, "Host *", `UserKnownHostsFile ${knownHosts}`, "GlobalKnownHostsFile /dev/null"].join("\n")}\n`,
    );
  }

  /** Writes `.env`; the tunnel goes to this sshd and this port behind it, unless settings say otherwise. */
  settings(sshd: TestSshd, httpPort: number, more: Record<string, string> = {}): void {
    const values = {
      PNMLAB_HTTP_PORT: String(httpPort),
      PNMLAB_TUNNEL_HOST: `${this.user}@127.0.0.1`,
      PNMLAB_TUNNEL_SSH_PORT: String(sshd.port),
      PNMLAB_TUNNEL_LOCAL_PORT: String(this.localPort),
      PNMLAB_TUNNEL_KEY: this.key.privateFile,
      ...more,
    };
    const lines = Object.entries(values).map(([name, value]) => `${name}=${value}`);
    writeFileSync(join(this.root, ".env"), `${lines.join("\n")}\n`);
  }

  get environment(): NodeJS.ProcessEnv {
    const kept = Object.entries(process.env).filter(
      ([name]) => !name.startsWith("PNMLAB_") && !name.startsWith("SSH_"),
    );
    return { ...Object.fromEntries(kept), XDG_STATE_HOME: this.stateHome, http_proxy: "http://127.0.0.1:9" };
  }

  /** Runs the script to its end. */
  async run(args: readonly string[], env: NodeJS.ProcessEnv = this.environment): Promise<Outcome> {
    const child = spawn(join(this.root, "ssh-tunnel-lab.sh"), [...args, ...this.sshConfig], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    const code = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (exitCode) => resolve(exitCode ?? -1));
    });
    return { code, stdout, stderr };
  }

  get sshConfig(): string[] {
    return ["--ssh-config", join(this.root, "ssh_config")];
  }

  async status(): Promise<Outcome & { verdict: string; found: string; expected: string; fix: string }> {
    const outcome = await this.run(["status", "--porcelain"]);
    const [verdict = "", found = "", expected = "", fix = ""] = outcome.stdout.replace(/\n$/, "").split("\t");
    return { ...outcome, verdict, found, expected, fix };
  }

  async statusCode(): Promise<string> {
    const { stdout } = await this.run(["status", "--json"]);
    return (JSON.parse(stdout) as { code: string }).code;
  }

  /** Every process that the script left, its ssh and their helpers: all inherit this state folder. */
  leftProcesses(): number[] {
    return processes((folder) => {
      const environ = readFileSync(join(folder, "environ"), "utf8");
      return environ.includes(`XDG_STATE_HOME=${this.stateHome}`);
    });
  }

  /** Those among them that run this program. */
  left(program: string): number[] {
    return this.leftProcesses().filter((pid) => {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return words.some((word) => word.endsWith(program)) && !words.includes("-W");
    });
  }

  /** A PATH with what a machine has, except these programs. */
  pathWithout(...programs: string[]): string {
    const folder = join(this.root, `bin-without-${programs.join("-")}`);
    mkdirSync(folder);
    const needed =
      "bash cat chmod curl date dirname env git head ln mkdir mkfifo mv readlink rm sleep ssh tail tr wc";
    for (const name of needed.split(" ")) {
      if (programs.includes(name)) continue;
      const found = (process.env.PATH ?? "").split(delimiter).flatMap((path) => {
        try {
          return [realpathSync(join(path, name))];
        } catch {
          return [];
        }
      });
      symlinkSync(found[0]!, join(folder, name));
    }
    return folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
    for (const pid of this.leftProcesses()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended by itself meanwhile.
      }
    }
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A server that speaks `/api/health` as the backend does to somebody who is not signed in. */
export class HealthServer implements AsyncDisposable {
  readonly port: number;
  #server: Server | undefined;
  readonly #commit: string;
  readonly #status: string;

  private constructor(port: number, commit: string, status: string) {
    this.port = port;
    this.#commit = commit;
    this.#status = status;
  }

  static async start(commit: string, status = "ok"): Promise<HealthServer> {
    const server = new HealthServer(await freePort(), commit, status);
    await server.listen();
    return server;
  }

  async listen(): Promise<void> {
    const build = { version: "0.1.0", commit: this.#commit, dirty: false, builtAt: "2026-01-01T00:00:00Z" };
    this.#server = createServer((request, response) => {
      const isHealth = request.url === "/api/health";
      response.writeHead(isHealth ? (this.#status === "failed" ? 503 : 200) : 404, {
        "content-type": "application/json",
        connection: "close",
      });
      response.end(JSON.stringify(isHealth ? { status: this.#status, build } : {}));
    });
    await new Promise<void>((resolve) => this.#server!.listen(this.port, "127.0.0.1", resolve));
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(undefined)));
    this.#server = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** A web server that is not PNM Lab. */
export async function startForeignServer(
  answer = "<h1>It works</h1>",
): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((_request, response) => response.end(answer));
  const port = await listenOnLoopback(server);
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
