import { execFile, execFileSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { randomBytesOf, seededRandom } from "./test-support/random.ts";
import { nextEvent, startServer, temporaryDirectory } from "./test-support/test-server.ts";

const run = promisify(execFile);
const OPTIONS = { timeout: 15_000 };

test("curl uploads, downloads and hears a refusal", async (context) => {
  if (!succeeds("curl", ["--version"], /\btftp\b/)) context.skip("curl with TFTP is not installed");
  const files = await temporaryDirectory();
  const directory = await temporaryDirectory();
  const server = await startServer({ directory });
  const url = `tftp://127.0.0.1:${server.port}`;
  for (const [length, blockSize] of [
    [1, 512],
    [512, 512],
    [200_000, 1428],
  ] as const) {
    const body = randomBytesOf(seededRandom(length), length);
    await writeFile(join(files, "sent"), body);
    const flags = ["-sS", "--tftp-blksize", String(blockSize)];
    const received = nextEvent(server, "received");
    await run("curl", [...flags, "-T", join(files, "sent"), `${url}/capture`], OPTIONS);
    expect(await readFile(join(directory, "capture"))).toEqual(body);
    expect(await received).toMatchObject({ bytes: length });
    await run("curl", [...flags, "-o", join(files, "got"), `${url}/capture`], OPTIONS);
    expect(await readFile(join(files, "got"))).toEqual(body);
  }
  await expect(run("curl", ["-sS", "-o", join(files, "got"), `${url}/absent`], OPTIONS)).rejects.toThrow();
});

test("the client of tftp-hpa uploads, downloads and removes by an empty file", async (context) => {
  if (!succeeds("tftp", ["-V"], /tftp-hpa/)) context.skip("the client of tftp-hpa is not installed");
  const files = await temporaryDirectory();
  const directory = await temporaryDirectory();
  const server = await startServer({ directory });
  const tftp = (...command: string[]) =>
    run("tftp", ["-m", "binary", "127.0.0.1", String(server.port), "-c", ...command], OPTIONS);
  const body = randomBytesOf(seededRandom(7), 100_000);
  await writeFile(join(files, "sent"), body);
  await tftp("put", join(files, "sent"), "capture");
  expect(await readFile(join(directory, "capture"))).toEqual(body);
  await tftp("get", "capture", join(files, "got"));
  expect(await readFile(join(files, "got"))).toEqual(body);
  await writeFile(join(files, "empty"), "");
  await tftp("put", join(files, "empty"), "capture");
  expect(await readdir(directory)).toEqual([]);
});

function succeeds(program: string, args: string[], output: RegExp): boolean {
  try {
    return output.test(
      execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    );
  } catch {
    return false;
  }
}
