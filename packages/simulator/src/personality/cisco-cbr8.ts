import type { Personality } from "./personality.ts";
import { ASSUMPTION, LAB_CBR8, MIB } from "./sources.ts";

const MHZ = 1_000_000;
const PORTS_PER_CARD = 16;
const MIN_BINS = 256;

const card = (port: number) => 1 + Math.floor((port - 1) / PORTS_PER_CARD);
const connector = (port: number) => (port - 1) % PORTS_PER_CARD;

/** Cisco cBR-8. */
export const ciscoCbr8: Personality = {
  name: "cisco-cbr8",
  title: "Cisco cBR-8",
  sysDescrMarker:
    "Cisco IOS Software, cBR Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 17.12.1,\r\nTechnical Support",
  // Below ciscoProducts; the cBR-8's own number is an assumption.
  sysObjectId: [1, 3, 6, 1, 4, 1, 9, 1, 2141],
  quirks: [
    { what: "sysDescr holds line breaks, which command line tools show as hexadecimal", source: LAB_CBR8 },
    {
      what: "No rows from boot: destroy, wait 2 s, createAndGo, wait 1 s, then the columns",
      source: LAB_CBR8,
    },
    {
      what: "Within 1 s of a destroy and 0.5 s of a creation writes to the row are inconsistentValue",
      source: ASSUMPTION,
    },
    { what: "createAndGo works without columns: centre, span and bins have defaults", source: ASSUMPTION },
    { what: "createAndWait is wrongValue", source: ASSUMPTION },
    {
      what: "An OFDMA channel's ifIndex works in place of the RF port's in the index of a row",
      source: LAB_CBR8,
    },
    { what: "Windows 1 to 6 are accepted; 1 becomes 2 and 6 becomes 5 without a word", source: LAB_CBR8 },
    { what: "NumBins below 256 is confirmed and ignored", source: LAB_CBR8 },
    { what: "Formats timeIQ, fftPower and fftIQ", source: `${LAB_CBR8}; older notes lack fftIQ` },
    { what: "cmMac is TriggerMode 6", source: `${MIB}; a public tool has 7 in its place` },
    { what: "Filename cannot be written", source: `${LAB_CBR8}; sources disagree` },
    { what: "Files have the default name with the time in colons", source: LAB_CBR8 },
    { what: "RepeatPeriod from 25 ms", source: LAB_CBR8 },
    { what: "A SET of docsPnmBulkDataTransferCfgProtocol is genErr", source: LAB_CBR8 },
    { what: "8 tests per line card, 20 per chassis", source: LAB_CBR8 },
    { what: "A start beyond these ends as resourceUnavailable(6)", source: ASSUMPTION },
    { what: "16 RF ports per line card", source: ASSUMPTION },
    { what: "The result row's Output is empty", source: ASSUMPTION },
    { what: "Files begin with the common header of PNM files", source: ASSUMPTION },
  ],
  interfaces: {
    macDomainIfIndex: (domain) => 490_000 + domain,
    downstreamIfIndex: (domain, channel) => 600_000 + 64 * domain + channel,
    ofdmDownIfIndex: (domain) => 900_000 + domain,
    rfPortIfIndex: (port) => 493_230 + (port - 1),
    physicalIfIndex: (port, channel) => 520_000 + 16 * (port - 1) + channel,
    logicalIfIndex: (port, channel) => 540_000 + 16 * (port - 1) + channel,
    ofdmaIfIndex: (port, channel) => 560_000 + 16 * (port - 1) + channel,
    ofdmaDescr: (port, channel) => `Cable${card(port)}/0/US${connector(port)}-OFDMA${channel}`,
    rfPortDescr: (port) => `Cable${card(port)}/0/US${connector(port)}`,
    rfPortName: (port) => `Ca${card(port)}/0/US${connector(port)}`,
  },
  provisioning: {
    rows: [],
    cfgIndices: [1],
    creation: "byManager",
    refusedActions: { createAndWait: "wrongValue" },
    rowKeys: "rfPortOrOfdma",
    settleMs: { afterDestroy: 1000, afterCreate: 500 },
  },
  bulk: { tables: "current", steeredBy: "current", destinationRow: false, protocolRefusal: "genErr" },
  capabilities: {
    triggerModes: [2, 6],
    outputFormats: ["timeIQ", "fftPower", "fftIQ"],
    windows: [2, 3, 4, 5],
    description: "UTSC: 8 captures per line card, 20 per chassis",
  },
  columns: {
    centerFreqHz: { default: 50 * MHZ, ranges: [[0, 204 * MHZ]], refusal: "wrongValue" },
    spanHz: { default: 80 * MHZ, ranges: [[MHZ, 409.6 * MHZ]], refusal: "wrongValue" },
    numBins: {
      default: 800,
      ranges: [[0, 4096]],
      refusal: "wrongValue",
      ignores: (bins) => bins < MIN_BINS,
    },
    window: {
      alsoAccepts: [1, 6],
      adjust: (window) => ({ 1: 2, 6: 5 })[window] ?? window,
    },
    filename: { notWritable: true },
  },
  timing: {
    minRepeatPeriodUs: 25_000,
    triggerTimeoutMs: { 6: 120_000 },
    grantIntervalMs: 200,
    checkedWhenWritten: true,
  },
  start: {
    filenameRequired: false,
    triggerChannelRequired: false,
    freeRunDurationRequired: false,
    maxFreeRunDurationMs: Infinity,
    minFileRepeatPeriodUs: 0,
    refusal: "inconsistentValue",
    inactiveRow: "inconsistentValue",
  },
  concurrency: {
    portsPerCard: PORTS_PER_CARD,
    testsPerCard: 8,
    testsPerChassis: 20,
    beyond: "statusResourceUnavailable",
  },
  files: {
    form: "common-header-v2",
    naming: "default",
    timeSeparator: ":",
    ownFolder: "",
    timestamp: "always",
    maxFilesPerRun: Infinity,
    maxFileBytes: 16 * 1024 * 1024,
  },
  sampleSize: "payload",
  resultOutput: false,
};
