import { bitsFromOctets, ccapBulkDataControl, PnmTestSelector } from "@pnmlab/docsis-mib";
import type { Images } from "../snmp/writable-table.ts";
import { WritableTable } from "../snmp/writable-table.ts";
import { ADDRESS_OCTETS, addressText, folderOf, type UploadTarget } from "./destination.ts";

/** One row of docsPnmCcapBulkDataControlTable. */
interface BulkServer {
  addressType: number;
  address: Uint8Array;
  path: string;
  uploadControl: number;
  selector: Uint8Array;
}

const SERVERS = [1, 2, 3];
const AUTO_UPLOAD = 3;
const MAX_TEXT_OCTETS = 255;
/** Bits 0 to 8 stand in two octets; agents take more. */
const MAX_SELECTOR_OCTETS = 4;

/** docsPnmCcapBulkDataControlTable, the deprecated one: three servers, and which tests' files each gets. */
export class BulkServerTable extends WritableTable<BulkServer> {
  constructor() {
    super(
      [
        {
          object: ccapBulkDataControl.destIpAddrType,
          read: (row) => row.addressType,
          write: {
            refuses: (value) => ((value as number) in ADDRESS_OCTETS ? undefined : "wrongValue"),
            assign: (row, value) => {
              row.addressType = value as number;
            },
          },
        },
        {
          object: ccapBulkDataControl.destIpAddr,
          read: (row) => row.address,
          write: {
            refuses: (value) =>
              Object.values(ADDRESS_OCTETS).includes((value as Uint8Array).length)
                ? undefined
                : "wrongLength",
            assign: (row, value) => {
              row.address = value as Uint8Array;
            },
          },
        },
        {
          object: ccapBulkDataControl.destPath,
          read: (row) => row.path,
          write: {
            refuses: (value) => ((value as Uint8Array).length > MAX_TEXT_OCTETS ? "wrongLength" : undefined),
            assign: (row, value) => {
              row.path = Buffer.from(value as Uint8Array).toString("utf8");
            },
          },
        },
        {
          object: ccapBulkDataControl.uploadControl,
          read: (row) => row.uploadControl,
          write: {
            assign: (row, value) => {
              row.uploadControl = value as number;
            },
          },
        },
        {
          object: ccapBulkDataControl.pnmTestSelector,
          read: (row) => row.selector,
          write: {
            refuses: (value) =>
              (value as Uint8Array).length > MAX_SELECTOR_OCTETS ? "wrongLength" : undefined,
            assign: (row, value) => {
              row.selector = value as Uint8Array;
            },
          },
        },
      ],
      {
        copy: (row) => ({ ...row }),
        check: (draft, images) => {
          const row = draft.after!;
          if (row.address.length > 0 && row.address.length !== ADDRESS_OCTETS[row.addressType]) {
            draft.refuse(
              "inconsistentValue",
              `an address of ${row.address.length} octets is not of type ${row.addressType}`,
              ccapBulkDataControl.destIpAddr,
              ccapBulkDataControl.destIpAddrType,
            );
          }
          if (draft.wrote(ccapBulkDataControl.pnmTestSelector) && this.#isTakenTwice(images)) {
            draft.refuse(
              "inconsistentValue",
              "a test is bound to another server already",
              ccapBulkDataControl.pnmTestSelector,
            );
          }
        },
      },
    );
    this.reset();
  }

  /** The rows as they are from boot. */
  reset(): void {
    for (const server of SERVERS) {
      this.put([server], {
        addressType: 0,
        address: new Uint8Array(0),
        path: "",
        uploadControl: AUTO_UPLOAD,
        selector: new Uint8Array(2),
      });
    }
  }

  /** Where files of UTSC go; undefined while no server takes them. The table knows no port. */
  utscTarget(tftpPort: number, images?: Images): UploadTarget | undefined {
    const row = this.#after(images).find(
      ({ uploadControl, selector }) =>
        uploadControl === AUTO_UPLOAD &&
        bitsFromOctets(selector).includes(PnmTestSelector.usTriggeredSpectrumCapture),
    );
    const host = row && addressText(row);
    return host === undefined ? undefined : { host, port: tftpPort, folder: folderOf(row!.path) };
  }

  #after(images: Images | undefined): BulkServer[] {
    return SERVERS.map((server) => (images ? images.after(this, [server]) : this.get([server]))!);
  }

  #isTakenTwice(images: Images): boolean {
    const bits = this.#after(images).flatMap(({ selector }) => bitsFromOctets(selector));
    return new Set(bits).size < bits.length;
  }
}
