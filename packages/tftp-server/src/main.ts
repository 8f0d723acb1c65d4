import { mkdir } from "node:fs/promises";
import { isCheck, runCheck, runProgram, untilAborted } from "@pnmlab/config";

if (isCheck()) {
  const { checkTftpServer } = await import("./check.ts");
  await runCheck("tftp-server", checkTftpServer);
}

await runProgram("tftp-server", async ({ config, build, log, signal, ready }) => {
  const { TftpServer } = await import("./server.ts");
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
});
