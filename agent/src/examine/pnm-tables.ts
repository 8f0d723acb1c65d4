import { isPnmLabError } from "@pnmlab/kit";
import type { Varbind } from "@pnmlab/protocol";
import { isWithin, type SnmpEndpoint, type SnmpEngine } from "../snmp/index.ts";

/** Roots of the tables of DOCS-PNM-MIB that tell what a device measures, by their names in the MIB. */
const PNM_TABLES: Readonly<Record<string, string>> = {
  docsPnmBulkFileTable: "1.3.6.1.4.1.4491.2.1.27.1.1.2",
  docsPnmCcapBulkDataControlTable: "1.3.6.1.4.1.4491.2.1.27.1.1.1.5",
  docsPnmBulkDataTransferCfgTable: "1.3.6.1.4.1.4491.2.1.27.1.1.3.1",
  docsPnmBulkFileStatusTable: "1.3.6.1.4.1.4491.2.1.27.1.1.3.2",
  docsPnmCmDsOfdmSymCapTable: "1.3.6.1.4.1.4491.2.1.27.1.2.2",
  docsPnmCmOfdmChanEstCoefTable: "1.3.6.1.4.1.4491.2.1.27.1.2.3",
  docsPnmCmDsConstDispMeasTable: "1.3.6.1.4.1.4491.2.1.27.1.2.4",
  docsPnmCmDsOfdmRxMerTable: "1.3.6.1.4.1.4491.2.1.27.1.2.5",
  docsPnmCmDsOfdmFecTable: "1.3.6.1.4.1.4491.2.1.27.1.2.7",
  docsPnmCmDsHistTable: "1.3.6.1.4.1.4491.2.1.27.1.2.9",
  docsPnmCmUsPreEqTable: "1.3.6.1.4.1.4491.2.1.27.1.2.10",
  docsPnmCmDsOfdmModProfTable: "1.3.6.1.4.1.4491.2.1.27.1.2.11",
  docsPnmCmtsDsOfdmSymCapTable: "1.3.6.1.4.1.4491.2.1.27.1.3.1",
  docsPnmCmtsUsOfdmaAQProbeTable: "1.3.6.1.4.1.4491.2.1.27.1.3.3",
  docsPnmCmtsUsHistTable: "1.3.6.1.4.1.4491.2.1.27.1.3.5",
  docsPnmCmtsUsOfdmaRxPwrTable: "1.3.6.1.4.1.4491.2.1.27.1.3.6",
  docsPnmCmtsUsOfdmaRxMerTable: "1.3.6.1.4.1.4491.2.1.27.1.3.7",
  docsPnmCmtsUtscCapabTable: "1.3.6.1.4.1.4491.2.1.27.1.3.10.1",
  docsPnmCmtsUtscCfgTable: "1.3.6.1.4.1.4491.2.1.27.1.3.10.2",
  docsPnmCmtsUtscCtrlTable: "1.3.6.1.4.1.4491.2.1.27.1.3.10.3",
  docsPnmCmtsUtscStatusTable: "1.3.6.1.4.1.4491.2.1.27.1.3.10.4",
};

/** Tables asked for in one GETNEXT; with SNMPv1 one that is missing fails the whole request. */
const TABLES_PER_REQUEST = 7;

/** Names of the tables that have a row which the endpoint's credentials may read. @throws SnmpError */
export async function presentTables(
  engine: SnmpEngine,
  endpoint: SnmpEndpoint,
  deadlineMs: number,
): Promise<string[]> {
  const perRequest = endpoint.profile.version === "v1" ? 1 : TABLES_PER_REQUEST;
  const tables = Object.entries(PNM_TABLES);
  const present: string[] = [];
  for (let from = 0; from < tables.length; from += perRequest) {
    const some = tables.slice(from, from + perRequest);
    const roots = some.map(([, root]) => root);
    const answered = await successors(engine, endpoint, roots, deadlineMs);
    for (const [at, [name, root]] of some.entries()) {
      const next = answered[at];
      if (next && next.value.type !== "endOfMibView" && isWithin(root, next.oid)) present.push(name);
    }
  }
  return present;
}

async function successors(
  engine: SnmpEngine,
  endpoint: SnmpEndpoint,
  roots: readonly string[],
  deadlineMs: number,
): Promise<Varbind[]> {
  try {
    return await engine.getNext(endpoint, roots, { deadlineMs });
  } catch (error) {
    // The end of the MIB, in the words of SNMPv1.
    if (endpoint.profile.version === "v1" && isPnmLabError(error, "SNMP_ERROR_STATUS")) return [];
    throw error;
  }
}
