import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { defaultRootDir } from "@pnmlab/config";
import { PnmLabError } from "@pnmlab/kit";

const SOURCES = [
  "frontend",
  "packages/kit",
  "packages/pnm-analysis",
  "packages/pnm-codec",
  "packages/protocol",
  "pnpm-lock.yaml",
];
const SKIPPED = new Set(["node_modules", "dist"]);

/**
 * Builds the page unless the one that is there was built from exactly these sources.
 *
 * @throws PnmLabError `PAGE_BUILD` with the output of the build.
 */
export async function ensurePage(print: (line: string) => void): Promise<void> {
  const frontend = join(defaultRootDir, "frontend");
  const stampFile = join(frontend, "dist", ".sources");
  const wanted = sourcesHash();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted) return;
  print("Building the page ...");
  const startedAt = Date.now();
  try {
    const vite = join(frontend, "node_modules", "vite", "bin", "vite.js");
    await promisify(execFile)(process.execPath, [vite, "build", "--logLevel", "warn"], { cwd: frontend });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new PnmLabError("PAGE_BUILD", `the page could not be built:\n${stdout}${stderr}`, { cause: error });
  }
  writeFileSync(stampFile, wanted);
  print(`Building the page, done after ${((Date.now() - startedAt) / 1000).toFixed(0)} s`);
}

function sourcesHash(): string {
  const hash = createHash("sha256").update(process.env.PNMLAB_BUILD_COMMIT ?? "");
  const add = (path: string) => {
    const name = path.slice(defaultRootDir.length);
    try {
      for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) =>
        a.name < b.name ? -1 : 1,
      )) {
        if (SKIPPED.has(entry.name) || entry.name.endsWith(".tsbuildinfo")) continue;
        const child = join(path, entry.name);
        if (entry.isDirectory()) add(child);
        else hash.update(child.slice(defaultRootDir.length)).update(readFileSync(child));
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOTDIR") throw error;
      hash.update(name).update(readFileSync(path));
    }
  };
  for (const source of SOURCES) add(join(defaultRootDir, source));
  return hash.digest("hex");
}
