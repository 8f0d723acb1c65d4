import { execFileSync, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SnmpEngine, type SnmpProfile } from "../../agent/src/snmp/index.ts";

const SNMPD = "/usr/sbin/snmpd";
const isMissing = !existsSync(SNMPD);
if (isMissing) console.warn(`skipped: ${SNMPD} is missing; on Debian: apt-get install snmpd`);

const SYS_NAME = "1.3.6.1.2.1.1.5.0";
const SYS_CONTACT = "1.3.6.1.2.1.1.4.0";
const SYS_OR_ENTRY = "1.3.6.1.2.1.1.9.1";
const SYSTEM = "1.3.6.1.2.1.1";
const limits = { deadlineMs: 10_000 };

const PASSWORD = "secret-auth-1";
const KEY = "secret-priv-1";
const auth = (
  protocol: "MD5" | "SHA-1" | "SHA-224" | "SHA-256" | "SHA-384" | "SHA-512",
  password = PASSWORD,
) => ({
  protocol,
  password,
});

/** A user of snmpd with the words of its own configuration, and the same as a profile of the agent. */
const USERS: { create: string; may: string; profile: Extract<SnmpProfile, { version: "v3" }> }[] = [
  { create: "open", may: "noauth", profile: { name: "noAuthNoPriv", version: "v3", user: "open" } },
  ...(["SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"] as const).map((protocol) => {
    const user = `auth${protocol.replace("-", "").toLowerCase()}`;
    return {
      create: `${user} ${protocol === "SHA-1" ? "SHA" : protocol} ${PASSWORD}`,
      may: "auth",
      profile: { name: `authNoPriv ${protocol}`, version: "v3" as const, user, auth: auth(protocol) },
    };
  }),
  ...(
    [
      ["SHA-1", "AES-128", "AES"],
      ["SHA-256", "AES-128", "AES"],
      ["SHA-512", "AES-256", "AES-256"],
    ] as const
  ).map(([hash, cipher, word]) => {
    const user = `priv${hash.replace("-", "").toLowerCase()}${cipher.slice(4)}`;
    return {
      create: `${user} ${hash === "SHA-1" ? "SHA" : hash} ${PASSWORD} ${word} ${KEY}`,
      may: "priv",
      profile: {
        name: `authPriv ${hash} ${cipher}`,
        version: "v3" as const,
        user,
        auth: auth(hash),
        priv: { protocol: cipher, password: KEY },
      },
    };
  }),
];

const PROFILES: SnmpProfile[] = [
  { name: "v1", version: "v1", readCommunity: "secret-r", writeCommunity: "secret-w" },
  { name: "v2c", version: "v2c", readCommunity: "secret-r", writeCommunity: "secret-w" },
  ...USERS.map(({ profile }) => profile),
];

