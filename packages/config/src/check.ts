import { rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { messageOf, withDeadline } from "@pnmlab/kit";

/** How long a check may take, in milliseconds: two in a row, 5 s apart, find a program that hangs within 15 s. */
const CHECK_DEADLINE_MS = 2500;

/**
 * Answers whoever connects to a Unix socket with one line on whether this program works: `ok` or `failed`, and
 * words. The health check of a container asks there (ask-check.ts): the program has its code loaded, and so a
 * check every few seconds costs next to nothing.
 *
 * @param path File of the socket; one that an earlier run left is replaced.
 * @param check Asks the program from outside, as its users do; throws where it does not work.
 */
export async function serveCheck(path: string, check: () => Promise<string>): Promise<AsyncDisposable> {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    // One who asked and went away gets no answer.
    socket.on("error", () => socket.destroy());
    void verdict(check).then((line) => socket.end(`${line}\n`));
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
  // It alone keeps no program running.
  server.unref();
  return { [Symbol.asyncDispose]: () => closed(server) };
}

async function verdict(check: () => Promise<string>): Promise<string> {
  try {
    return `ok ${await withDeadline(check(), CHECK_DEADLINE_MS, "the check")}`;
  } catch (error) {
    return `failed ${messageOf(error)}`;
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
