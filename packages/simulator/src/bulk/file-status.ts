import { bulkFileStatus } from "@pnmlab/docsis-mib";
import { SnmpTable } from "../snmp/table.ts";

/** docsPnmBulkFileStatusFileStatus. */
export const FileStatus = {
  availableForUpload: 2,
  uploadCompleted: 4,
  error: 7,
} as const;

interface LocalFile {
  name: string;
  status: number;
  createdMs: number;
}

const MAX_ROWS = 255;

/** docsPnmBulkFileStatusTable: files that stayed on the CMTS, and on some those it has sent. With all 255 rows in use the oldest goes. */
export class FileStatusTable extends SnmpTable<LocalFile> {
  #next = 0;
  readonly #now: () => number;

  /** @param now Unix time by the device's clock, in milliseconds */
  constructor(now: () => number = Date.now) {
    super([
      { object: bulkFileStatus.localFilename, read: (row) => row.name },
      { object: bulkFileStatus.fileStatus, read: (row) => row.status },
      { object: bulkFileStatus.dateCreated, read: (row) => dateAndTime(row.createdMs) },
    ]);
    this.#now = now;
  }

  add(name: string, status: (typeof FileStatus)[keyof typeof FileStatus]): void {
    this.put([(this.#next % MAX_ROWS) + 1], { name, status, createdMs: this.#now() });
    this.#next += 1;
  }
}

/** DateAndTime of SNMPv2-TC in UTC, 11 octets. */
function dateAndTime(atMs: number): Uint8Array {
  const date = new Date(atMs);
  const year = date.getUTCFullYear();
  return Uint8Array.of(
    year >> 8,
    year & 0xff,
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    Math.floor(date.getUTCMilliseconds() / 100),
    "+".charCodeAt(0),
    0,
    0,
  );
}
