import { mkdir } from "node:fs/promises";
import { type ProgramContext, runProgram, untilAborted } from "@pnmlab/config";
import { checkTftpServer } from "./check.ts";
import { TftpServer } from "./server.ts";

const main = async ({ config, build, log, signal, ready }: ProgramContext) => {
  await mkdir(config.tftpDir, { recursive: true });
  await using _server = await TftpServer.listen({
    host: config.tftpHost,
    port: config.tftpPort,
    directory: config.tftpDir,
    about: { program: "tftp-server", ...build },
    log,
  });
  ready();
  await untilAborted(signal);
};

await runProgram("tftp-server", main, { check: checkTftpServer });
