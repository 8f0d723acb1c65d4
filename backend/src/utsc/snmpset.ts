import { isIPv6 } from "node:net";
import type { SnmpTarget, UtscPlannedSet } from "@pnmlab/protocol";

/** Type letters of Net-SNMP's snmpset. */
const LETTERS: Readonly<Record<UtscPlannedSet["type"], string>> = {
  Integer: "i",
  Unsigned32: "u",
  TimeTicks: "t",
  OctetString: "s",
  HexString: "x",
};

/**
 * The SETs that change something as command lines of Net-SNMP, one for each PDU. The community stays in the
 * caller's shell: credentials are the agent's alone.
 */
export function snmpsetLines(
  sets: readonly UtscPlannedSet[],
  { host, port }: Pick<SnmpTarget, "host" | "port">,
): string[] {
  const address = isIPv6(host) ? `udp6:[${host}]:${port}` : `udp:${host}:${port}`;
  const sent = sets.filter(({ changes, refusedBy }) => changes && refusedBy === null);
  const pdus = Map.groupBy(sent, ({ pdu }) => pdu);
  return [...pdus.values()].map(
    (varbinds) => `snmpset -v2c -c "$COMMUNITY" ${address} ${varbinds.map(argumentsOf).join(" ")}`,
  );
}

function argumentsOf({ oid, type, value }: UtscPlannedSet): string {
  const text = type === "OctetString" ? `'${String(value).replaceAll("'", `'\\''`)}'` : value;
  return `${oid} ${LETTERS[type]} ${text}`;
}
