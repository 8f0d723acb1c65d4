import { enumeration } from "./object.ts";

/** SNMPv2-TC TruthValue. */
export const truthValue = enumeration(1, "true", "false");
export const TRUE = 1;
export const FALSE = 2;

/** SNMPv2-TC RowStatus; 4 to 6 are written only, 3 is read only. */
export const rowStatus = enumeration(
  1,
  "active",
  "notInService",
  "notReady",
  "createAndGo",
  "createAndWait",
  "destroy",
);
export const RowStatus = {
  active: 1,
  notInService: 2,
  notReady: 3,
  createAndGo: 4,
  createAndWait: 5,
  destroy: 6,
} as const;

/** DOCS-PNM-MIB MeasStatusType. */
export const measStatusType = enumeration(
  1,
  "other",
  "inactive",
  "busy",
  "sampleReady",
  "error",
  "resourceUnavailable",
  "sampleTruncated",
  "interfaceModification",
);
export const MeasStatus = {
  other: 1,
  inactive: 2,
  busy: 3,
  sampleReady: 4,
  error: 5,
  resourceUnavailable: 6,
  sampleTruncated: 7,
  interfaceModification: 8,
} as const;

/** INET-ADDRESS-MIB InetAddressType, the members that PNM objects allow. */
export const inetAddressType = enumeration(0, "unknown", "ipv4", "ipv6");

/** IANAifType-MIB values that occur on a CMTS. */
export const IfType = {
  docsCableMaclayer: 127,
  docsCableDownstream: 128,
  docsCableUpstream: 129,
  docsCableUpstreamChannel: 205,
  docsCableUpstreamRfPort: 256,
  docsOfdmDownstream: 277,
  docsOfdmaUpstream: 278,
} as const;
