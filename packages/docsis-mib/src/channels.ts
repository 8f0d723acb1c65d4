import { columnsOf, enumeration } from "./object.ts";

/** DOCS-IF-MIB DocsisUpstreamType, as docsIfUpChannelType reads. */
export const upstreamType = enumeration(0, "unknown", "tdma", "atdma", "scdma", "tdmaAndAtdma");

const upChannel = columnsOf("1.3.6.1.2.1.10.127.1.1.2.1");
/** docsIfUpstreamChannelTable (DOCS-IF-MIB, RFC 4546), SC-QAM channels, index {ifIndex}. */
export const docsIfUpChannel = {
  id: upChannel(1, "docsIfUpChannelId", "Integer", "read-only"),
  frequencyHz: upChannel(2, "docsIfUpChannelFrequency", "Integer", "read-create"),
  widthHz: upChannel(3, "docsIfUpChannelWidth", "Integer", "read-create"),
  modulationProfile: upChannel(4, "docsIfUpChannelModulationProfile", "Unsigned32", "read-create"),
  type: upChannel(15, "docsIfUpChannelType", "Integer", "read-only", upstreamType),
} as const;

const downChannel = columnsOf("1.3.6.1.2.1.10.127.1.1.1.1");
/** docsIfDownstreamChannelTable (DOCS-IF-MIB, RFC 4546), SC-QAM channels, index {ifIndex}. */
export const docsIfDownChannel = {
  id: downChannel(1, "docsIfDownChannelId", "Integer", "read-only"),
  frequencyHz: downChannel(2, "docsIfDownChannelFrequency", "Integer", "read-write"),
  widthHz: downChannel(3, "docsIfDownChannelWidth", "Integer", "read-write"),
  modulation: downChannel(
    4,
    "docsIfDownChannelModulation",
    "Integer",
    "read-write",
    enumeration(1, "unknown", "other", "qam64", "qam256"),
  ),
  powerTenthDbmv: downChannel(6, "docsIfDownChannelPower", "Integer", "read-write"),
} as const;

const dsOfdm = columnsOf("1.3.6.1.4.1.4491.2.1.28.1.19.1");
/** docsIf31CmtsDsOfdmChanTable (DOCS-IF31-MIB), index {ifIndex}. */
export const dsOfdmChan = {
  channelId: dsOfdm(1, "docsIf31CmtsDsOfdmChanChannelId", "Integer", "read-only"),
  lowerBoundaryHz: dsOfdm(2, "docsIf31CmtsDsOfdmChanLowerBdryFreq", "Unsigned32", "read-only"),
  upperBoundaryHz: dsOfdm(3, "docsIf31CmtsDsOfdmChanUpperBdryFreq", "Unsigned32", "read-only"),
} as const;

const ofdma = columnsOf("1.3.6.1.4.1.4491.2.1.28.1.23.1");
/**
 * docsIf31CmtsUsOfdmaChanTable (DOCS-IF31-MIB), index {ifIndex}. The target power is that in 1.6 MHz; subcarrier
 * k is centred at the frequency of subcarrier 0 plus k times the spacing, subcarrier 0 lies below the channel.
 */
export const usOfdmaChan = {
  targetRxPowerTenthDbmv: ofdma(3, "docsIf31CmtsUsOfdmaChanTargetRxPower", "Integer", "read-only"),
  lowerBoundaryHz: ofdma(4, "docsIf31CmtsUsOfdmaChanLowerBdryFreq", "Unsigned32", "read-only"),
  upperBoundaryHz: ofdma(5, "docsIf31CmtsUsOfdmaChanUpperBdryFreq", "Unsigned32", "read-only"),
  subcarrierSpacingKhz: ofdma(6, "docsIf31CmtsUsOfdmaChanSubcarrierSpacing", "Integer", "read-only"),
  cyclicPrefix: ofdma(7, "docsIf31CmtsUsOfdmaChanCyclicPrefix", "Integer", "read-only"),
  symbolsPerFrame: ofdma(8, "docsIf31CmtsUsOfdmaChanNumSymbolsPerFrame", "Unsigned32", "read-only"),
  rollOffPeriod: ofdma(9, "docsIf31CmtsUsOfdmaChanRollOffPeriod", "Integer", "read-only"),
  utilizationPercent: ofdma(22, "docsIf31CmtsUsOfdmaChanUtilization", "Unsigned32", "read-only"),
  channelId: ofdma(23, "docsIf31CmtsUsOfdmaChanId", "Integer", "read-only"),
  subcarrierZeroHz: ofdma(24, "docsIf31CmtsUsOfdmaChanSubcarrierZeroFreq", "Unsigned32", "read-only"),
} as const;

/**
 * docsIfCmtsModulationTable (DOCS-IF-MIB, RFC 4546), index {modulation profile, interval usage code}: what a
 * profile sends in the intervals of a usage code.
 */
export const cmtsModulationType = columnsOf("1.3.6.1.2.1.10.127.1.3.5.1")(
  4,
  "docsIfCmtsModType",
  "Integer",
  "read-create",
  enumeration(1, "other", "qpsk", "qam16", "qam8", "qam32", "qam64", "qam128"),
);

/** docsIfCmtsModIntervalUsageCode of RFC 4546; 7 and 8 are not used by it. */
export const IntervalUsageCode = {
  request: 1,
  requestData: 2,
  initialRanging: 3,
  periodicRanging: 4,
  shortData: 5,
  longData: 6,
  advPhyShortData: 9,
  advPhyLongData: 10,
  ugs: 11,
} as const;

/**
 * docsIf3CmtsSignalQualityExtTable (DOCS-IF3-MIB), index {ifIndex of an upstream channel}: the power that the
 * CMTS commands modems to arrive with in the channel.
 */
export const expectedRxPowerTenthDbmv = columnsOf("1.3.6.1.4.1.4491.2.1.20.1.25.1")(
  2,
  "docsIf3CmtsSignalQualityExtExpectedRxSignalPower",
  "Integer",
  "read-only",
);

const subcarriers = columnsOf("1.3.6.1.4.1.4491.2.1.28.1.28.1");
/** docsIf31CmtsUsOfdmaSubcarrierTypeTable (DOCS-IF31-MIB), index {ifIndex, first subcarrier of the group}. */
export const usOfdmaSubcarrierType = {
  endSubcarrier: subcarriers(
    2,
    "docsIf31CmtsUsOfdmaSubcarrierTypeEndSubcarrierId",
    "Unsigned32",
    "read-only",
  ),
  type: subcarriers(
    3,
    "docsIf31CmtsUsOfdmaSubcarrierTypeSubcarrierType",
    "Integer",
    "read-only",
    enumeration(1, "data", "excluded", "unused"),
  ),
} as const;

/** DOCS-IF31-MIB UsOfdmaSubcarrierType. */
export const SubcarrierType = { data: 1, excluded: 2, unused: 3 } as const;
