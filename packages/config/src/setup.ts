import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readEnvFile } from "./env-file.ts";

const SECRETS = ["PNMLAB_AGENT_TOKEN", "PNMLAB_SESSION_KEY", "PNMLAB_CHECK_TOKEN"] as const;

/**
 * Makes `.env` from `.env.example` with fresh secrets, readable by its owner alone. An existing file
 * keeps every value it has; only secrets that are missing are added.
 *
 * @returns the names of the variables that were written.
 */
export function ensureEnvFile(rootDir: string): string[] {
  const path = join(rootDir, ".env");
  if (!existsSync(path)) {
    const template = readFileSync(join(rootDir, ".env.example"), "utf8");
    writeFileSync(path, template, { mode: 0o600, flag: "wx" });
  }
  const present = readEnvFile(path);
  const missing = SECRETS.filter((name) => !present[name]);
  if (missing.length > 0) {
    let text = readFileSync(path, "utf8");
    for (const name of missing) {
      const line = `${name}=${randomBytes(32).toString("base64url")}`;
      const empty = new RegExp(`^${name}=.*$`, "m");
      if (empty.test(text)) text = text.replace(empty, line);
      else text = `${text}${text.endsWith("\n") || text === "" ? "" : "\n"}${line}\n`;
    }
    writeFileSync(path, text, { mode: 0o600 });
  }
  return missing;
}
