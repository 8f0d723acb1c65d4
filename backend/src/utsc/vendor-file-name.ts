import { filePrefixOf } from "./file-name.ts";

/** What a file says that its CMTS has named by itself. */
export interface VendorFileName {
  ccapId: string;
  rfPortIfIndex: number;
}

/** `PNMCcapUsSpecAn_<ccap>_<timestamp>_<ifIndex>`, the default name of DOCS-PNM-MIB; some write colons in the time. */
const DEFAULT_NAME = /^PNMCcapUsSpecAn_(.+)_\d{4}-\d\d-\d\d_\d\d[.:]\d\d[.:]\d\d[.:]\d{3}_(\d{1,10})$/;

export function parseVendorFileName(fileName: string): VendorFileName | undefined {
  const match = DEFAULT_NAME.exec(fileName);
  return match === null ? undefined : { ccapId: match[1]!, rfPortIfIndex: Number(match[2]) };
}

/** The name that a manager has given: a CMTS that names the files itself shows another with each of them. */
export function givenName(fileName: string | null | undefined): string {
  return fileName && parseVendorFileName(fileName) === undefined ? fileName : "";
}

/** A file's name without the folders in front. */
export function baseOf(fileName: string): string {
  return fileName.slice(fileName.lastIndexOf("/") + 1);
}

/** Whether a file on a CMTS is a session's: by the name that the session gave, or by CMTS and RF port in the CMTS's own. */
export function isFileOf(
  fileName: string,
  {
    sessionId,
    rfPortIfIndex,
    sysName,
  }: { sessionId: string; rfPortIfIndex: number; sysName?: string | undefined },
): boolean {
  const base = baseOf(fileName);
  if (base.startsWith(filePrefixOf(sessionId))) return true;
  const vendor = parseVendorFileName(base);
  return vendor?.rfPortIfIndex === rfPortIfIndex && vendor.ccapId === sysName;
}
