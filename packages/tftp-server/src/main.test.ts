import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { dataPacket, OPCODE, writeRequest } from "./test-support/raw-peer.ts";
import { openPeer, startServer, temporaryDirectory } from "./test-support/test-server.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

test("the program says which code runs and where it listens, serves, and closes on SIGTERM", async () => {
  const root = await temporaryDirectory();
  const directory = join(root, "made", "at-start");
  const { port } = await closedServer();
  const program = start(root, { PNMLAB_TFTP_PORT: String(port), PNMLAB_TFTP_DIR: directory });
  const lines = createInterface({ input: program.stdout! })[Symbol.asyncIterator]();
  const first = JSON.parse((await lines.next()).value!) as Record<string, unknown>;
  expect(first).toMatchObject({
    program: "tftp-server",
    build: { commit: expect.any(String), builtAt: expect.any(String), dirty: expect.any(Boolean) },
  });
  await lineWith(lines, "listening");

  const peer = await openPeer();
  await peer.begin(writeRequest("capture"), port);
  expect(await peer.exchange(dataPacket(1, "x"))).toMatchObject({ opcode: OPCODE.ack, value: 1 });
  expect(await readdir(directory)).toEqual(["capture"]);
  await peer.begin(writeRequest("unfinished"), port);

  const exit = once(program, "exit");
  program.kill("SIGTERM");
  expect(await peer.next()).toMatchObject({ opcode: OPCODE.error, text: "the server is closing" });
  expect(await exit).toEqual([0, null]);
  expect(await readdir(directory)).toEqual(["capture"]);
});

test.each([
  ["a port out of range", { PNMLAB_TFTP_PORT: "70000" }, /PNMLAB_TFTP_PORT.*"70000".*environment.*expected/],
  ["an address of another machine", { PNMLAB_TFTP_HOST: "192.0.2.1" }, /UDP port 192\.0\.2\.1:/],
])("with %s, the program says so in one line and ends with a code", async (_, env, expected) => {
  const root = await temporaryDirectory();
  const program = start(root, { PNMLAB_TFTP_DIR: join(root, "tftp"), ...env });
  let errors = "";
  program.stderr!.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const [code] = (await once(program, "close")) as [number];
  expect(code).toBe(1);
  expect(errors.trimEnd().split("\n")).toEqual([expect.stringMatching(expected)]);
});

function start(root: string, env: Record<string, string>): ChildProcess {
  const program = spawn(process.execPath, ["--conditions=@pnmlab/source", MAIN], {
    env: { PATH: process.env.PATH, PNMLAB_ROOT: root, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void program.kill("SIGKILL"));
  return program;
}

async function lineWith(lines: AsyncIterator<string>, message: string): Promise<void> {
  for (;;) {
    const { done, value } = await lines.next();
    if (done) throw new Error(`the program ended before it wrote "${message}"`);
    if ((JSON.parse(value) as { msg: string }).msg === message) return;
  }
}

/** A port that was free a moment ago. */
async function closedServer(): Promise<{ port: number }> {
  const server = await startServer();
  await server.close();
  return { port: server.port };
}
