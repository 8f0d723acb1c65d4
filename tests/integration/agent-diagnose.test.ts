import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "@pnmlab/config";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { diagnose } from "../../agent/src/examine/index.ts";

const SNMPD = "/usr/sbin/snmpd";
const isMissing = !existsSync(SNMPD);
if (isMissing) console.warn(`skipped: ${SNMPD} is missing; on Debian: apt-get install snmpd`);

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const PASSWORD = "secret-auth-1";

describe.skipIf(isMissing)("a diagnosis of Debian's snmpd", () => {
  const stack = new AsyncDisposableStack();
  let port = 0;
  let profilesFile = "";

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), "pnmlab-diagnose-"));
    stack.defer(() => rm(directory, { recursive: true, force: true }));
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    ({ port } = socket.address());
    socket.close();
    const settings = `rocommunity secret-r\nrocommunity elsewhere 10.99.99.99\nrouser jump auth\ncreateUser jump SHA-256 ${PASSWORD}\n`;
    await writeFile(join(directory, "snmpd.conf"), settings);
    profilesFile = join(directory, "profiles.json");
    const v2c = (name: string, readCommunity: string) => ({ name, version: "v2c", readCommunity });
    const v3 = (name: string, password: string) => ({
      name,
      version: "v3",
      user: "jump",
      auth: { protocol: "SHA-256", password },
    });
    const profiles = [
      v2c("right", "secret-r"),
      v2c("wrong", "secret-x"),
      v2c("not-from-here", "elsewhere"),
      v3("user", PASSWORD),
      v3("wrong-user", "secret-auth-2"),
    ];
    await writeFile(profilesFile, JSON.stringify({ profiles }));
    await chmod(profilesFile, 0o600);
    const child = spawn(
      SNMPD,
      [
        "-f",
        "-Ln",
        "-C",
        "-c",
        join(directory, "snmpd.conf"),
        "-p",
        join(directory, "pid"),
        `udp:127.0.0.1:${port}`,
      ],
      {
        env: {
          ...process.env,
          SNMP_PERSISTENT_DIR: join(directory, "state"),
          SNMPCONFPATH: directory,
          MIBS: "",
        },
        stdio: "ignore",
      },
    );
    stack.defer(async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    });
    await vi.waitUntil(async () => (await climb("right")).udp?.state === "ok", { timeout: 60_000 });
  }, 30_000);
  afterAll(() => stack.disposeAsync());

  async function climb(profile: string) {
    const env = { PNMLAB_AGENT_TOKEN: "t".repeat(40), PNMLAB_SNMP_PROFILES_FILE: profilesFile };
    const { config } = loadConfig("agent", { rootDir: tmpdir(), env });
    const options = { address: `127.0.0.1:${port}`, profile, writeTest: true, log: silent };
    const rows = await diagnose(config, options);
    expect(JSON.stringify(rows)).not.toMatch(/secret|elsewhere/);
    return Object.fromEntries(rows.map((row) => [row.name, row]));
  }

  test.each(["right", "user"])(
    "with profile %s reads what it is and its clock, and finds no PNM",
    async (profile) => {
      const rows = await climb(profile);
      expect(rows.credentials?.state).toBe("ok");
      expect(rows.sysDescr?.message).toContain("Linux");
      expect(rows.clock).toMatchObject({
        state: "ok",
        message: "the device's clock agrees with this machine's",
      });
      expect(rows["pnm-mib"]).toMatchObject({ state: "failed", fix: expect.stringContaining("DOCSIS 3.1") });
      expect(rows.write?.state).toBe("not reached");
    },
  );

  test.each(["wrong", "not-from-here"])(
    "with profile %s finds the port open and the community not accepted, though the device is silent",
    async (profile) => {
      const rows = await climb(profile);
      expect(rows.udp?.state).toBe("ok");
      expect(rows.credentials).toMatchObject({
        state: "failed",
        message: expect.stringContaining(`silent to the community of profile ${profile}`),
        fix: expect.stringContaining("access list"),
      });
      expect(rows["pnm-mib"]?.state).toBe("not reached");
    },
    20_000,
  );

  test("with a user of another password finds the port open and the user refused", async () => {
    const rows = await climb("wrong-user");
    expect(rows.udp?.state).toBe("ok");
    expect(rows.credentials).toMatchObject({
      state: "failed",
      message: expect.stringContaining("wrong-user"),
    });
  });
});
