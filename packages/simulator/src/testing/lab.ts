import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { bulkDataTransferCfg, RowStatus, utscCfg, utscCtrl } from "@pnmlab/docsis-mib";
import { TftpServer } from "@pnmlab/tftp-server";
import { type DeviceOptions, Simulator } from "../simulator.ts";
import type { RawValue } from "../snmp/values.ts";
import { Manager } from "./manager.ts";

export const CMTS = "test-cmts";

/** A simulated CMTS, a manager and a TFTP server in a folder of its own. */
export interface Lab extends AsyncDisposable {
  simulator: Simulator;
  manager: Manager;
  /** ifIndex of RF port 1. */
  rf: number;
  /** Index of its row: `[rf, 1]`. */
  row: number[];
  tftp: TftpServer;
  files: () => Promise<string[]>;
  read: (name: string) => Promise<Uint8Array>;
}

export async function startLab(device: Partial<DeviceOptions> = {}): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), "simulator-"));
  const tftp = await TftpServer.listen({ host: "127.0.0.1", port: 0, directory: folder });
  const simulator = await Simulator.start({
    devices: [
      {
        name: CMTS,
        personality: "generic",
        port: 0,
        readCommunity: "public",
        writeCommunity: "private",
        tftpPort: tftp.port,
        ...device,
      },
    ],
  });
  const [info] = simulator.devices;
  const manager = new Manager(info!.port);
  const rf = info!.rfPorts[0]!.ifIndex;
  return {
    simulator,
    manager,
    rf,
    row: [rf, 1],
    tftp,
    files: async () => (await readdir(folder)).filter((name) => !name.startsWith(".")).sort(),
    read: (name) => readFile(join(folder, name)),
    async [Symbol.asyncDispose]() {
      manager[Symbol.dispose]();
      await simulator.close();
      await tftp.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Makes destination row 1 point at the TFTP server. */
export async function setDestination({ manager, tftp }: Lab, port = tftp.port): Promise<void> {
  const objects = bulkDataTransferCfg;
  const exists = (await manager.get(objects.rowStatus, 1)).type === "Integer";
  if (!exists) await manager.set([1], [objects.rowStatus, RowStatus.createAndWait]);
  await manager.set(
    [1],
    [objects.destHostIpAddrType, 1],
    [objects.destHostIpAddress, Uint8Array.of(127, 0, 0, 1)],
    [objects.destPort, port],
    [objects.destBaseUri, "tftp://127.0.0.1/"],
    [objects.localStore, 2],
    [objects.rowStatus, RowStatus.active],
  );
}

/** Writes columns of the row of port 1, created where it is absent, and activates it. */
export async function configure(
  { manager, row }: Lab,
  config: Partial<Record<keyof typeof utscCfg, RawValue>>,
) {
  const exists = (await manager.get(utscCfg.rowStatus, ...row)).type === "Integer";
  const pairs = Object.entries(config) as [keyof typeof utscCfg, RawValue][];
  return manager.set(
    row,
    [utscCfg.rowStatus, exists ? RowStatus.active : RowStatus.createAndGo],
    ...pairs.map(([key, value]): [(typeof utscCfg)[keyof typeof utscCfg], RawValue] => [utscCfg[key], value]),
  );
}

export function initiate({ manager, row }: Lab, value = 1) {
  return manager.set(row, [utscCtrl.initiateTest, value]);
}

/** Waits until `probe` answers something but undefined or false. */
export async function until<T>(
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  deadlineMs = 8000,
): Promise<T> {
  const endMs = Date.now() + deadlineMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > endMs) throw new Error(`nothing came of it within ${deadlineMs} ms`);
    await delay(10);
  }
}