describe.skipIf(isMissing)("Debian's snmpd", () => {
  const stack = new AsyncDisposableStack();
  const engine = stack.use(new SnmpEngine());
  let port = 0;

  const endpoint = (profile: SnmpProfile) => ({
    host: "127.0.0.1",
    address: "127.0.0.1",
    family: 4 as const,
    port,
    profile,
  });

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), "pnmlab-snmpd-"));
    stack.defer(() => rm(directory, { recursive: true, force: true }));
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    ({ port } = socket.address());
    socket.close();
    const settings = [
      "rocommunity secret-r",
      "rwcommunity secret-w",
      ...USERS.flatMap(({ create, may, profile }) => [
        `createUser ${create}`,
        `rwuser ${profile.user} ${may}`,
      ]),
      "",
    ];
    await writeFile(join(directory, "snmpd.conf"), settings.join("\n"));
    const args = ["-f", "-Ln", "-C", "-c", join(directory, "snmpd.conf"), "-p", join(directory, "pid")];
    const child = spawn(SNMPD, [...args, `udp:127.0.0.1:${port}`], {
      env: {
        ...process.env,
        MIBS: "",
        SNMP_PERSISTENT_DIR: join(directory, "state"),
        SNMPCONFPATH: directory,
      },
      stdio: "ignore",
    });
    stack.defer(async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    });
    await engine.get(endpoint(PROFILES[1]!), [SYS_NAME], { deadlineMs: 20_000 });
  });
  afterAll(() => stack.disposeAsync());

  it.each(PROFILES)("is read, walked and SET with $name", async (profile) => {
    const target = endpoint(profile);
    const [name] = await engine.get(target, [SYS_NAME], limits);
    expect(name?.value.type).toBe("OctetString");

    const [next] = await engine.getNext(target, [SYSTEM], limits);
    expect(next?.oid).toBe(`${SYSTEM}.1.0`);

    const walked = await engine.walk(target, SYSTEM, 1000, limits);
    expect(walked.length).toBeGreaterThan(10);
    const ofCommand = execFileSync(
      "snmpwalk",
      ["-v2c", "-c", "secret-r", "-On", `127.0.0.1:${port}`, SYSTEM],
      { encoding: "utf8" },
    );
    const oids = ofCommand.split("\n").flatMap((line) => /^\.(\S+) = /.exec(line)?.[1] ?? []);
    expect(walked.map(({ oid }) => oid)).toEqual(oids);

    const contact = { type: "OctetString" as const, value: Buffer.from(profile.name).toString("hex") };
    await engine.set(target, [{ oid: SYS_CONTACT, value: contact }], limits);
    expect(await engine.get(target, [SYS_CONTACT], limits)).toEqual([{ oid: SYS_CONTACT, value: contact }]);
  });

  it.each(PROFILES.slice(0, 3))("has its tables read by rows with $name", async (profile) => {
    const cells: string[] = [];
    const rows = await engine.table(
      endpoint(profile),
      SYS_OR_ENTRY,
      [2, 3, 4],
      1000,
      (some) => void cells.push(...some.map(({ oid }) => oid)),
      limits,
    );
    expect(rows).toBeGreaterThan(3);
    expect(cells).toHaveLength(3 * rows);
    expect(cells.slice(0, 6)).toEqual([
      `${SYS_OR_ENTRY}.2.1`,
      `${SYS_OR_ENTRY}.3.1`,
      `${SYS_OR_ENTRY}.4.1`,
      `${SYS_OR_ENTRY}.2.2`,
      `${SYS_OR_ENTRY}.3.2`,
      `${SYS_OR_ENTRY}.4.2`,
    ]);
  });

  it("answers GETBULK with what follows, repetition after repetition", async () => {
    const oids = [`${SYSTEM}.5`, `${SYS_OR_ENTRY}.2`, `${SYS_OR_ENTRY}.3`];
    const size = { nonRepeaters: 1, maxRepetitions: 2 };
    const varbinds = await engine.getBulk(endpoint(PROFILES[1]!), oids, size, limits);
    expect(varbinds.map(({ oid }) => oid)).toEqual([
      SYS_NAME,
      `${SYS_OR_ENTRY}.2.1`,
      `${SYS_OR_ENTRY}.3.1`,
      `${SYS_OR_ENTRY}.2.2`,
      `${SYS_OR_ENTRY}.3.2`,
    ]);
  });

  it.each([
    ["a user that it does not know", { user: "nobody" }, "SNMP_SECURITY", /does not know the user/],
    [
      "a wrong password",
      { auth: auth("SHA-256", "wrong-password") },
      "SNMP_SECURITY",
      /authentication password/,
    ],
    ["another hash", { auth: auth("SHA-512") }, "SNMP_SECURITY", /authentication password/],
    [
      "less security than it asks for",
      { auth: undefined, priv: undefined },
      "SNMP_ERROR_STATUS",
      /authorizationError/,
    ],
  ])("refuses %s, and the error says so without the password", async (what, change, code, text) => {
    const profile = USERS.find(({ profile }) => profile.user === "privsha256128")!.profile;
    const wrong = { ...profile, ...change, name: what };
    const error = await engine.get(endpoint(wrong), [SYS_NAME], limits).then(
      () => expect.fail("it was expected to be refused"),
      (reason: unknown) => reason as Error & { code: string },
    );
    expect(error).toMatchObject({ code, message: expect.stringMatching(text) });
    expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toMatch(
      /secret|wrong-password/,
    );
  });
});
