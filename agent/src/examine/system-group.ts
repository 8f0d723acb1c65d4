import { instanceOid, system } from "@pnmlab/docsis-mib";
import type { SnmpValue } from "@pnmlab/protocol";

export const SYS_DESCR = instanceOid(system.sysDescr);
export const SYS_UP_TIME = instanceOid(system.sysUpTime);

const MAX_TEXT = 120;

/** An octet string as text on one line; what is no octet string reads as its type. */
export function octetText(value: SnmpValue): string {
  if (value.type !== "OctetString") return `no text but ${value.type}`;
  const text = Buffer.from(value.value, "hex").toString("latin1");
  const line = text.replace(/[^\x20-\x7e]+/g, " ").trim();
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)} ...` : line;
}
