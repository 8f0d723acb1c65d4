import { columnsOf, enumeration, inetAddressType } from "@pnmlab/docsis-mib";

const column = columnsOf("1.3.6.1.4.1.4491.2.1.27.1.1.1.5.1");

/** docsPnmCcapBulkDataControlTable (DOCS-PNM-MIB, deprecated), index {serverIndex}; rows exist from boot. */
export const bulkDataControl = {
  destIpAddrType: column(
    2,
    "docsPnmCcapBulkDataControlDestIpAddrType",
    "Integer",
    "read-write",
    inetAddressType,
  ),
  destIpAddr: column(3, "docsPnmCcapBulkDataControlDestIpAddr", "OctetString", "read-write"),
  destPath: column(4, "docsPnmCcapBulkDataControlDestPath", "OctetString", "read-write"),
  uploadControl: column(
    5,
    "docsPnmCcapBulkDataControlUploadControl",
    "Integer",
    "read-write",
    enumeration(1, "other", "noAutoUpload", "autoUpload"),
  ),
  /** BITS; usTriggeredSpectrumCapture is bit 8. */
  pnmTestSelector: column(6, "docsPnmCcapBulkDataControlPnmTestSelector", "OctetString", "read-write"),
} as const;
