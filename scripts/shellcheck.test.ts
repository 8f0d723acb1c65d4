import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

/** Every bash script of the product: `*.sh`, and files without an extension that bash runs. */
function bashScripts(): string[] {
  const folders = [".", ".ci", "agent/pack", "docker", "scripts", "scripts/lib", "tests", "tests/deploy"];
  return folders.flatMap((folder) => {
    let names: string[];
    try {
      names = readdirSync(join(root, folder), { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(folder, entry.name));
    } catch {
      return [];
    }
    return names.filter(
      (name) =>
        name.endsWith(".sh") ||
        (!/\.\w+$/.test(name) && /^#!.*\bbash\b/.test(readFileSync(join(root, name), "utf8").slice(0, 80))),
    );
  });
}

/** It follows every library of every script. */
const TIMEOUT_MS = 120_000;

const isInstalled = spawnSync("shellcheck", ["--version"]).status === 0;
if (!isInstalled) process.stdout.write("shellcheck is not installed: the bash scripts are not linted.\n");

it("finds the bash scripts", () => {
  expect(bashScripts()).toEqual(expect.arrayContaining([".ci/run", "scripts/setup", "scripts/lib/env.sh"]));
});

/** What shellcheck says of these scripts, which is nothing where all is well. */
function lint(scripts: string[], ...options: string[]): string {
  const result = spawnSync("shellcheck", ["-x", "-P", "SCRIPTDIR", ...options, ...scripts], {
    cwd: root,
    encoding: "utf8",
  });
  return result.stdout + result.stderr;
}

const isLibrary = (name: string) => name.startsWith("scripts/lib/");

it.skipIf(!isInstalled)(
  "shellcheck has nothing to say about any bash script",
  () => {
    expect(lint(bashScripts().filter((name) => !isLibrary(name)))).toBe("");
  },
  TIMEOUT_MS,
);

it.skipIf(!isInstalled)(
  "shellcheck has nothing to say about any library, whose variables its callers share",
  () => {
    expect(lint(bashScripts().filter(isLibrary), "--exclude=SC2034,SC2154")).toBe("");
  },
  TIMEOUT_MS,
);
