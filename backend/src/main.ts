import { runProgram, untilAborted } from "@pnmlab/config";
import { startBackend } from "./backend.ts";

await runProgram("backend", async ({ config, build, log, signal, ready }) => {
  await using _backend = await startBackend({ config, build, log });
  ready();
  await untilAborted(signal);
});
