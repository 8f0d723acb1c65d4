import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readSnmpProfiles } from "./snmp-profiles.ts";

async function file(content: unknown, mode = 0o600): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "pnmlab-profiles-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, "profiles.json");
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  await chmod(path, mode);
  return path;
}

/** What is said of a file that cannot be used; never what is in it. */
function refusalOf(path: string): string {
  try {
    readSnmpProfiles(path);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    expect(code).toBe("CONFIG_INVALID");
    expect(message).not.toMatch(/secret/);
    return message;
  }
  return expect.fail("the file was expected to be refused");
}

const community = { name: "modem", version: "v2c", readCommunity: "secret-r" };
const user = {
  name: "cmts",
  version: "v3",
  user: "pnm",
  auth: { protocol: "SHA-256", password: "secret-password" },
  priv: { protocol: "AES-128", password: "secret-key" },
  maxOutstanding: 4,
};

it("reads communities and users", async () => {
  expect(readSnmpProfiles(await file({ profiles: [community, user] }))).toEqual([community, user]);
  expect(readSnmpProfiles(await file({ profiles: [community] }, 0o640))).toHaveLength(1);
});

it.each([0o644, 0o604, 0o660, 0o602])(
  "refuses a file that others may read or change (mode %o)",
  async (mode) => {
    expect(refusalOf(await file({ profiles: [community] }, mode))).toContain("chmod 600");
  },
);

it.each<[string, unknown, RegExp]>([
  ["is not JSON", '{"profiles": [secret', /is not JSON/],
  ["has an unknown field", { profiles: [{ ...community, comunity: "secret" }] }, /unknown fields comunity/],
  [
    "names one profile twice",
    { profiles: [community, { ...user, name: "modem" }] },
    /two profiles are named modem/,
  ],
  [
    "has a password that is too short",
    { profiles: [{ ...user, priv: { protocol: "AES-128", password: "short" } }] },
    /priv\.password/,
  ],
  ["has privacy without authentication", { profiles: [{ ...user, auth: undefined }] }, /priv needs auth/],
  [
    "has a hash that does not exist",
    { profiles: [{ ...user, auth: { protocol: "SHA-3", password: "secret-password" } }] },
    /auth\.protocol/,
  ],
])("refuses a file that %s, and says where", async (_what, content, words) => {
  expect(refusalOf(await file(content))).toMatch(words);
});

it("says that a file is not there", () => {
  expect(refusalOf("/nonexistent/profiles.json")).toMatch(/cannot be read/);
});
