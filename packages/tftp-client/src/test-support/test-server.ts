import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TftpServer, type TftpServerOptions } from "@pnmlab/tftp-server";
import { onTestFinished } from "vitest";

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "tftp-client-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** The product's own server with a directory of its own, both gone after the test. */
export async function startServer(
  options: Partial<TftpServerOptions> = {},
): Promise<{ server: TftpServer; directory: string; target: { host: string; port: number } }> {
  const directory = await temporaryDirectory();
  const server = await TftpServer.listen({ host: "127.0.0.1", port: 0, directory, ...options });
  onTestFinished(() => server.close());
  return { server, directory, target: { host: server.host, port: server.port } };
}
