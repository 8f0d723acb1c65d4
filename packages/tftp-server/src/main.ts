import { mkdir } from "node:fs/promises";
import { runProgram, untilAborted } from "@pnmlab/config";
import { TftpServer } from "./server.ts";

await runProgram("tftp-server", async ({ config, log, signal, ready }) => {
  await mkdir(config.tftpDir, { recursive: true });
  await using _server = await TftpServer.listen({
    host: config.tftpHost,
    port: config.tftpPort,
    directory: config.tftpDir,
    log,
  });
  ready();
  await untilAborted(signal);
});
