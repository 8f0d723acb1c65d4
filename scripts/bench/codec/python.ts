import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { BenchCase } from "./cases.ts";

// One line per request on standard input (the number of a case), one line with two times on standard output.
// `v` is what struct.unpack gave, and the last expression makes of it what a Python tool works with.
const PROGRAM = `
import json,math,struct,sys,time
def read(path):
    with open(path,'rb') as f: return f.read()
cases=[]
for c in json.load(open(sys.argv[1])):
    names={'struct':struct,'log10':math.log10,'nan':math.nan}
    unpack=eval('lambda b: (%s, %s)' % (c['header'],c['raw']),names)
    scale=eval('lambda v: %s' % c['scaled'],names) if c['scaled'] else None
    cases.append((read(c['path']),unpack,scale))
def once(b,unpack,scale):
    return scale(unpack(b)[1]) if scale else unpack(b)
def seconds(b,unpack,scale):
    f=time.perf_counter; n=0; t=f()
    while True:
        for _ in range(8): once(b,unpack,scale)
        n+=8
        d=f()-t
        if d>0.003: return d/n
print('ready',flush=True)
for line in sys.stdin:
    b,unpack,scale=cases[int(line)]
    print(seconds(b,unpack,None)*1e6,seconds(b,unpack,scale)*1e6,flush=True)
`;

export interface PythonTimes {
  /** struct.unpack of header and values. */
  unpackUs: number;
  /** The same and the list of scaled values. */
  scaledUs: number;
}

export interface Python extends AsyncDisposable {
  /** Undefined where Python cannot run. */
  measure(index: number): Promise<PythonTimes | undefined>;
}

/** Python beside us for the same files; prints the reason where it cannot run. */
export async function startPython(cases: readonly BenchCase[]): Promise<Python> {
  const folder = mkdtempSync(join(tmpdir(), "pnm-bench-"));
  const list = cases.map(({ bytes, python }, i) => {
    const path = join(folder, `${i}.bin`);
    writeFileSync(path, bytes);
    return { path, ...python, scaled: python.scaled ?? "" };
  });
  const listPath = join(folder, "cases.json");
  writeFileSync(listPath, JSON.stringify(list));

  const child = spawn("python3", ["-c", PROGRAM, listPath], { stdio: ["pipe", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const failed = once(child, "error").then(([error]) => (error as Error).message);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await Promise.race([lines.next(), failed]);
  if (typeof first === "string" || first.done === true) {
    rmSync(folder, { recursive: true });
    console.log(`python3 is not available: ${typeof first === "string" ? first : errors.trim()}`);
    return { measure: async () => undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  return {
    async measure(index) {
      child.stdin.write(`${index}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`python3 failed: ${errors.trim()}`);
      const [unpackUs, scaledUs] = String(value).split(" ").map(Number);
      return { unpackUs: unpackUs!, scaledUs: scaledUs! };
    },
    async [Symbol.asyncDispose]() {
      await end(child);
      rmSync(folder, { recursive: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  if (child.exitCode === null) await once(child, "exit");
}
