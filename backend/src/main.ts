import { runProgram, untilAborted } from "@pnmlab/config";

if (process.argv.includes("--link")) {
  const { printLink } = await import("./print-link.ts");
  printLink();
}

if (process.argv[2] === "agents") {
  const { agentsCommand } = await import("./agents-main.ts");
  process.exit(await agentsCommand(process.argv.slice(3)));
}

const { checkBackend } = await import("./check.ts");

await runProgram(
  "backend",
  async ({ config, texts, build, log, signal, ready }) => {
    // Not at the top: wrong settings are told before the whole program is loaded.
    const { startBackend } = await import("./backend.ts");
    await using _backend = await startBackend({ config, texts, build, log });
    ready();
    await untilAborted(signal);
  },
  { check: checkBackend },
);
