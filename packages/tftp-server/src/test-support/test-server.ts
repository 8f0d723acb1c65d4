import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { TftpServerEvents } from "../events.ts";
import { TftpServer, type TftpServerOptions } from "../server.ts";
import { RawPeer } from "./raw-peer.ts";

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "tftp-server-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A server in a directory of its own, both gone after the test. */
export async function startServer(options: Partial<TftpServerOptions> = {}): Promise<TftpServer> {
  const directory = options.directory ?? (await temporaryDirectory());
  const server = await TftpServer.listen({ host: "127.0.0.1", port: 0, ...options, directory });
  onTestFinished(() => server.close());
  return server;
}

export async function openPeer(): Promise<RawPeer> {
  const peer = await RawPeer.open();
  onTestFinished(() => peer.close());
  return peer;
}

/** The next event of a name; to be asked for before what causes it. */
export function nextEvent<Name extends keyof TftpServerEvents>(
  server: TftpServer,
  name: Name,
): Promise<TftpServerEvents[Name]> {
  return new Promise((resolve) => {
    const off = server.on(name, (event) => {
      off();
      resolve(event);
    });
  });
}
