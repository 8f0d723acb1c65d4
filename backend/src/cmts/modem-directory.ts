import type { CmtsTarget } from "@pnmlab/config";
import { PnmLabError } from "@pnmlab/kit";
import type { ChannelModems, CmtsModem, CmtsModemList } from "@pnmlab/protocol";
import type { ModemFinder, SnmpGateway } from "../contracts.ts";
import { readModems } from "./modems.ts";
import type { RfPortCache } from "./rf-port-cache.ts";

/** Modems come and go; a list that a page shows while somebody types may be this old. */
const MAX_AGE_MS = 60_000;

interface Entry {
  startedAtMs: number;
  modems: Promise<CmtsModem[]>;
  /** The same once they are read. */
  read?: readonly CmtsModem[];
}

export interface ModemDirectoryOptions {
  targets: readonly CmtsTarget[];
  snmp: SnmpGateway;
  rfPorts: RfPortCache;
  now: () => number;
}

/** Modems of each CMTS, read when somebody asks and kept for a while; callers at one time share one read. */
export class ModemDirectory implements ModemFinder, Disposable {
  readonly #options: ModemDirectoryOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #stop: () => void;

  constructor(options: ModemDirectoryOptions) {
    this.#options = options;
    this.#stop = options.snmp.onAvailabilityChange(() => this.#entries.clear());
  }

  /**
   * Modems whose MAC or IP address holds `query`, those on line first; separators in a MAC address do not
   * matter. With channels only those that send on one of them.
   *
   * @param channels ifIndex of upstream channels
   * @throws PnmLabError `CMTS_UNKNOWN`, and as `SnmpGateway` does
   */
  async search(
    cmtsId: string,
    query: string,
    limit: number,
    channels?: readonly number[],
  ): Promise<CmtsModemList> {
    const { startedAtMs, modems } = this.#entry(cmtsId);
    const text = query.trim().toLowerCase();
    const digits = text.replaceAll(/[^0-9a-f]/g, "");
    const found = (await modems)
      .filter((modem) => !channels || modem.channels.some(({ ifIndex }) => channels.includes(ifIndex)))
      .filter(
        ({ macAddress, ipv4Address }) =>
          text === "" ||
          (digits !== "" && macAddress.replaceAll(":", "").includes(digits)) ||
          ipv4Address?.includes(text),
      )
      .sort((a, b) => Number(b.isOnline) - Number(a.isOnline) || a.macAddress.localeCompare(b.macAddress));
    return {
      modems: found.slice(0, limit),
      total: found.length,
      readAt: new Date(startedAtMs).toISOString(),
    };
  }

  /** How many modems send on a channel, by what was read before, however long ago; asks the CMTS nothing. */
  countedOn(cmtsId: string, channelIfIndex: number): ChannelModems["counted"] {
    const known = this.#entries.get(cmtsId);
    if (!known?.read) return null;
    const here = known.read.filter(({ channels }) =>
      channels.some(({ ifIndex }) => ifIndex === channelIfIndex),
    );
    return {
      total: here.length,
      online: here.filter(({ isOnline }) => isOnline).length,
      readAt: new Date(known.startedAtMs).toISOString(),
    };
  }

  async find(cmtsId: string, macAddress: string): Promise<CmtsModem> {
    const modem = (await this.#entry(cmtsId).modems).find((one) => one.macAddress === macAddress);
    if (modem !== undefined) return modem;
    throw new PnmLabError(
      "CMTS_MODEM_UNKNOWN",
      `CMTS ${cmtsId} has no modem ${macAddress} in docsIf3CmtsCmRegStatusTable`,
      { details: { field: "cmMacAddr" } },
    );
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #entry(cmtsId: string): Entry {
    const { targets, snmp, rfPorts, now } = this.#options;
    const known = this.#entries.get(cmtsId);
    if (known !== undefined && now() - known.startedAtMs < MAX_AGE_MS) return known;
    const cmts = targets.find(({ id }) => id === cmtsId);
    if (cmts === undefined) throw new PnmLabError("CMTS_UNKNOWN", `there is no CMTS ${cmtsId}`);
    const modems = rfPorts.read(cmts).then((ports) => readModems(snmp, cmts, ports.rfPorts));
    const entry: Entry = { startedAtMs: now(), modems };
    this.#entries.set(cmtsId, entry);
    modems.then(
      (read) => {
        entry.read = read;
      },
      () => {
        if (this.#entries.get(cmtsId) === entry) this.#entries.delete(cmtsId);
      },
    );
    return entry;
  }
}
