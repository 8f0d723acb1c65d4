import { readdir } from "node:fs/promises";
import { getFile, putFile } from "@pnmlab/tftp-client";
import { expect, test } from "vitest";
import { checkTftpServer } from "./check.ts";
import { ABOUT_NAME, type TftpServer } from "./server.ts";
import { startServer, temporaryDirectory } from "./test-support/test-server.ts";

const target = ({ host, port }: TftpServer, name: string) => ({
  host,
  port,
  name,
  deadlineMs: 2000,
  retransmitMs: 300,
});

test("a server says under a name of its own which program it is, in blocks of any size", async () => {
  const about = { program: "tftp-server", commit: "0123456789", dirty: false, text: "x".repeat(1500) };
  const server = await startServer({ about });
  for (const blockSize of [512, 1428]) {
    const bytes = await getFile({ ...target(server, ABOUT_NAME), blockSize });
    expect(JSON.parse(Buffer.from(bytes).toString("utf8"))).toEqual(about);
  }
});

test("that name can neither be written nor deleted, and is no file of the folder", async () => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory, about: { program: "tftp-server" } });
  for (const data of [Buffer.from("forged"), Buffer.alloc(0)]) {
    await expect(putFile({ ...target(server, ABOUT_NAME), data })).rejects.toMatchObject({
      code: "TFTP_REFUSED",
      message: expect.stringContaining("the server's own"),
    });
  }
  expect(await readdir(directory)).toEqual([]);
});

test("a server that was not told what it is has no such file", async () => {
  const server = await startServer();
  await expect(getFile(target(server, ABOUT_NAME))).rejects.toMatchObject({ code: "TFTP_REFUSED" });
});

test("the check puts a file, reads it back and leaves nothing", async () => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory });
  const settings = { tftpHost: server.host, tftpPort: server.port };
  expect(await checkTftpServer(settings)).toContain("was read back and removed");
  expect(await readdir(directory)).toEqual([]);
  await server.close();
  await expect(checkTftpServer(settings)).rejects.toMatchObject({ name: "TftpError" });
});

test("the check fails where the server can store nothing", async () => {
  const server = await startServer({ minFreeBytes: Number.MAX_SAFE_INTEGER });
  await expect(checkTftpServer({ tftpHost: server.host, tftpPort: server.port })).rejects.toThrow(
    "disk full",
  );
});
