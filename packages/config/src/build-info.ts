import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultRootDir } from "./load.ts";

export interface BuildInfo {
  version: string;
  commit: string;
  dirty: boolean;
  builtAt: string;
}

/**
 * Which code is running. Images and the start script pass it in `PNMLAB_BUILD_COMMIT`, `_DIRTY` and
 * `_TIME`; a checkout asks git; a tree without git says `unknown`.
 */
export function readBuildInfo(env: Readonly<Record<string, string | undefined>> = process.env): BuildInfo {
  const rootPackage = JSON.parse(readFileSync(join(defaultRootDir, "package.json"), "utf8")) as {
    version: string;
  };
  const { version } = rootPackage;
  if (env.PNMLAB_BUILD_COMMIT) {
    return {
      version,
      commit: env.PNMLAB_BUILD_COMMIT,
      dirty: env.PNMLAB_BUILD_DIRTY === "true",
      builtAt: env.PNMLAB_BUILD_TIME ?? new Date().toISOString(),
    };
  }
  const builtAt = new Date().toISOString();
  try {
    const commit = git("rev-parse", "--short=10", "HEAD");
    return { version, commit, dirty: git("status", "--porcelain") !== "", builtAt };
  } catch {
    return { version, commit: "unknown", dirty: true, builtAt };
  }
}

function git(...args: string[]): string {
  return execFileSync("git", ["-C", defaultRootDir, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}
