import { isCheck, runCheck, runProgram, untilAborted } from "@pnmlab/config";

if (isCheck()) {
  const { checkBackend } = await import("./check.ts");
  await runCheck("backend", checkBackend);
}

if (process.argv.includes("--link")) {
  const { printLink } = await import("./print-link.ts");
  printLink();
}

if (process.argv[2] === "agents") {
  const { agentsCommand } = await import("./agents-main.ts");
  process.exit(await agentsCommand(process.argv.slice(3)));
}

await runProgram("backend", async ({ config, texts, build, log, signal, ready }) => {
  // Not at the top: the check of a container, every few seconds, does not load the whole program.
  const { startBackend } = await import("./backend.ts");
  await using _backend = await startBackend({ config, texts, build, log });
  ready();
  await untilAborted(signal);
});
