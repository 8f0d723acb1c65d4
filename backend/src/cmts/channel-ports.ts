import { ccapInterfacePath, IfType, indexOf, rpdRfChannelType } from "@pnmlab/docsis-mib";
import type { RfPort, Varbind } from "@pnmlab/protocol";
import { textOf } from "../snmp/values.ts";

/** What tells on which RF port a channel is; a CMTS fills one of these tables, or none. */
export interface ChannelPortTables {
  /** Ports with the channels that ifStackTable stacks on them. */
  ports: readonly RfPort[];
  /** Rows of ccapInterfaceIndexMapPath. */
  paths: readonly Varbind[];
  /** Rows of docsRphyRpdIfCoreToRpdMapRpdRfChanType. */
  rpdChannels: readonly Varbind[];
  typeOf(ifIndex: number): number | undefined;
}

const UPSTREAM = 2;

/**
 * RF port of each upstream channel, by ifIndex: of a remote PHY by RPD, direction and port number, of a CCAP
 * by its interface path, else by ifStackTable.
 */
export function portsOfChannels(tables: ChannelPortTables): Map<number, number> {
  const ports = new Map<number, number>();
  for (const port of tables.ports) {
    for (const { ifIndex } of port.channels) ports.set(ifIndex, port.ifIndex);
  }
  for (const [channel, port] of byPath(tables)) ports.set(channel, port);
  for (const [channel, port] of byRpd(tables)) ports.set(channel, port);
  return ports;
}

/** `.../us-rf-port[number=15]/upstream-physical-channel[index=7]` lies on the port of the path in front. */
function byPath({ paths, typeOf }: ChannelPortTables): Map<number, number> {
  const rows = paths.flatMap(({ oid, value }) => {
    const ifIndex = indexOf(ccapInterfacePath, oid)?.[0];
    const prefix = /^.*us-rf-port\[number=\d+\]/.exec(textOf(value) ?? "")?.[0];
    return ifIndex === undefined || prefix === undefined ? [] : [{ ifIndex, prefix }];
  });
  return joined(
    rows.map(({ ifIndex, prefix }) => [ifIndex, prefix]),
    typeOf,
  );
}

function byRpd({ rpdChannels, typeOf }: ChannelPortTables): Map<number, number> {
  return joined(
    rpdChannels.flatMap(({ oid }): [number, string][] => {
      const index = indexOf(rpdRfChannelType, oid);
      const [ifIndex, ...place] = index ?? [];
      const direction = place[6];
      return ifIndex === undefined || direction !== UPSTREAM ? [] : [[ifIndex, place.join(".")]];
    }),
    typeOf,
  );
}

/** Channels and the RF port (ifType 256) that share a place. */
function joined(
  places: readonly (readonly [ifIndex: number, place: string])[],
  typeOf: (ifIndex: number) => number | undefined,
): Map<number, number> {
  const isPort = (ifIndex: number) => typeOf(ifIndex) === IfType.docsCableUpstreamRfPort;
  const portAt = new Map(
    places.filter(([ifIndex]) => isPort(ifIndex)).map(([ifIndex, place]) => [place, ifIndex]),
  );
  return new Map(
    places.flatMap(([ifIndex, place]) => {
      const port = portAt.get(place);
      return port === undefined || isPort(ifIndex) ? [] : [[ifIndex, port] as const];
    }),
  );
}
