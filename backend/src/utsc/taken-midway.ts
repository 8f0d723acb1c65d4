import { isPnmLabError, PnmLabError } from "@pnmlab/kit";
import { type Configuration, refuseForeignTest } from "./configure.ts";
import type { Device } from "./device.ts";
import { readRows, type UtscRowState } from "./row.ts";

/** What a configuration also fails with where somebody else takes the row in the middle of it. */
const CAUSED_BY_OTHERS = [
  "UTSC_ROW_REFUSED",
  "UTSC_ROW_REVERTED",
  "UTSC_FILENAME_REFUSED",
  "UTSC_START_REFUSED",
];

/**
 * Why a configuration has failed: `UTSC_BUSY` or `UTSC_TAKEN_OVER` where another user has come first, else the
 * error itself.
 *
 * @throws PnmLabError as `SnmpGateway` does
 */
export async function causeOf(error: unknown, device: Device, wanted: Configuration): Promise<unknown> {
  if (!CAUSED_BY_OTHERS.some((code) => isPnmLabError(error, code))) return error;
  const { rfPortIfIndex, rfPortName, profile } = wanted;
  const rows = await readRows(device.snmp, device.target, rfPortIfIndex, { signal: device.signal });
  refuseForeignTest({ ...wanted, rows });
  const taken = rows.find(({ cfgIndex, fileName, mark }) => {
    const before = wanted.rows.find((row) => row.cfgIndex === cfgIndex);
    return fileName && mark === undefined && fileName !== before?.fileName;
  });
  return taken !== undefined && profile.fileNaming === "configured" ? takenOver(rfPortName, taken) : error;
}

/** The row is another user's by now. */
export function takenOver(rfPortName: string, { fileName }: Pick<UtscRowState, "fileName">): PnmLabError {
  return new PnmLabError(
    "UTSC_TAKEN_OVER",
    `another user has configured ${rfPortName} for files named "${fileName}"; the row was left to that user`,
  );
}
