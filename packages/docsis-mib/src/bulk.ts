import { columnsOf, enumeration } from "./object.ts";
import { inetAddressType, rowStatus, truthValue } from "./textual-conventions.ts";

const cfg = columnsOf("1.3.6.1.4.1.4491.2.1.27.1.1.3.1.1");

/** docsPnmBulkDataTransferCfgTable (DOCS-PNM-MIB), index {destIndex}: where a CCAP sends its files. */
export const bulkDataTransferCfg = {
  destHostname: cfg(2, "docsPnmBulkDataTransferCfgDestHostname", "OctetString", "read-create"),
  destHostIpAddrType: cfg(
    3,
    "docsPnmBulkDataTransferCfgDestHostIpAddrType",
    "Integer",
    "read-create",
    inetAddressType,
  ),
  destHostIpAddress: cfg(4, "docsPnmBulkDataTransferCfgDestHostIpAddress", "OctetString", "read-create"),
  destPort: cfg(5, "docsPnmBulkDataTransferCfgDestPort", "Unsigned32", "read-create"),
  destBaseUri: cfg(6, "docsPnmBulkDataTransferCfgDestBaseUri", "OctetString", "read-create"),
  protocol: cfg(
    7,
    "docsPnmBulkDataTransferCfgProtocol",
    "Integer",
    "read-write",
    enumeration(1, "tftp", "http", "https"),
  ),
  localStore: cfg(8, "docsPnmBulkDataTransferCfgLocalStore", "Integer", "read-create", truthValue),
  rowStatus: cfg(9, "docsPnmBulkDataTransferCfgRowStatus", "Integer", "read-create", rowStatus),
} as const;

const fileStatus = columnsOf("1.3.6.1.4.1.4491.2.1.27.1.1.3.2.1");
/** docsPnmBulkFileStatusTable: files that a CCAP holds itself. */
export const bulkFileStatus = {
  localFilename: fileStatus(2, "docsPnmBulkFileStatusLocalFilename", "OctetString", "read-only"),
  fileStatus: fileStatus(
    3,
    "docsPnmBulkFileStatusFileStatus",
    "Integer",
    "read-only",
    enumeration(
      1,
      "other",
      "availableForUpload",
      "uploadInProgress",
      "uploadCompleted",
      "uploadPending",
      "uploadCancelled",
      "error",
    ),
  ),
  dateCreated: fileStatus(4, "docsPnmBulkFileStatusDateCreated", "OctetString", "read-only"),
} as const;
