/**
 * Uploads per second: bursts of 50 files of 10 KB, as a CMTS at full rate with several captures sends
 * them. Contenders take turns in every round; compare only within one run. The folder is made in
 * TMPDIR: on a disk, its file system decides a good part of the figures.
 *
 *   node --conditions=@pnmlab/source scripts/bench/tftp.ts [rounds]
 */
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { putFile } from "../../packages/tftp-client/src/index.ts";
import { TftpServer } from "../../packages/tftp-server/src/index.ts";

const ROUNDS = Number(process.argv[2] ?? 9);
const BURSTS_PER_ROUND = 6;
const FILES_PER_BURST = 50;
const FILE_BYTES = 10 * 1024;
const HPA_PROGRAM = "/usr/sbin/in.tftpd";
const BASELINE = "npm server, npm client";

/** The parts of the npm package that the baseline uses. */
interface NpmTftp {
  createServer(
    options: { host: string; port: number; root: string },
    onRequest: (request: NodeJS.EventEmitter, response: unknown) => void,
  ): NodeJS.EventEmitter & { listen(): void; close(): void; requestListener(a: unknown, b: unknown): void };
  createClient(options: object): {
    createPutStream(name: string, options: { size: number }): NodeJS.WritableStream;
  };
}
const npmTftp = createRequire(new URL("../../packages/tftp-client/package.json", import.meta.url))(
  "tftp",
) as NpmTftp;

interface Contender {
  label: string;
  directory: string;
  put(name: string): Promise<void>;
  filesPerSecond: number[];
  /** Files that were not whole in the directory when their sender was told that they are done. */
  late: number;
}

const data = Buffer.alloc(FILE_BYTES, 0x5a);
const root = mkdtempSync(join(tmpdir(), "tftp-bench-"));
const contenders: Contender[] = [];

const ownDirectory = makeDirectory("own");
const ownServer = await TftpServer.listen({ host: "127.0.0.1", port: 0, directory: ownDirectory });
addContender("our server, our client", ownDirectory, ourClient(ownServer.port));

const npmDirectory = makeDirectory("npm");
const npmPort = await freePort();
const npmServer = npmTftp.createServer(
  { host: "127.0.0.1", port: npmPort, root: npmDirectory },
  (request, response) => {
    request.on("error", (error: Error) => console.error(`npm server: ${error.message}`));
    npmServer.requestListener(request, response);
  },
);
npmServer.listen();
await once(npmServer, "listening");
addContender("npm server, our client", npmDirectory, ourClient(npmPort));
addContender(BASELINE, npmDirectory, npmClient(npmPort));

const hpa = await startHpa();
if (hpa) addContender("tftpd-hpa, our client", hpa.directory, ourClient(hpa.port));

for (let round = 0; round <= ROUNDS; round += 1) {
  const first = round % contenders.length;
  for (const contender of [...contenders.slice(first), ...contenders.slice(0, first)]) {
    const rate = await measure(contender, round);
    // The first round warms up.
    if (round > 0) contender.filesPerSecond.push(rate);
  }
}

const baseline = median(contenders.find(({ label }) => label === BASELINE)!.filesPerSecond);
console.log(`node ${process.version}, ${ROUNDS} rounds of ${BURSTS_PER_ROUND * FILES_PER_BURST} files`);
console.log("| contender | files/s, median (least to most) | against the baseline | not whole when done |");
console.log("|---|---|---|---|");
for (const { label, filesPerSecond, late } of contenders) {
  const sorted = filesPerSecond.toSorted((a, b) => a - b);
  const spread = `${sorted[0]!.toFixed(0)} to ${sorted.at(-1)!.toFixed(0)}`;
  const middle = median(sorted);
  console.log(
    `| ${label} | ${middle.toFixed(0)} (${spread}) | ${(middle / baseline).toFixed(2)} | ${late} |`,
  );
}

await ownServer.close();
npmServer.close();
if (hpa) endProcessesOf(hpa.directory);
rmSync(root, { recursive: true });

async function measure(contender: Contender, round: number): Promise<number> {
  const startedAt = performance.now();
  for (let burst = 0; burst < BURSTS_PER_ROUND; burst += 1) {
    const puts = Array.from({ length: FILES_PER_BURST }, async (_, index) => {
      const name = `capture-${contenders.indexOf(contender)}-${round}-${burst}-${index}`;
      await contender.put(name);
      const size = statSync(join(contender.directory, name), { throwIfNoEntry: false })?.size;
      if (size !== FILE_BYTES) contender.late += 1;
    });
    await Promise.all(puts);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  // A file that is still being written would be missed here and be made again.
  await sleep(50);
  for (const name of readdirSync(contender.directory)) rmSync(join(contender.directory, name));
  return (BURSTS_PER_ROUND * FILES_PER_BURST) / seconds;
}

function addContender(label: string, directory: string, put: (name: string) => Promise<void>): void {
  contenders.push({ label, directory, put, filesPerSecond: [], late: 0 });
}

function ourClient(port: number): (name: string) => Promise<void> {
  return (name) => putFile({ host: "127.0.0.1", port, name, data });
}

function npmClient(port: number): (name: string) => Promise<void> {
  const options = { host: "127.0.0.1", port, blockSize: 1428, windowSize: 4, timeout: 255 };
  return (name) =>
    new Promise((resolve, reject) => {
      const stream = npmTftp.createClient(options).createPutStream(name, { size: FILE_BYTES });
      stream.on("finish", resolve);
      stream.on("error", reject);
      stream.end(data);
    });
}

/** tftpd-hpa changes its root directory, so it runs for the superuser only. */
async function startHpa(): Promise<{ port: number; directory: string } | undefined> {
  if (!existsSync(HPA_PROGRAM) || process.getuid?.() !== 0) {
    console.log(`skipped: tftpd-hpa, which needs ${HPA_PROGRAM} and the superuser`);
    return undefined;
  }
  const directory = makeDirectory("hpa");
  const port = await freePort();
  const options = ["-L", "-a", `127.0.0.1:${port}`, "-c", "-s", "-u", "root", directory];
  spawn(HPA_PROGRAM, options, { stdio: "ignore" }).unref();
  await sleep(300);
  return { port, directory };
}

/** tftpd-hpa keeps a process per upload for a minute, deaf to SIGTERM; each has the directory in its arguments. */
function endProcessesOf(directory: string): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      if (args[0] === HPA_PROGRAM && args.includes(directory)) process.kill(Number(pid), "SIGKILL");
    } catch {
      // It ended meanwhile.
    }
  }
}

function makeDirectory(name: string): string {
  const directory = join(root, name);
  mkdirSync(directory);
  return directory;
}

async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
