import {
  bitsFromOctets,
  ccapBulkDataControl,
  instanceOid,
  octetsFromBits,
  PnmTestSelector,
} from "@pnmlab/docsis-mib";
import { PnmLabError } from "@pnmlab/kit";
import { type ColumnWrite, type Readings, writeText } from "../snmp/values.ts";
import { saysWrite } from "./device.ts";
import type { PlanStep } from "./plan-step.ts";

interface Server {
  index: number;
  /** IPv4 address in dotted form. */
  host: string;
}

const columns = ccapBulkDataControl;
const IPV4 = 1;
const AUTO_UPLOAD = 3;

export function serverRowOids(index: number): string[] {
  return Object.values(columns).map((object) => instanceOid(object, index));
}

/**
 * Steps that make a row of docsPnmCcapBulkDataControlTable take the files of UTSC to the TFTP server. Tests
 * that the row serves already keep being served.
 */
export function planServerRow(row: Readings, server: Server): PlanStep[] {
  const [type, address, ...others] = wantedWrites(row, server);
  const steps: PlanStep[] = [];
  // Type and address go in one PDU, because the one constrains the other.
  if (!saysWrite(row, type!) || !saysWrite(row, address!)) {
    steps.push({ writes: [type!, address!], refusal: "stop" });
  }
  for (const write of others) {
    if (!saysWrite(row, write)) steps.push({ writes: [write], refusal: "stop" });
  }
  return steps;
}

/** @throws PnmLabError `UTSC_DESTINATION_REFUSED` where the row, read back, does not lead to the server */
export function checkServerRow(row: Readings, server: Server, refusals: readonly string[]): void {
  const because = refusals.length === 0 ? "" : ` (${refusals.join("; ")})`;
  for (const write of wantedWrites(row, server)) {
    if (saysWrite(row, write)) continue;
    throw new PnmLabError(
      "UTSC_DESTINATION_REFUSED",
      `server row ${server.index} of docsPnmCcapBulkDataControlTable does not lead to ${server.host}: the CMTS did not take ${writeText(write)}${because}`,
    );
  }
}

function wantedWrites(row: Readings, { index, host }: Server): ColumnWrite[] {
  const at = [index];
  const selector = row.octets(columns.pnmTestSelector, at) ?? new Uint8Array();
  const bits = new Set([...bitsFromOctets(selector), PnmTestSelector.usTriggeredSpectrumCapture]);
  return [
    { object: columns.destIpAddrType, index: at, value: IPV4 },
    { object: columns.destIpAddr, index: at, value: Uint8Array.from(host.split("."), Number) },
    { object: columns.uploadControl, index: at, value: AUTO_UPLOAD },
    { object: columns.pnmTestSelector, index: at, value: octetsFromBits([...bits], selector.length) },
  ];
}
