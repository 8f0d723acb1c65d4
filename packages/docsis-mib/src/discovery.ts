import { columnsOf, type MibObject } from "./object.ts";

function scalar(
  name: string,
  oid: string,
  syntax: MibObject["syntax"],
  access: MibObject["access"] = "read-only",
): MibObject {
  return { name, oid, syntax, access };
}

/** SNMPv2-MIB system group; instances end in `.0`. */
export const system = {
  sysDescr: scalar("sysDescr", "1.3.6.1.2.1.1.1", "OctetString"),
  sysObjectId: scalar("sysObjectID", "1.3.6.1.2.1.1.2", "ObjectIdentifier"),
  sysUpTime: scalar("sysUpTime", "1.3.6.1.2.1.1.3", "TimeTicks"),
  sysContact: scalar("sysContact", "1.3.6.1.2.1.1.4", "OctetString", "read-write"),
  sysName: scalar("sysName", "1.3.6.1.2.1.1.5", "OctetString", "read-write"),
  sysLocation: scalar("sysLocation", "1.3.6.1.2.1.1.6", "OctetString", "read-write"),
  sysServices: scalar("sysServices", "1.3.6.1.2.1.1.7", "Integer"),
} as const;

/** IF-MIB. */
export const ifNumber = scalar("ifNumber", "1.3.6.1.2.1.2.1", "Integer");

const ifEntry = columnsOf("1.3.6.1.2.1.2.2.1");
export const ifTable = {
  ifIndex: ifEntry(1, "ifIndex", "Integer", "read-only"),
  ifDescr: ifEntry(2, "ifDescr", "OctetString", "read-only"),
  ifType: ifEntry(3, "ifType", "Integer", "read-only"),
  ifSpeed: ifEntry(5, "ifSpeed", "Unsigned32", "read-only"),
  ifPhysAddress: ifEntry(6, "ifPhysAddress", "OctetString", "read-only"),
  ifAdminStatus: ifEntry(7, "ifAdminStatus", "Integer", "read-write"),
  ifOperStatus: ifEntry(8, "ifOperStatus", "Integer", "read-only"),
  ifInDiscards: ifEntry(13, "ifInDiscards", "Counter32", "read-only"),
  ifInErrors: ifEntry(14, "ifInErrors", "Counter32", "read-only"),
  ifOutDiscards: ifEntry(19, "ifOutDiscards", "Counter32", "read-only"),
  ifOutErrors: ifEntry(20, "ifOutErrors", "Counter32", "read-only"),
} as const;

const ifXEntry = columnsOf("1.3.6.1.2.1.31.1.1.1");
export const ifXTable = {
  ifName: ifXEntry(1, "ifName", "OctetString", "read-only"),
  ifHCInOctets: ifXEntry(6, "ifHCInOctets", "Counter64", "read-only"),
  ifHCOutOctets: ifXEntry(10, "ifHCOutOctets", "Counter64", "read-only"),
  /** In units of 1,000,000 bits per second. */
  ifHighSpeed: ifXEntry(15, "ifHighSpeed", "Unsigned32", "read-only"),
  ifAlias: ifXEntry(18, "ifAlias", "OctetString", "read-write"),
} as const;

/** ifStackTable, index {higher ifIndex, lower ifIndex}. */
export const ifStackStatus = columnsOf("1.3.6.1.2.1.31.1.2.1")(3, "ifStackStatus", "Integer", "read-only");

/** docsIf31DocsisBaseCapability; docsis31(5), docsis40(6). */
export const docsisBaseCapability = scalar(
  "docsIf31DocsisBaseCapability",
  "1.3.6.1.4.1.4491.2.1.28.1.1",
  "Integer",
);

/** docsPnmMIB: the subtree below which PNM tests are configured and started. */
export const DOCS_PNM_MIB_OID = "1.3.6.1.4.1.4491.2.1.27";

/** DOCS-IF3-MIB CmtsCmRegState; 3 and 7 do not exist. */
export const cmRegState: Readonly<Record<number, string>> = {
  1: "other",
  2: "initialRanging",
  4: "rangingAutoAdjComplete",
  5: "dhcpv4Complete",
  6: "registrationComplete",
  8: "operational",
  9: "bpiInit",
  10: "startEae",
  11: "startDhcpv4",
  12: "startDhcpv6",
  13: "dhcpv6Complete",
  14: "startConfigFileDownload",
  15: "configFileDownloadComplete",
  16: "startRegistration",
  17: "forwardingDisabled",
  18: "rfMuteAll",
};

/** States in which a modem is on line: it has registered, and forwards or is kept from it. */
export const ONLINE_CM_REG_STATES: ReadonlySet<number> = new Set([6, 8, 9, 17]);

const regStatus = columnsOf("1.3.6.1.4.1.4491.2.1.20.1.3.1");
/** docsIf3CmtsCmRegStatusTable (DOCS-IF3-MIB), index {docsIf3CmtsCmRegStatusId}. */
export const cmRegStatus = {
  macAddr: regStatus(2, "docsIf3CmtsCmRegStatusMacAddr", "OctetString", "read-only"),
  /** Four octets. */
  ipv4Addr: regStatus(5, "docsIf3CmtsCmRegStatusIPv4Addr", "OctetString", "read-only"),
  value: regStatus(6, "docsIf3CmtsCmRegStatusValue", "Integer", "read-only", cmRegState),
} as const;

/** docsIf3CmtsCmUsStatusTable (DOCS-IF3-MIB), index {docsIf3CmtsCmRegStatusId, logical channel's ifIndex}. */
export const cmUsStatusModulationType = columnsOf("1.3.6.1.4.1.4491.2.1.20.1.4.1")(
  2,
  "docsIf3CmtsCmUsStatusModulationType",
  "Integer",
  "read-only",
);

/** docsIf31CmtsCmUsOfdmaChannelStatusTable (DOCS-IF31-MIB), index {docsIf3CmtsCmRegStatusId, ifIndex}. */
export const cmUsOfdmaRxPowerTenthDbmv = columnsOf("1.3.6.1.4.1.4491.2.1.28.1.4.1")(
  1,
  "docsIf31CmtsCmUsOfdmaChannelRxPower",
  "Integer",
  "read-only",
);

/** ccapInterfaceIndexMapTable (CCAP-MIB), index {ifIndex}: where an interface is, as an XPath. */
export const ccapInterfacePath = columnsOf("1.3.6.1.4.1.4491.2.1.24.1.1.1.1")(
  1,
  "ccapInterfaceIndexMapPath",
  "OctetString",
  "read-only",
);

/**
 * docsRphyRpdIfCoreToRpdMapTable (DOCS-RPHY-MIB), index {core ifIndex, RPD MAC, direction, RF port}: the
 * interfaces of a core with the port of the RPD that carries them.
 */
export const rpdRfChannelType = columnsOf("1.3.6.1.4.1.4491.2.1.30.1.2.6.1")(
  5,
  "docsRphyRpdIfCoreToRpdMapRpdRfChanType",
  "Integer",
  "read-only",
);
