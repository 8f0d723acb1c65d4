import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { defaultRootDir, readBuildInfo } from "@pnmlab/config";
import { bundleAgent } from "./agent-pack/bundle.ts";

// Packs the agent into one tar.gz that needs Node and nothing else: agent-pack [FOLDER].
const build = readBuildInfo();
const target = resolve(process.env.INIT_CWD ?? process.cwd(), process.argv[2] ?? ".");
const name = `pnmlab-agent-${build.version}`;
const work = mkdtempSync(join(tmpdir(), "pnmlab-pack-"));
try {
  const folder = join(work, name);
  mkdirSync(folder);
  cpSync(join(defaultRootDir, "agent", "pack"), folder, { recursive: true });
  const bundle = await bundleAgent(folder, build);
  chmodSync(bundle, 0o755);
  const about = { name: "pnmlab-agent", version: build.version, private: true, type: "module" };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(about, null, 2)}\n`);
  mkdirSync(target, { recursive: true });
  const archive = join(target, `${name}.tar.gz`);
  execFileSync("tar", ["-czf", archive, "--owner=0", "--group=0", "-C", work, name]);
  const sizeText = (path: string) => `${(statSync(path).size / 1e6).toFixed(2)} MB`;
  process.stdout.write(`${archive}: ${sizeText(archive)}, of it agent.mjs ${sizeText(bundle)} unpacked\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
