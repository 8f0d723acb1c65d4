import type { CmtsModem } from "@pnmlab/protocol";

/** What the rows of a CMTS's tables stand for. */
export interface RowDirectory {
  /** MAC address by docsIf3CmtsCmRegStatusId. */
  modems: ReadonlyMap<number, string>;
  /** Name by ifIndex. */
  interfaces: ReadonlyMap<number, string>;
}

/** The directory of a CMTS by its modems and RF ports. */
export function rowDirectory(
  modems: readonly CmtsModem[],
  rfPorts: readonly { ifIndex: number; name: string }[],
): RowDirectory {
  return {
    modems: new Map(modems.map(({ id, macAddress }) => [id, macAddress])),
    interfaces: new Map([
      ...rfPorts.map(({ ifIndex, name }) => [ifIndex, name] as const),
      ...modems.flatMap(({ channels }) => channels.map(({ ifIndex, name }) => [ifIndex, name] as const)),
    ]),
  };
}

/**
 * A row of a metric in words: modem and channel, or interface, where its CMTS tells them; the index itself
 * where not, and nothing of a metric without rows.
 */
export function rowName(metric: string, instance: string, directory: RowDirectory | undefined): string {
  if (!directory || !/^\d+(\.\d+)?$/.test(instance)) return instance;
  const [first, second] = instance.split(".").map(Number) as [number, number | undefined];
  // Tables of modems by channel have {modem, ifIndex} (DOCS-IF3-MIB).
  if (metric.startsWith("upstream-") && second !== undefined) {
    const modem = directory.modems.get(first) ?? `modem ${first}`;
    return `${modem} ${directory.interfaces.get(second) ?? `interface ${second}`}`;
  }
  if (/^(if|channel|codewords)-/.test(metric) && second === undefined) {
    return directory.interfaces.get(first) ?? `interface ${first}`;
  }
  return instance;
}
