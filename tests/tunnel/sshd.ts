import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { vi } from "vitest";

const sshdFile = ["/usr/sbin/sshd", "/usr/local/sbin/sshd"].find((path) => existsSync(path));

/** Why no ssh server can be run here, if so. */
export const sshdMissing =
  process.platform !== "linux"
    ? "the tests of the tunnel find processes in /proc, which only Linux has"
    : sshdFile === undefined
      ? "sshd is not installed (Debian: apt-get install openssh-server)"
      : undefined;

export interface KeyPair {
  privateFile: string;
  publicKey: string;
}

/** Makes a key pair without a passphrase in `folder`. */
export function makeKey(folder: string, name: string): KeyPair {
  const privateFile = join(folder, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", privateFile]);
  return { privateFile, publicKey: readFileSync(`${privateFile}.pub`, "utf8").trim() };
}

/** Waits until `server` listens on a free port of loopback and returns the port. */
export async function listenOnLoopback(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as { port: number }).port;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Processes for which `test` holds, by what /proc tells about them. */
export function processes(test: (folder: string, pid: number) => boolean): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        // A process that ended but was not collected has an empty command line.
        return (
          readFileSync(`/proc/${name}/cmdline`, "utf8") !== "" && test(join("/proc", name), Number(name))
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

function descendants(pid: number): number[] {
  const children = processes((folder) => {
    const stat = readFileSync(join(folder, "stat"), "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] === String(pid);
  });
  return children.flatMap((child) => [...descendants(child), child]);
}

/** A real sshd on loopback with its own host key, run by the user of the tests. */
export class TestSshd implements AsyncDisposable {
  readonly port: number;
  readonly hostKey: string;
  log = "";
  readonly #configFile: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, hostKey: string, configFile: string) {
    this.port = port;
    this.hostKey = hostKey;
    this.#configFile = configFile;
  }

  /** @param extra lines of sshd_config that come first, so that they win. */
  static async start(
    folder: string,
    authorizedKeys: string[],
    extra: readonly string[] = [],
  ): Promise<TestSshd> {
    const port = await freePort();
    const own = join(folder, `sshd-${port}`);
    mkdirSync(own, { mode: 0o700 });
    // Where sshd runs as root it insists on this folder, which the service of the system makes.
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    const hostKey = makeKey(own, "host");
    writeFileSync(join(own, "authorized_keys"), `${authorizedKeys.join("\n")}\n`, { mode: 0o600 });
    const configFile = join(own, "sshd_config");
    writeFileSync(
      configFile,
      [
        ...extra,
        `Port ${port}`,
        "ListenAddress 127.0.0.1",
        `HostKey ${hostKey.privateFile}`,
        `AuthorizedKeysFile ${join(own, "authorized_keys")}`,
        "AuthenticationMethods publickey",
        "PermitRootLogin prohibit-password",
        "UsePAM no",
        "StrictModes no",
        "PidFile none",
        "",
      ].join("\n"),
    );
    const sshd = new TestSshd(port, hostKey.publicKey, configFile);
    await sshd.listen();
    return sshd;
  }

  /** Starts to listen, again after `kill`. */
  async listen(): Promise<void> {
    const sshd = spawn(sshdFile!, ["-D", "-e", "-f", this.#configFile], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process = sshd;
    let said = "";
    sshd.stderr.on("data", (chunk) => {
      said += chunk;
      this.log += chunk;
    });
    await vi.waitUntil(
      () => {
        if (sshd.exitCode !== null) throw new Error(`sshd ended: ${said}`);
        return said.includes("Server listening on");
      },
      { timeout: 60_000 },
    );
  }

  /** Ends the server and every connection at once, as a crash of its machine does. */
  async kill(): Promise<void> {
    const sshd = this.#process;
    if (!sshd || sshd.exitCode !== null || sshd.signalCode !== null) return;
    const ended = new Promise((resolve) => sshd.once("exit", resolve));
    for (const pid of [...descendants(sshd.pid!), sshd.pid!]) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended by itself meanwhile.
      }
    }
    await ended;
  }

  /** The line of a known_hosts file for this server. */
  knownHost(hostKey = this.hostKey): string {
    return `[127.0.0.1]:${this.port} ${hostKey.split(" ").slice(0, 2).join(" ")}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
