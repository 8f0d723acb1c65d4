import { spawn } from "node:child_process";
import { join } from "node:path";
import { mintSignInToken, signInUrl } from "@pnmlab/backend";
import { defaultRootDir, ensureEnvFile, loadConfig } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import { Lab } from "./lab/lab.ts";
import { ensurePage } from "./lab/page.ts";
import { onStop } from "./lab/stop-signal.ts";

const dev = process.argv.includes("--dev");
const print = (line: string) => process.stdout.write(`${line}\n`);

try {
  const made = ensureEnvFile(defaultRootDir);
  if (made.length > 0) print(`Made fresh secrets in .env: ${made.join(", ")}`);
  const { config } = loadConfig("lab");
  if (!dev) await ensurePage(print);
  const stopped = onStop();
  await using lab = new Lab({ config, watch: dev, print });
  await Promise.race([lab.start(), stopped]);
  if (!stopped.aborted) {
    const baseUrl = dev ? `http://127.0.0.1:${config.devPort}` : lab.url;
    using page = dev ? startPageServer(config.devPort) : undefined;
    print(`Log: ${lab.logPath}`);
    print(`PNM Lab ready at ${signInUrl(baseUrl, mintSignInToken(config.sessionKey))}`);
    await stopped;
    void page;
  }
  print("Stopping ...");
} catch (error) {
  process.stderr.write(`pnm-lab: ${messageOf(error)}\n`);
  process.exitCode = 1;
} finally {
  if (process.connected) process.disconnect();
}
if (!process.exitCode) print("PNM Lab has stopped.");

/** Vite with reload, which passes API and WebSockets on to the backend. */
function startPageServer(port: number): Disposable {
  const child = spawn(
    process.execPath,
    [
      join(defaultRootDir, "frontend", "node_modules", "vite", "bin", "vite.js"),
      "--port",
      String(port),
      "--strictPort",
    ],
    { cwd: join(defaultRootDir, "frontend"), stdio: ["ignore", "inherit", "inherit"] },
  );
  return { [Symbol.dispose]: () => void child.kill() };
}
