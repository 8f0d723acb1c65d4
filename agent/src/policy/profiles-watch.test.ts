import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { integer } from "../../test/ber.ts";
import { honest, UdpPeer } from "../../test/udp-peer.ts";
import { SnmpEngine } from "../snmp/index.ts";
import { Policy, ProfilesWatch, profilesOf } from "./index.ts";

const OID = "1.3.6.1.2.1.1.7.0";

async function start() {
  const folder = mkdtempSync(join(tmpdir(), "pnmlab-profiles-"));
  const peer = await UdpPeer.start(honest(new Map([[OID, integer(72)]])));
  const path = join(folder, "profiles.json");
  const write = (text: string) => {
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  const communities = (read: Record<string, string>) =>
    write(
      JSON.stringify({
        profiles: Object.entries(read).map(([name, readCommunity]) => ({
          name,
          version: "v2c",
          readCommunity,
        })),
      }),
    );
  communities({ modem: "secret-first", other: "secret-other" });
  const settings = {
    snmpProfiles: [],
    snmpProfilesFile: path,
    simCommunities: { read: "public", write: "private" },
  };
  const policy = new Policy({ targets: ["127.0.0.0/8"], setSubtrees: [], profiles: profilesOf(settings) });
  const engine = new SnmpEngine();
  const lines: string[] = [];
  const note = (_fields: object, text: string) => void lines.push(text);
  const watch = new ProfilesWatch({
    path,
    read: () => profilesOf(settings),
    use: (profiles) => policy.useProfiles(profiles),
    log: { info: note, warn: note, error: note } as never,
    everyMs: 10,
  });
  onTestFinished(async () => {
    watch[Symbol.dispose]();
    engine[Symbol.dispose]();
    await peer[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  /** The community with which the device is asked. */
  const asked = async (profile: string) => {
    const endpoint = await policy.endpointOf({ host: "127.0.0.1", port: peer.port, profile }, 1000);
    await engine.get(endpoint, [OID], { deadlineMs: 5000 });
    return peer.requests.at(-1)!.community;
  };
  return { path, write, communities, policy, engine, lines, asked };
}

it("takes a changed community, a new profile and one that is gone over without a restart", async () => {
  const { communities, policy, lines, asked, engine } = await start();
  expect(await asked("modem")).toBe("secret-first");
  expect(await asked("other")).toBe("secret-other");
  communities({ modem: "secret-second", added: "secret-added" });
  await expect.poll(() => policy.profileNames).toEqual(["sim", "modem", "added"]);
  expect(await asked("modem")).toBe("secret-second");
  expect(await asked("added")).toBe("secret-added");
  await expect(asked("other")).rejects.toMatchObject({ code: "SNMP_PROFILE_UNKNOWN" });
  expect(lines).toEqual(["SNMP profiles are new: modem, added, other"]);
  expect(engine.openSessions).toBe(3);
});

it("keeps the profiles of before where the file cannot be used, says why once, and takes it when it is mended", async () => {
  const { path, write, communities, lines, asked } = await start();
  write('{"profiles": [{"name": "modem", "version": "v2c", "readCommunity": "secret');
  await expect.poll(() => lines.length).toBe(1);
  expect(lines[0]).toMatch(/^the SNMP profiles of before stay in use: .* it is not JSON$/);
  expect(await asked("modem")).toBe("secret-first");
  rmSync(path);
  await expect.poll(() => lines.length).toBe(2);
  communities({ modem: "secret-third" });
  await expect.poll(() => lines.length).toBe(3);
  expect(await asked("modem")).toBe("secret-third");
  chmodSync(path, 0o644);
  await expect.poll(() => lines.length).toBe(4);
  expect(await asked("modem")).toBe("secret-third");
  expect(lines.join("\n")).not.toContain("secret");
});

it("leaves open sessions alone where the file was only touched", async () => {
  const { communities, policy, lines, asked } = await start();
  await asked("modem");
  const before = (await policy.endpointOf({ host: "127.0.0.1", port: 1, profile: "modem" }, 1000)).profile;
  communities({ modem: "secret-first", other: "secret-changed" });
  await expect.poll(() => lines).toEqual(["SNMP profiles are new: other"]);
  const after = (await policy.endpointOf({ host: "127.0.0.1", port: 1, profile: "modem" }, 1000)).profile;
  expect(after).toBe(before);
});
