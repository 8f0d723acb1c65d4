import { bulkFileStatus, indexOf } from "@pnmlab/docsis-mib";
import type { SnmpTarget } from "@pnmlab/protocol";
import type { RequestOptions, SnmpGateway } from "../contracts.ts";
import { integerOf, textOf } from "./values.ts";

/** A row of docsPnmBulkFileStatusTable. */
export interface FileStatusRow {
  name: string;
  /** docsPnmBulkFileStatusFileStatus by the MIB's name; undefined where it has none. */
  status: string | undefined;
}

/** What a CMTS tells of its files, in two walks. @throws PnmLabError as `SnmpGateway` does */
export async function readFileStatuses(
  snmp: SnmpGateway,
  target: SnmpTarget,
  options: RequestOptions,
): Promise<FileStatusRow[]> {
  const { fileStatus, localFilename } = bulkFileStatus;
  const [statuses, names] = await Promise.all([
    snmp.walk(target, fileStatus.oid, options),
    snmp.walk(target, localFilename.oid, options),
  ]);
  const byIndex = new Map(
    statuses.map(({ oid, value }) => [indexOf(fileStatus, oid)?.join("."), integerOf(value)]),
  );
  return names.flatMap(({ oid, value }) => {
    const name = textOf(value);
    const status = byIndex.get(indexOf(localFilename, oid)?.join("."));
    return name ? [{ name, status: status === undefined ? undefined : fileStatus.values?.[status] }] : [];
  });
}
