import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Tests of deployment on a Docker engine, and their tables.
//
//   npm run test:deploy                  everything that npm test runs, and each step of the restart matrix alone
//   npm run test:deploy -- --full        every pair of services with every pair of operations (an hour)
//   npm run test:deploy -- sabotage      one file of tests

const args = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "pnmlab-test-deploy-"));
const report = join(folder, "report.txt");
const child = spawn(
  join("node_modules", ".bin", "vitest"),
  ["run", "--project", "deploy", "--reporter=verbose", ...args.filter((arg) => arg !== "--full")],
  {
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      DEPLOY_TABLES_FILE: report,
      ...(args.includes("--full") ? { DEPLOY_SCOPE: "full" } : {}),
    },
  },
);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
child.on("close", (code) => {
  if (existsSync(report)) process.stdout.write(`${readFileSync(report, "utf8")}\n`);
  rmSync(folder, { recursive: true });
  process.exitCode = code ?? 1;
});
