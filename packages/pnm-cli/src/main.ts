import { run } from "./run.ts";

// A reader that has seen enough (`| head`) is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  // npm runs programs in the project's folder and leaves the user's in INIT_CWD.
  folder: process.env.INIT_CWD ?? process.cwd(),
  out: (text) => write(process.stdout, text),
  err: (text) => write(process.stderr, text),
});

/** Resolves when the reader has taken the text, so that no output piles up in memory. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}
