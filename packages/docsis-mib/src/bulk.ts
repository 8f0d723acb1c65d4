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

const control = columnsOf("1.3.6.1.4.1.4491.2.1.27.1.1.1.5.1");
/**
 * docsPnmCcapBulkDataControlTable, index {serverIndex 1..10}: deprecated, and what some CCAPs are still
 * steered by. Its rows are there from boot.
 */
export const ccapBulkDataControl = {
  destIpAddrType: control(
    2,
    "docsPnmCcapBulkDataControlDestIpAddrType",
    "Integer",
    "read-write",
    inetAddressType,
  ),
  destIpAddr: control(3, "docsPnmCcapBulkDataControlDestIpAddr", "OctetString", "read-write"),
  destPath: control(4, "docsPnmCcapBulkDataControlDestPath", "OctetString", "read-write"),
  uploadControl: control(
    5,
    "docsPnmCcapBulkDataControlUploadControl",
    "Integer",
    "read-write",
    enumeration(1, "other", "noAutoUpload", "autoUpload"),
  ),
  /** BITS; see `PnmTestSelector`. */
  pnmTestSelector: control(6, "docsPnmCcapBulkDataControlPnmTestSelector", "OctetString", "read-write"),
} as const;

/** Bits of docsPnmCcapBulkDataControlPnmTestSelector: the tests whose files go to a server. */
export const PnmTestSelector = {
  dsOfdmSymbolCapture: 1,
  dsOfdmNoisePowerRatio: 2,
  cmtsUsOfdmaActiveAndQuietProbe: 3,
  usImpulseNoise: 4,
  usOfdmaRxMerPerSubcarrier: 5,
  upstreamHistogram: 6,
  usOfdmaRxPower: 7,
  usTriggeredSpectrumCapture: 8,
} as const;
