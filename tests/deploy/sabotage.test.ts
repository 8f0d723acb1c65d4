import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { freePort, makeKey, sshdMissing, TestSshd } from "../tunnel/sshd.ts";
import { type Sabotage, SabotageBench } from "./bench.ts";
import { expiredCertificate } from "./certificate.ts";
import { findings, type InstallationData, SERVICES } from "./installation.ts";

const deployment = inject("deployment");

/** Code that shifts the clock of a Node program by an hour, as a machine with a wrong clock has it. */
const HOUR_AHEAD = `data:text/javascript,${encodeURIComponent(
  "const R=Date,s=3600000;globalThis.Date=class extends R{constructor(...a){a.length?super(...a):super(R.now()+s)}static now(){return R.now()+s}}",
)}`;

describe.skipIf("reason" in deployment)("a deployment that is broken on purpose", () => {
  const data = deployment as InstallationData;
  const folder = mkdtempSync(join(tmpdir(), "pnmlab-sabotage-"));
  let bench: SabotageBench;

  beforeAll(async () => {
    bench = new SabotageBench(data);
    await bench.installation.untilHealthy();
  });
  afterAll(() => {
    bench?.report("Sabotage matrix");
    rmSync(folder, { recursive: true, force: true });
  });

  const append = (line: string) => async () =>
    bench.installation.write(".env", `${bench.installation.read(".env")}${line}\n`);
  const token = (name: string) =>
    new RegExp(`^${name}=(.*)$`, "m").exec(bench.installation.read(".env"))![1]!;

  /** A second agent in the network of the lab, started by hand. */
  const startAgent = async (env: Record<string, string>) => {
    const given = {
      PNMLAB_BACKEND_URL: `ws://backend:${data.httpPort}`,
      PNMLAB_AGENT_TOKEN: token("PNMLAB_AGENT_TOKEN"),
      PNMLAB_HTTP_PORT: String(data.httpPort),
      ...env,
    };
    const options = Object.entries(given).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const network = ["--network", `${data.project}_lab`, "--name", `${data.project}-agent-2`];
    await bench.installation.docker(
      "run",
      "-d",
      "--rm",
      ...network,
      ...options,
      `pnmlab/agent:${data.imageTag}`,
    );
  };
  const stopAgent = () => bench.installation.docker("rm", "-f", `${data.project}-agent-2`);

  const listen = async (server: Server, port: number, host: string) => {
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
    return () => new Promise((resolve) => server.close(resolve).closeAllConnections());
  };
  let release: () => unknown = () => undefined;

  const rebuild = async (service: string, identity: Record<string, string>) => {
    await bench.installation.must("scripts/compose", ["lab", "build", service], identity);
    await bench.installation.compose("up", "-d", "--no-deps", service);
  };

  /** The stand-ins for Docker come first, and what was found of the real ones does not count. */
  const stubbed = () => ({ COMPOSE_KNOWN: "", PATH: `${join(folder, "bin")}:${data.env.PATH}` });

  /** A real ssh server on this machine, and a tunnel through it to the backend. */
  let sshd: TestSshd;
  const tunnelEnv = () => ({ XDG_STATE_HOME: join(folder, "state") });
  let tunnelPort = 0;
  const tunnel = (command: string) => {
    const own = ["--local-port", String(tunnelPort)];
    const args = [
      command,
      ...own,
      ...(command === "start" ? ["--ssh-config", join(folder, "ssh_config")] : []),
    ];
    return bench.installation.run("./ssh-tunnel-lab.sh", args, tunnelEnv());
  };
  const startTunnel = async ({ isKnown = true } = {}) => {
    const key = makeKey(folder, `key-${Math.random()}`);
    sshd = await TestSshd.start(folder, [key.publicKey]);
    writeFileSync(join(folder, "known_hosts"), isKnown ? `${sshd.knownHost()}\n` : "");
    const known = [`UserKnownHostsFile ${folder}/known_hosts`, "GlobalKnownHostsFile /dev/null"];
    writeFileSync(join(folder, "ssh_config"), `Host *\n${known.join("\n")}\n`);
    tunnelPort = await freePort();
    bench.installation.set({
      PNMLAB_TUNNEL_HOST: `${userInfo().username}@127.0.0.1`,
      PNMLAB_TUNNEL_SSH_PORT: String(sshd.port),
      PNMLAB_TUNNEL_LOCAL_PORT: String(tunnelPort),
      PNMLAB_TUNNEL_KEY: key.privateFile,
    });
    return await tunnel("start");
  };
  const stopTunnel = async () => {
    await tunnel("stop");
    await sshd.kill();
  };
  const throughTunnel = { env: tunnelEnv, undo: stopTunnel, isOfFiles: true, fails: ["tunnel"] };

  const tunnels: Sabotage[] = [
    {
      ...throughTunnel,
      what: "wrong tunnel port",
      make: async () => {
        expect(await startTunnel()).toMatchObject({ code: 0 });
        bench.installation.set({ PNMLAB_TUNNEL_LOCAL_PORT: String(await freePort()) });
      },
      says: { tunnel: /port/ },
    },
    {
      ...throughTunnel,
      what: "tunnel to a host with an unknown key",
      make: () => startTunnel({ isKnown: false }),
      says: { tunnel: /host key/ },
    },
    {
      ...throughTunnel,
      what: "ssh server of the tunnel gone",
      make: async () => {
        expect(await startTunnel()).toMatchObject({ code: 0 });
        await sshd.kill();
      },
      says: { tunnel: /no ssh server listens|connection/ },
    },
    {
      ...throughTunnel,
      what: "tunnel not started",
      make: async () => {
        expect(await startTunnel()).toMatchObject({ code: 0 });
        await tunnel("stop");
      },
      says: { tunnel: /^no tunnel is running$|^no tunnel is running(?!.*but one)/ },
    },
  ];

  const sabotages: Sabotage[] = [
    ...(sshdMissing ? [] : tunnels),
    {
      what: ".env with a typo in a name",
      isOfFiles: true,
      make: append("PNMLAB_HTP_PORT=5051"),
      fails: ["env.file"],
      says: { "env.file": /PNMLAB_HTP_PORT is not a known setting \(near: PNMLAB_HTTP_PORT\)/ },
    },
    {
      what: ".env with junk characters",
      isOfFiles: true,
      make: append("PNMLAB_LOG_LEVEL=info\u200b"),
      fails: ["env.file"],
      says: { "env.file": /no plain text in line \d+/ },
    },
    {
      what: ".env with line ends of Windows",
      isOfFiles: true,
      make: async () =>
        bench.installation.write(".env", bench.installation.read(".env").replaceAll("\n", "\r\n")),
      fails: ["env.file"],
      says: { "env.file": /carriage return/ },
    },
    {
      what: ".env that everybody can read",
      isOfFiles: true,
      make: () => bench.installation.must("chmod", ["644", ".env"]),
      fails: ["env.file"],
      says: { "env.file": /others may read/ },
    },
    {
      what: "empty agent token",
      make: () => bench.configure({ PNMLAB_AGENT_TOKEN: "" }),
      fails: ["env.secrets"],
      says: { "env.secrets": /PNMLAB_AGENT_TOKEN is empty/ },
    },
    {
      what: "token changed, agent not restarted",
      make: async () => {
        await bench.installation.must("scripts/setup", ["--rotate", "agent-token"]);
        await bench.installation.compose("up", "-d", "--no-deps", "backend");
      },
      fails: ["service.agent.settings"],
      says: {
        "service.agent.settings": /another PNMLAB_AGENT_TOKEN than \.env/,
        "agent.authenticated": /token mismatch/,
      },
    },
    {
      what: "token changed, nothing restarted",
      isOfFiles: true,
      make: () => bench.installation.must("scripts/setup", ["--rotate", "check-token"]),
      fails: ["service.backend.settings"],
      says: { "service.backend.settings": /another PNMLAB_CHECK_TOKEN/ },
    },
    {
      what: "a second agent with another token",
      make: () => startAgent({ PNMLAB_AGENT_TOKEN: "x".repeat(43) }),
      fails: ["agent.authenticated"],
      says: { "agent.authenticated": /refused \d+ times.*token mismatch/ },
      undo: stopAgent,
    },
    {
      what: "two agents with one name",
      make: () => startAgent({}),
      fails: ["agent.authenticated"],
      says: { "agent.authenticated": /another one.*already|name/ },
      undo: stopAgent,
    },
    {
      what: "agent under another name",
      make: () =>
        bench.edit(/PNMLAB_AGENT_NAME: .*(?=\n.*\n +PNMLAB_SIM_COMMUNITIES)/, "PNMLAB_AGENT_NAME: other-1"),
      fails: ["agent.authenticated"],
      says: { "agent.authenticated": /other-1/ },
    },
    {
      what: "agent config missing",
      make: () => bench.edit(/ +PNMLAB_AGENT_TOKEN: .*\n(?= +PNMLAB_SIM_COMMUNITIES)/, ""),
      fails: ["service.agent"],
      says: { "service.agent": /PNMLAB_AGENT_TOKEN/, "agent.authenticated": /agent lab-1/ },
    },
    {
      what: "backend with a setting that it cannot read",
      make: () => bench.configure({ PNMLAB_CMTS: "garbage" }, "backend"),
      fails: ["service.backend"],
      says: { "service.backend": /PNMLAB_CMTS/ },
    },
    {
      what: "missing mount",
      make: () =>
        bench.edit("volumes: [pnmlab-data:/data, pnmlab-tftp:/tftp]", "volumes: [pnmlab-data:/data]"),
      fails: ["mounts"],
      says: { mounts: /backend has nothing mounted at \/tftp/ },
    },
    {
      what: "mount of another directory",
      make: () =>
        bench.edit(
          "volumes: [pnmlab-data:/data, pnmlab-tftp:/tftp]",
          `volumes: [pnmlab-data:/data, "${folder}/other:/tftp"]`,
        ),
      fails: ["mounts"],
      says: { mounts: /backend reads \S+other, tftp-server writes \S+/ },
    },
    {
      what: "read-only mount",
      make: () => bench.edit("volumes: [pnmlab-tftp:/tftp]", 'volumes: ["pnmlab-tftp:/tftp:ro"]'),
      fails: ["mounts"],
      says: { mounts: /tftp-server has \/tftp mounted read-only/ },
    },
    {
      what: "TFTP server down",
      make: () => bench.installation.compose("stop", "tftp-server"),
      fails: ["service.tftp-server"],
      says: { "service.tftp-server": /exited/, "tftp.server": /no answer|does not answer|cannot be used/ },
    },
    {
      what: "TFTP port taken",
      make: async () => {
        const socket = createSocket("udp4");
        await new Promise<void>((resolve) => socket.bind(data.tftpPort, "0.0.0.0", resolve));
        release = () => socket.close();
        await bench.edit(
          "networks: [lab]\n    volumes: [pnmlab-tftp:/tftp]",
          "network_mode: host\n    volumes: [pnmlab-tftp:/tftp]",
        );
      },
      fails: ["service.tftp-server"],
      says: { "service.tftp-server": /in use.*it is held by process \d+/ },
      undo: async () => release(),
    },
    {
      what: "port conflict",
      make: async () => {
        await bench.installation.compose("stop", "backend");
        const server = createHttpServer((_, response) => response.end("another product"));
        release = await listen(server, data.httpPort, "127.0.0.1");
        await bench.installation.run("scripts/compose", ["lab", "up", "-d"]);
      },
      fails: ["service.backend"],
      says: { "service.backend": /(in use|allocated).*held by process \d+/ },
      undo: async () => release(),
    },
    {
      what: "wrong port in .env",
      isOfFiles: true,
      make: async () => bench.installation.set({ PNMLAB_HTTP_PORT: String(data.httpPort + 7) }),
      fails: ["ports"],
      says: {
        ports: new RegExp(`backend publishes ${data.httpPort}/tcp, \\.env says ${data.httpPort + 7}/tcp`),
      },
    },
    {
      what: "stale image",
      make: () => rebuild("agent", { PNMLAB_BUILD_COMMIT: "0123456789", PNMLAB_BUILD_DIRTY: "false" }),
      fails: ["image.agent"],
      says: { "image.agent": /built from commit 0123456789/ },
      undo: () => rebuild("agent", {}),
    },
    {
      what: "checkout newer than everything",
      isOfFiles: true,
      make: () =>
        bench.installation.must(
          "git",
          "-c user.name=t -c user.email=t@example.net commit -q --allow-empty -m Newer".split(" "),
        ),
      fails: SERVICES.map((service) => `image.${service}`),
      says: {
        "image.backend": /built from commit [0-9a-f]{10}/,
        "backend.build": /follows from image\.backend/,
      },
      undo: () => bench.installation.must("git", ["reset", "-q", "--hard", "HEAD~1"]),
    },
    {
      what: "dirty image",
      make: async () =>
        rebuild("simulator", {
          PNMLAB_BUILD_COMMIT: await bench.installation.must("git", ["rev-parse", "--short=10", "HEAD"]),
          PNMLAB_BUILD_DIRTY: "true",
        }),
      fails: ["image.simulator"],
      says: { "image.simulator": /uncommitted changes/ },
      undo: () => rebuild("simulator", {}),
    },
    {
      what: "simulator down",
      make: () => bench.installation.compose("stop", "simulator"),
      fails: ["service.simulator"],
      says: { "service.simulator": /exited/, "snmp.reach.lab-cmts-1": /follows from service\.simulator/ },
    },
    {
      what: "CMTS unreachable",
      make: () =>
        bench.configure(
          {
            PNMLAB_CMTS: `lab-cmts-1=simulator:${data.httpPort + 11111}/sim,far=${data.subnet.replace("0/24", "249")}:161/sim`,
          },
          "backend",
        ),
      fails: ["snmp.reach.far"],
      says: { "snmp.reach.far": /unreachable|no answer/ },
    },
    {
      what: "wrong community",
      make: () =>
        bench.configure({
          PNMLAB_SNMP_PROFILES: "other=v2c:nobody:nobody",
          PNMLAB_CMTS: `lab-cmts-1=simulator:${data.httpPort + 11111}/other`,
        }),
      fails: ["snmp.reach.lab-cmts-1"],
      says: { "snmp.reach.lab-cmts-1": /no answer .* profile other .*wrong community/ },
    },
    {
      what: "CMTS outside of the agent's networks",
      make: () => bench.configure({ PNMLAB_CMTS: "far=203.0.113.7:161/sim" }, "backend"),
      fails: ["snmp.reach.far"],
      says: { "snmp.reach.far": /PNMLAB_AGENT_TARGETS/ },
    },
    {
      what: "expired certificate",
      make: async () => {
        const gateway = data.subnet.replace("0/24", "1");
        const server = createHttpsServer(expiredCertificate(folder, gateway));
        release = await listen(server, 0, gateway);
        const { port } = server.address() as { port: number };
        await bench.configure({ PNMLAB_PUBLIC_URL: `https://${gateway}:${port}/` }, "backend");
      },
      fails: ["tls.certificate"],
      says: { "tls.certificate": /has expired on 2020-/ },
      undo: async () => release(),
    },
    {
      what: "agent's clock off by an hour",
      make: () =>
        bench.edit(
          "PNMLAB_HTTP_HOST: backend\n",
          `PNMLAB_HTTP_HOST: backend\n      NODE_OPTIONS: "--import=${HOUR_AHEAD}"\n`,
        ),
      fails: ["agent.clock"],
      says: { "agent.clock": /3600\.\d s ahead|3599\.\d s ahead/ },
    },
    {
      what: "backend's clock off by an hour",
      make: () =>
        bench.edit(
          "PNMLAB_HTTP_HOST: 0.0.0.0\n",
          `PNMLAB_HTTP_HOST: 0.0.0.0\n      NODE_OPTIONS: "--import=${HOUR_AHEAD}"\n`,
        ),
      fails: ["clock"],
      says: { clock: /differ by (3600|35\d\d) s/, "agent.clock": /behind the backend's/ },
    },
    {
      what: "full disk",
      make: async () => {
        const text = bench.installation.read("docker/compose.lab.yaml");
        bench.installation.write(
          "docker/compose.lab.yaml",
          `${text
            .replaceAll("pnmlab-tftp:/tftp", "pnmlab-small:/tftp")
            .trimEnd()}\n  pnmlab-small:\n    driver_opts: { type: tmpfs, device: tmpfs, o: "size=4m,uid=1000,gid=1000" }\n`,
        );
        await bench.installation.compose("up", "-d");
        const fill =
          'const fs = require("fs"); const f = fs.openSync("/tftp/ballast", "w"); try { for (;;) fs.writeSync(f, Buffer.alloc(4096)); } catch {}';
        await bench.installation.compose("exec", "-T", "backend", "node", "-e", fill);
      },
      fails: ["storage.disk"],
      says: { "storage.disk": /the disk of \/tftp is full/ },
    },
    {
      what: "Compose v1 with a new engine",
      isOfFiles: true,
      make: async () => {
        mkdirSync(join(folder, "bin"));
        const real = execFileSync("sh", ["-c", "command -v docker"], {
          encoding: "utf8",
          env: data.env,
        }).trim();
        const script = `#!/bin/sh
case "$0 $*" in
  *"compose version --short") echo 1.29.2 ;;
  *"docker version --format {{.Server.Version}}") echo 28.1.0 ;;
  *docker-compose\\ * | *"docker compose "*) echo "KeyError: 'ContainerConfig'" >&2; touch '${folder}/corrupted'; exit 1 ;;
  *) exec ${real} "$@" ;;
esac
`;
        for (const name of ["docker", "docker-compose"]) {
          writeFileSync(join(folder, "bin", name), script);
          chmodSync(join(folder, "bin", name), 0o755);
        }
      },
      env: stubbed,
      fails: ["compose.version"],
      says: { "compose.version": /Compose 1\.29\.2, engine 28\.1\.0: v1 breaks containers/ },
      andThen: async () => {
        const { code, stderr } = await bench.installation.run(
          "scripts/compose",
          ["lab", "up", "-d"],
          stubbed(),
        );
        expect(code).toBe(1);
        expect(stderr).toMatch(/v1 breaks containers .* Fix: install Compose v2/);
        expect(() => execFileSync("ls", [join(folder, "corrupted")], { stdio: "ignore" })).toThrow();
      },
    },
    {
      what: "engine that does not answer",
      isOfFiles: true,
      make: async () => undefined,
      args: ["--mode", "docker"],
      env: () => ({ COMPOSE_KNOWN: "", DOCKER_HOST: `unix://${folder}/no.sock` }),
      fails: ["engine"],
      says: { engine: /the Docker engine does not answer/ },
    },
  ];

  test.for(sabotages.map((sabotage) => [sabotage.what, sabotage] as const))(
    "%s: named by its check",
    async ([, sabotage]) => {
      await bench.prove(sabotage);
    },
  );

  test("mended, it passes every check again", async () => {
    expect(findings(await bench.installation.untilPassed(20_000))).toEqual([]);
  });
});
