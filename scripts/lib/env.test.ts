import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { envExample, loadConfig, type Program, variables } from "@pnmlab/config";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const library = join(import.meta.dirname, "env.sh");
const programs: Program[] = ["backend", "agent", "simulator", "tftp-server", "lab", "scripts"];

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pnmlab-env-"));
  writeFileSync(join(root, ".env.example"), envExample());
});
afterEach(() => rmSync(root, { recursive: true }));

/** What scripts see: text and layer of every setting, by name. */
function readByScripts(env: Record<string, string> = {}): Map<string, { text: string; layer: string }> {
  const script = `. "$1"; config_load "$2"
    for name in "\${CONFIG_NAMES[@]}"; do printf '%s\\0%s\\0%s\\0' "$name" "$(config_get "$name")" "$(config_layer "$name")"; done`;
  const output = execFileSync("bash", ["--norc", "-euo", "pipefail", "-c", script, "bash", library, root], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, ...env },
  });
  const fields = output.split("\0");
  const values = new Map<string, { text: string; layer: string }>();
  for (let at = 0; at + 2 < fields.length; at += 3) {
    values.set(fields[at]!, { text: fields[at + 1]!, layer: fields[at + 2]! });
  }
  return values;
}

/** What the programs see: every setting that is no secret, from all programs together. */
function readByPrograms(env: Record<string, string> = {}): Map<string, { text: string; layer: string }> {
  const values = new Map<string, { text: string; layer: string }>();
  for (const program of programs) {
    for (const { name, value, layer } of loadConfig(program, { rootDir: root, env }).effective) {
      // A secret is told as set or not.
      if (value !== "set, not shown") values.set(name, { text: value === "not set" ? "" : value, layer });
    }
  }
  return values;
}

const secrets = [
  `PNMLAB_AGENT_TOKEN=${"a".repeat(40)}`,
  `PNMLAB_SESSION_KEY=${"b".repeat(40)}`,
  `PNMLAB_CHECK_TOKEN=${"c".repeat(40)}`,
];

function expectTheSame(env: Record<string, string> = {}): void {
  const byScripts = readByScripts(env);
  expect([...byScripts.keys()]).toEqual(Object.values(variables).map(({ name }) => name));
  for (const [name, expected] of readByPrograms(env)) {
    expect({ name, ...byScripts.get(name) }).toEqual({ name, ...expected });
  }
}

describe("the settings that scripts read", () => {
  it("are those of the programs where only secrets are given", () => {
    writeFileSync(join(root, ".env"), secrets.join("\n"));
    expectTheSame();
  });

  it("are those of the programs with quotes, comments, blanks, export and a relative folder", () => {
    const lines = [
      ...secrets,
      "# a comment with PNMLAB_HTTP_PORT=1",
      "export PNMLAB_HTTP_PORT = 60000 # why",
      "PNMLAB_DATA_DIR='my data # 1'",
      'PNMLAB_AGENT_NAME="hq-1"',
      "PNMLAB_TFTP_PORT=",
      "  PNMLAB_PUBLIC_URL=https://pnm.example/?a=b",
      "PNMLAB_CMTS=a=10.0.0.1:161/x,b=10.0.0.2:161/x",
      "PNMLAB_SNMP_PROFILES='x=v2c:$(touch nothing)`id`:w$HOME'",
    ];
    writeFileSync(join(root, ".env"), `${lines.join("\n")}\n`);
    expectTheSame();
    expect(readByScripts().get("PNMLAB_SNMP_PROFILES")!.text).toBe("x=v2c:$(touch nothing)`id`:w$HOME");
  });

  it("come from the environment before the file, unless the environment gives an empty text", () => {
    writeFileSync(
      join(root, ".env"),
      [...secrets, "PNMLAB_HTTP_PORT=5060", "PNMLAB_SIMULATOR=off"].join("\n"),
    );
    const env = { PNMLAB_HTTP_PORT: "5061", PNMLAB_SIMULATOR: "", PNMLAB_TFTP_HOST: "10.1.1.1" };
    expectTheSame(env);
    expect(readByScripts(env).get("PNMLAB_HTTP_PORT")).toEqual({ text: "5061", layer: "environment" });
  });

  it("derive ports near the end of the range as the programs do", () => {
    for (const port of ["65535", "54424", "54423", "1"]) {
      writeFileSync(join(root, ".env"), [...secrets, `PNMLAB_HTTP_PORT=${port}`].join("\n"));
      expectTheSame();
    }
  });
});
