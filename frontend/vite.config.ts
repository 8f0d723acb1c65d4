import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import vue from "@vitejs/plugin-vue";
import { defaultClientConditions, defineConfig } from "vite";

/** The same facts as the programs print in their first log line, frozen into the page when it is built. */
function buildInfo() {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const { PNMLAB_BUILD_COMMIT: commit, PNMLAB_BUILD_DIRTY, PNMLAB_BUILD_TIME } = process.env;
  const builtAt = PNMLAB_BUILD_TIME ?? new Date().toISOString();
  if (commit) return { version, commit, dirty: PNMLAB_BUILD_DIRTY === "true", builtAt };
  try {
    return {
      version,
      commit: git("rev-parse", "--short=10", "HEAD"),
      dirty: git("status", "--porcelain") !== "",
      builtAt,
    };
  } catch {
    return { version, commit: "unknown", dirty: true, builtAt };
  }
}

function git(...args: string[]): string {
  return execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}

const backend = `http://127.0.0.1:${process.env.PNMLAB_HTTP_PORT ?? "5050"}`;
const proxy = { "/api": { target: backend }, "/ws": { target: backend, ws: true } };

export default defineConfig({
  plugins: [vue()],
  define: { __PNMLAB_BUILD__: JSON.stringify(buildInfo()) },
  resolve: { conditions: [...defaultClientConditions, "@pnmlab/source"] },
  server: { proxy },
  preview: { proxy },
  worker: { format: "es" },
  build: {
    target: "es2023",
    sourcemap: true,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // The setting of zod takes effect before any schema is made only if it stands beside zod itself.
        codeSplitting: { groups: [{ name: "zod", test: /[\\/]zod[\\/]|zod-without-eval/ }] },
      },
    },
  },
});
