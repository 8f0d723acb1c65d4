/**
 * The health check of a container: asks the program that runs in it, at the Unix socket PNMLAB_CHECK_SOCKET, prints
 * its line, and ends with 0 where it works and with 1 where it does not. Imports nothing of the product: it
 * starts every few seconds as long as the container lives.
 */
import { connect } from "node:net";

/** Shorter than the time that the engine gives a check, so that a program that hangs is called by that name. */
const DEADLINE_MS = 4000;

const path = process.env.PNMLAB_CHECK_SOCKET ?? "";
let line = "";

function end(words: string, code: number): never {
  process.stdout.write(`${words}\n`);
  process.exit(code);
}

connect(path)
  .setEncoding("utf8")
  .on("data", (text: string) => {
    line += text;
  })
  .on("error", (error) => end(`the program does not answer its check: ${error.message}`, 1))
  .on("end", () => end(line.trim().replace(/^(ok|failed) /, ""), line.startsWith("ok ") ? 0 : 1));
setTimeout(() => end(`the program does not answer its check within ${DEADLINE_MS / 1000} s`, 1), DEADLINE_MS);
