import type { CmtsTarget } from "@pnmlab/config";
import {
  ccapInterfacePath,
  cmRegState,
  cmRegStatus,
  cmUsOfdmaRxPowerTenthDbmv,
  cmUsStatusModulationType,
  ifTable,
  ifXTable,
  indexOf,
  type MibObject,
  ONLINE_CM_REG_STATES,
  rpdRfChannelType,
} from "@pnmlab/docsis-mib";
import type { CmtsModem, RfPort, SnmpTarget, SnmpValue, Varbind } from "@pnmlab/protocol";
import type { SnmpGateway } from "../contracts.ts";
import { integerOf, octetsOf, textOf } from "../snmp/values.ts";
import { portsOfChannels } from "./channel-ports.ts";

/** Tens of thousands of modems take a CMTS its time. */
const WALK_DEADLINE_MS = 60_000;
const MAC_OCTETS = 6;
const IPV4_OCTETS = 4;

/**
 * Modems of a CMTS with their upstream channels and the RF ports these are on, in table walks: none of them
 * grows with what is asked for. A table that the CMTS does not have is an empty one.
 *
 * @throws PnmLabError as `SnmpGateway` does
 */
export async function readModems(
  snmp: SnmpGateway,
  cmts: CmtsTarget,
  ports: readonly RfPort[],
): Promise<CmtsModem[]> {
  const target: SnmpTarget = { host: cmts.host, port: cmts.port, profile: cmts.profile };
  const walk = ({ oid }: MibObject) =>
    snmp.walk(target, oid, { deadlineMs: WALK_DEADLINE_MS, class: "batch" });
  const [macs, addresses, states, scQam, ofdma, types, interfaceNames, paths, rpdChannels] =
    await Promise.all([
      walk(cmRegStatus.macAddr),
      walk(cmRegStatus.ipv4Addr),
      walk(cmRegStatus.value),
      walk(cmUsStatusModulationType),
      walk(cmUsOfdmaRxPowerTenthDbmv),
      walk(ifTable.ifType),
      walk(ifXTable.ifName),
      walk(ccapInterfacePath),
      walk(rpdRfChannelType),
    ]);
  const addressOf = byFirstIndex(cmRegStatus.ipv4Addr, addresses);
  const stateOf = byFirstIndex(cmRegStatus.value, states);
  const typeOf = byFirstIndex(ifTable.ifType, types);
  const nameOf = byFirstIndex(ifXTable.ifName, interfaceNames);
  const portOf = portsOfChannels({
    ports,
    paths,
    rpdChannels,
    typeOf: (ifIndex) => integerOf(typeOf.get(ifIndex)),
  });
  const portNames = new Map(ports.map(({ ifIndex, name }) => [ifIndex, name]));
  const scQamOf = channelsByModem(cmUsStatusModulationType, scQam);
  const ofdmaOf = channelsByModem(cmUsOfdmaRxPowerTenthDbmv, ofdma);
  const channelAt = (ifIndex: number, kind: "scQam" | "ofdma") => {
    const rfPortIfIndex = portOf.get(ifIndex) ?? null;
    const port = rfPortIfIndex ?? -1;
    return {
      ifIndex,
      name: textOf(nameOf.get(ifIndex)) || `interface ${ifIndex}`,
      kind,
      rfPortIfIndex,
      rfPortName: portNames.get(port) ?? textOf(nameOf.get(port)) ?? null,
    };
  };
  return macs.flatMap(({ oid, value }): CmtsModem[] => {
    const id = indexOf(cmRegStatus.macAddr, oid)?.[0];
    const octets = octetsOf(value);
    if (id === undefined || octets?.length !== MAC_OCTETS) return [];
    const state = integerOf(stateOf.get(id));
    return [
      {
        id,
        macAddress: Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(":"),
        ipv4Address: ipv4Text(octetsOf(addressOf.get(id))),
        registrationState: cmRegState[state ?? 0] ?? "unknown",
        isOnline: state !== undefined && ONLINE_CM_REG_STATES.has(state),
        channels: [
          ...(scQamOf.get(id) ?? []).map((ifIndex) => channelAt(ifIndex, "scQam")),
          ...(ofdmaOf.get(id) ?? []).map((ifIndex) => channelAt(ifIndex, "ofdma")),
        ],
      },
    ];
  });
}

function byFirstIndex(object: MibObject, varbinds: readonly Varbind[]): Map<number, SnmpValue> {
  return new Map(
    varbinds.flatMap(({ oid, value }) => {
      const first = indexOf(object, oid)?.[0];
      return first === undefined ? [] : [[first, value] as const];
    }),
  );
}

/** Channels of each modem, which stand in the index of a table only. */
function channelsByModem(object: MibObject, varbinds: readonly Varbind[]): Map<number, number[]> {
  const channels = new Map<number, number[]>();
  for (const { oid } of varbinds) {
    const [id, ifIndex] = indexOf(object, oid) ?? [];
    if (id !== undefined && ifIndex !== undefined) channels.set(id, [...(channels.get(id) ?? []), ifIndex]);
  }
  return channels;
}

/** All zero stands for none. */
function ipv4Text(octets: Uint8Array | undefined): string | null {
  if (octets?.length !== IPV4_OCTETS || octets.every((octet) => octet === 0)) return null;
  return octets.join(".");
}
