import { MIB_DESTINATION, MIB_ROW, MIB_RULES, MIB_SAMPLES, ROW_MARK, WRITE_ORDER } from "./common.ts";
import type { UtscProfile, UtscQuirk, UtscRule, UtscSource } from "./profile.ts";
import { sourcesOf } from "./sources.ts";

const FILES_PER_RUN = 300;
/** Casa's firmware names the files and binds the destination itself. */
const WRITE_ORDER_WITHOUT_FILES = WRITE_ORDER.filter(
  (field) => field !== "fileName" && field !== "destinationIndex",
);

const timing = (source: UtscSource): UtscRule[] => [
  {
    id: "repeat.range",
    field: "repeatPeriodUs",
    when: { triggerModes: ["freeRunning"] },
    limit: { kind: "ranges", ranges: [[100_000, 60_000_000]] },
    text: "100 ms to 60 s.",
    source,
  },
  {
    id: "freeRun.range",
    field: "freeRunDurationMs",
    when: { triggerModes: ["freeRunning"] },
    limit: { kind: "ranges", ranges: [[120_000, 300_000]] },
    text: "120 to 300 s, enforced at activation and start.",
    source,
  },
  {
    id: "files.perRun",
    field: "repeatPeriodUs",
    when: { triggerModes: ["freeRunning"] },
    limit: { kind: "relation", relation: "capturesPerRun", most: FILES_PER_RUN },
    text: `At most ${FILES_PER_RUN} captures in a run: 400 ms or more at 120 s, 1 s or more at 300 s.`,
    source,
  },
];

const sharedQuirks = (source: UtscSource): UtscQuirk[] => [
  {
    id: "row.silentRevert",
    text: "The CMTS can take every value and put the row back to createAndWait: RowStatus is read after activation.",
    source,
  },
  {
    id: "destination.deprecatedTable",
    text: "Uploads are steered by docsPnmCcapBulkDataControlTable: autoUpload and the selector bit of UTSC.",
    source,
  },
  {
    id: "start.hiddenValidation",
    text: "commitFailed at activation or start stands for a parameter that fails a check the CMTS does not tell.",
    source,
  },
];

const c100gSources = sourcesOf("Casa C100G");
const c100gSeen = c100gSources.observed("Casa C100G");

export const casaC100g: UtscProfile = {
  id: "casa-c100g",
  name: "Casa C100G",
  rules: [
    ...MIB_RULES,
    ...timing(c100gSeen),
    {
      id: "trigger.offered",
      field: "triggerMode",
      limit: { kind: "values", values: ["freeRunning", "idleSid", "cmMac"] },
      text: "Free running, idle SID and CM MAC: the modes that have rows.",
      source: c100gSources.assumption("three rows are bound to a mode each, and these three are named"),
    },
  ],
  adjustments: [
    {
      id: "format.amplitude",
      field: "outputFormat",
      values: ["fftAmplitude"],
      text: "fftAmplitude is taken and can keep the row from becoming active.",
      source: c100gSeen,
    },
  ],
  closed: {
    destinationIndex: {
      state: "unsupported",
      reason: "The firmware of the C100G manages the destination of its rows.",
      source: c100gSeen,
    },
  },
  defaults: { triggerMode: "freeRunning", maxResultsPerFile: 1 },
  freeRunDurationMs: 300_000,
  writeOrder: WRITE_ORDER_WITHOUT_FILES,
  row: { ...MIB_ROW, creation: [], boundToTriggerMode: true, removable: false },
  destination: { ...MIB_DESTINATION, tables: ["deprecated"] },
  samples: MIB_SAMPLES,
  fileNaming: "vendor",
  filesPerRun: FILES_PER_RUN,
  quirks: [
    {
      id: "row.provisioned",
      text: "Rows 1 to 3 are there from boot, one for each trigger mode. They are written in place and never removed: removal loses the destination that the firmware manages.",
      source: c100gSeen,
    },
    {
      id: "file.name",
      text: "Filename is not writable; files are named PNMCcapUsSpecAn_<ccap>_<timestamp>_<ifIndex>.",
      source: c100gSeen,
    },
    ROW_MARK,
    ...sharedQuirks(c100gSeen),
  ],
};

const evoSources = sourcesOf("Casa EVO vCCAP");
const evoSeen = evoSources.observed("EVO vCCAP 10.10");

export const casaEvo: UtscProfile = {
  id: "casa-evo",
  name: "Casa EVO vCCAP",
  rules: [
    ...MIB_RULES,
    ...timing(evoSeen),
    {
      id: "trigger.offered",
      field: "triggerMode",
      limit: { kind: "values", values: ["freeRunning", "idleSid"] },
      text: "Free running and idle SID.",
      source: evoSeen,
    },
    {
      id: "centre.range",
      field: "centerFrequencyHz",
      limit: { kind: "ranges", ranges: [[5_000_000, 200_000_000]] },
      text: "5 to 200 MHz.",
      source: evoSeen,
    },
    {
      id: "centre.grid",
      field: "centerFrequencyHz",
      limit: { kind: "multipleOf", step: 50_000 },
      text: "A multiple of 50 kHz.",
      source: evoSeen,
    },
    {
      id: "span.offered",
      field: "spanHz",
      limit: { kind: "values", values: [40, 80, 160, 320].map((mhz) => mhz * 1_000_000) },
      text: "40, 80, 160 or 320 MHz.",
      source: evoSeen,
    },
    {
      id: "bins.offered",
      field: "bins",
      limit: { kind: "values", values: [200, 400, 800, 1600, 3200] },
      text: "200, 400, 800, 1600 or 3200.",
      source: evoSeen,
    },
    {
      id: "triggerCount.range",
      field: "triggerCount",
      when: { triggerModes: ["idleSid"] },
      limit: { kind: "ranges", ranges: [[1, 10]] },
      text: "1 to 10.",
      source: evoSeen,
    },
  ],
  adjustments: [
    {
      id: "repeat.short",
      field: "repeatPeriodUs",
      values: [100_000, 200_000, 300_000],
      text: "400 ms or more is advised.",
      source: evoSeen,
    },
  ],
  closed: {},
  defaults: { triggerMode: "freeRunning", maxResultsPerFile: 1, triggerCount: 10 },
  freeRunDurationMs: 300_000,
  writeOrder: WRITE_ORDER,
  row: {
    ...MIB_ROW,
    creation: ["createAndWait", "createAndGo"],
    cfgIndexes: [2, 3, 1],
    boundToTriggerMode: true,
  },
  destination: { ...MIB_DESTINATION, tables: ["deprecated", "current"] },
  samples: MIB_SAMPLES,
  fileNaming: "vendor",
  filesPerRun: FILES_PER_RUN,
  quirks: [
    {
      id: "row.index",
      text: "Rows 2 and 3 can be made, row 1 only on some releases; createAndGo is reported as commitFailed and as taken.",
      source: evoSeen,
    },
    {
      id: "destination.order",
      text: "DestinationIndex is refused with commitFailed until the deprecated table is configured.",
      source: evoSeen,
    },
    {
      id: "file.name",
      text: "Files are named PNMCcapUsSpecAn_<ccap>_<timestamp>_<ifIndex>.",
      source: evoSources.assumption("as those of the C100G"),
    },
    {
      id: "trigger.idleSid",
      text: "A test with idle SID never reads sampleReady.",
      source: evoSeen,
    },
    ROW_MARK,
    ...sharedQuirks(evoSeen),
  ],
};
