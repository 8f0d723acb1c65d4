import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { serveCheck } from "./check.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pnmlab-check-"));
  path = join(folder, "check.sock");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Asks as the engine of containers does: a process of its own. */
async function ask(): Promise<{ code: number; line: string }> {
  const program = join(import.meta.dirname, "ask-check.ts");
  const child = spawn(process.execPath, [program], { env: { PNMLAB_CHECK_SOCKET: path } });
  const ended = new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? -1)));
  return { line: (await text(child.stdout)).trim(), code: await ended };
}

test("a program that works answers its check with its line, as often as it is asked", async () => {
  let asked = 0;
  await using _check = await serveCheck(path, async () => `it works, asked ${++asked} times`);
  expect(await ask()).toEqual({ code: 0, line: "it works, asked 1 times" });
  expect(await ask()).toEqual({ code: 0, line: "it works, asked 2 times" });
});

test("one that does not work answers with its reason, and so does one whose check hangs", async () => {
  let check = (): Promise<string> => Promise.reject(new Error("nobody answers at port 5050"));
  await using _check = await serveCheck(path, () => check());
  expect(await ask()).toEqual({ code: 1, line: "nobody answers at port 5050" });
  check = () => new Promise(() => undefined);
  expect(await ask()).toEqual({ code: 1, line: "the check did not finish within 2500 ms" });
});

test("one that is not there, or answers nothing, has failed", async () => {
  expect(await ask()).toMatchObject({ code: 1, line: expect.stringContaining("ENOENT") });
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(path, resolve));
  expect(await ask()).toEqual({ code: 1, line: "the program does not answer its check within 4 s" });
  silent.close();
});

test("takes the place of a socket that a killed program left", async () => {
  writeFileSync(path, "");
  await using _check = await serveCheck(path, async () => "it works");
  expect(await ask()).toMatchObject({ code: 0 });
});
