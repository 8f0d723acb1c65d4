/**
 * How much of a core one simulated CMTS needs: `node bench-ports.ts [PORTS] [SECONDS]`. Every RF port runs a
 * free run of 2 captures a second with 4,096 bins, uploaded to a TFTP server in a process of its own.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bulkDataTransferCfg, RowStatus, utscCfg, utscCtrl } from "@pnmlab/docsis-mib";
import { TftpServer } from "@pnmlab/tftp-server";
import { Simulator } from "../simulator.ts";
import { Manager } from "./manager.ts";

const SERVE = "serve";
const [first = "24", seconds = "20"] = process.argv.slice(2);

if (first === SERVE) await serve(seconds);
else process.stdout.write(`${JSON.stringify(await bench(Number(first), Number(seconds)))}\n`);

async function serve(directory: string): Promise<void> {
  await using tftp = await TftpServer.listen({ host: "127.0.0.1", port: 0, directory });
  process.send?.(tftp.port);
  await once(process, "disconnect");
}

async function bench(rfPorts: number, durationS: number) {
  const directory = await mkdtemp(join(tmpdir(), "simulator-bench-"));
  const server = fork(fileURLToPath(import.meta.url), [SERVE, directory]);
  try {
    const [port] = (await once(server, "message")) as [number];
    return await run(rfPorts, durationS, port, directory);
  } finally {
    server.disconnect();
    await once(server, "exit");
    await rm(directory, { recursive: true });
  }
}

async function run(rfPorts: number, durationS: number, tftpPort: number, directory: string) {
  await using simulator = await Simulator.start({
    devices: [
      {
        name: "bench",
        personality: "generic",
        port: 0,
        readCommunity: "public",
        writeCommunity: "private",
        rfPorts,
        tftpPort,
      },
    ],
  });
  const [device] = simulator.devices;
  using manager = new Manager(device!.port);
  await manager.set(
    [1],
    [bulkDataTransferCfg.rowStatus, RowStatus.createAndGo],
    [bulkDataTransferCfg.destHostIpAddrType, 1],
    [bulkDataTransferCfg.destHostIpAddress, Uint8Array.of(127, 0, 0, 1)],
  );
  for (const { ifIndex } of device!.rfPorts) {
    const status = await manager.set(
      [ifIndex, 1],
      [utscCfg.rowStatus, RowStatus.createAndGo],
      [utscCfg.centerFreqHz, 102_400_000],
      [utscCfg.spanHz, 204_800_000],
      [utscCfg.numBins, 4096],
      [utscCfg.repeatPeriodUs, 500_000],
      [utscCfg.freeRunDurationMs, 3_600_000],
      [utscCfg.maxResultsPerFile, 1],
      [utscCfg.filename, `port-${ifIndex}`],
      [utscCfg.destinationIndex, 1],
      [utscCtrl.initiateTest, 1],
    );
    if (status !== "noError") throw new Error(`port ${ifIndex} does not start: ${status}`);
    // As operators start them: not all in the same millisecond.
    await delay(500 / rfPorts);
  }
  await delay(2000);
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  const before = simulator.counters("bench").files.uploaded;
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  await delay(1000 * durationS);
  const { user, system } = process.cpuUsage(cpu);
  const elapsedS = (performance.now() - startMs) / 1000;
  const { uploaded, failed } = simulator.counters("bench").files;
  return {
    rfPorts,
    elapsedS: Math.round(elapsedS),
    filesPerS: Number(((uploaded - before) / elapsedS).toFixed(1)),
    failed,
    files: (await readdir(directory)).length,
    coreShare: Number(((user + system) / 1e6 / elapsedS).toFixed(3)),
    loopP99Ms: Number((loop.percentile(99) / 1e6).toFixed(1)),
    rssMb: Math.round(process.memoryUsage().rss / 1e6),
  };
}
