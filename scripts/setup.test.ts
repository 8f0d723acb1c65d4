import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureEnvFile, loadConfig } from "@pnmlab/config";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const checkout = join(import.meta.dirname, "..");

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pnmlab-setup-"));
  mkdirSync(join(root, "scripts"));
  cpSync(join(checkout, "scripts/lib"), join(root, "scripts/lib"), { recursive: true });
  copyFileSync(join(checkout, "scripts/setup"), join(root, "scripts/setup"));
  copyFileSync(join(checkout, ".env.example"), join(root, ".env.example"));
});
afterEach(() => rmSync(root, { recursive: true }));

const setup = (...args: string[]) => execFileSync(join(root, "scripts/setup"), args, { encoding: "utf8" });
const env = () => readFileSync(join(root, ".env"), "utf8");
const withoutSecrets = (text: string) => text.replace(/^(PNMLAB_[A-Z]+_(?:TOKEN|KEY))=.+$/gm, "$1=made");

describe("scripts/setup", () => {
  it("makes the same .env as the first start of the programs, with secrets of its own", () => {
    setup();
    const made = env();
    rmSync(join(root, ".env"));
    ensureEnvFile(root);
    expect(withoutSecrets(made)).toBe(withoutSecrets(env()));
    expect(made).not.toBe(env());
    expect(made.match(/^PNMLAB_(AGENT_TOKEN|SESSION_KEY|CHECK_TOKEN)=[\w-]{43}$/gm)).toHaveLength(3);
  });

  it("makes a file of mode 600 that backend and agent accept", () => {
    setup();
    expect(statSync(join(root, ".env")).mode & 0o777).toBe(0o600);
    for (const program of ["backend", "agent"] as const) loadConfig(program, { rootDir: root, env: {} });
  });

  it("changes nothing in its second run", () => {
    setup();
    const before = env();
    expect(setup()).toContain("has all its secrets");
    expect(env()).toBe(before);
  });

  it("adds only what is missing and keeps every line of an existing file", () => {
    const token = "t".repeat(40);
    writeFileSync(
      join(root, ".env"),
      `# mine\nPNMLAB_AGENT_TOKEN='${token}'\nPNMLAB_SNMP_PROFILES='a=v2c:$x:\`y'`,
    );
    chmodSync(join(root, ".env"), 0o644);
    setup();
    expect(env()).toMatch(
      /^# mine\nPNMLAB_AGENT_TOKEN='t{40}'\nPNMLAB_SNMP_PROFILES='a=v2c:\$x:`y'\nPNMLAB_SESSION_KEY=[\w-]{43}\nPNMLAB_CHECK_TOKEN=[\w-]{43}\n$/,
    );
    expect(statSync(join(root, ".env")).mode & 0o777).toBe(0o600);
  });

  it("rotates the named secret alone and says what must be restarted, without showing the value", () => {
    setup();
    const before = env();
    const said = setup("--rotate", "agent-token");
    const token = (text: string) => /^PNMLAB_AGENT_TOKEN=(.*)$/m.exec(text)![1]!;
    expect(token(env())).not.toBe(token(before));
    expect(env().replace(token(env()), "")).toBe(before.replace(token(before), ""));
    expect(said).toContain("restart backend and agent");
    expect(said).not.toContain(token(env()));
  });

  it("refuses a secret that it does not know", () => {
    const result = spawnSync(join(root, "scripts/setup"), ["--rotate", "password"], { encoding: "utf8" });
    expect(result.status).not.toBe(0);
    expect(result.stderr).toContain("agent-token, session-key, check-token");
  });
});
