import { MIB_DESTINATION, MIB_ROW, MIB_RULES, MIB_SAMPLES, ROW_MARK, WRITE_ORDER } from "./common.ts";
import type { UtscProfile } from "./profile.ts";
import { sourcesOf } from "./sources.ts";

const { observed } = sourcesOf("Cisco cBR-8");
const seen = observed("Cisco cBR-8");

/** Limits are those of one lab; Cisco's own are not published. */
export const ciscoCbr8: UtscProfile = {
  id: "cisco-cbr8",
  name: "Cisco cBR-8",
  rules: [
    ...MIB_RULES,
    {
      id: "trigger.offered",
      field: "triggerMode",
      limit: { kind: "values", values: ["other", "freeRunning", "cmMac"] },
      text: "Other, free running and CM MAC.",
      source: seen,
    },
    {
      id: "format.offered",
      field: "outputFormat",
      limit: { kind: "values", values: ["timeIQ", "fftPower", "fftIQ"] },
      text: "timeIQ, fftPower and fftIQ.",
      source: seen,
    },
    {
      id: "bins.least",
      field: "bins",
      limit: { kind: "ranges", ranges: [[256, 65_535]] },
      text: "256 or more: fewer are ignored without a word.",
      source: seen,
    },
    {
      id: "repeat.range",
      field: "repeatPeriodUs",
      when: { triggerModes: ["freeRunning"] },
      limit: {
        kind: "ranges",
        ranges: [
          [0, 0],
          [25_000, 1_000_000],
        ],
      },
      text: "0 for one capture, or 25 to 1000 ms.",
      source: seen,
    },
    {
      id: "window.offered",
      field: "window",
      limit: {
        kind: "values",
        values: ["other", "rectangular", "hann", "blackmanHarris", "hamming", "flatTop"],
      },
      text: "Rectangular, Hann, Blackman-Harris and Hamming; other and flat top become one of these.",
      source: seen,
    },
  ],
  adjustments: [
    {
      id: "window.other",
      field: "window",
      values: ["other"],
      becomes: "rectangular",
      text: "Taken, and read back as rectangular.",
      source: seen,
    },
    {
      id: "window.flatTop",
      field: "window",
      values: ["flatTop"],
      becomes: "hamming",
      text: "Taken, and read back as Hamming.",
      source: seen,
    },
  ],
  closed: {},
  defaults: { triggerMode: "freeRunning", maxResultsPerFile: 1 },
  freeRunDurationMs: 60_000,
  writeOrder: WRITE_ORDER,
  row: {
    ...MIB_ROW,
    creation: ["createAndGo"],
    recreate: true,
    pauseAfterRemovalMs: 2000,
    pauseAfterCreationMs: 1000,
  },
  destination: { ...MIB_DESTINATION, writesProtocol: false },
  samples: MIB_SAMPLES,
  fileNaming: "vendor",
  capacity: {
    lineCard: /^(?:Ca|Cable|Integrated-Cable)(\d+)\//,
    limits: [
      { scope: "lineCard", most: 8, text: "8 tests at a time on a line card.", source: seen },
      { scope: "chassis", most: 20, text: "20 tests at a time in a chassis.", source: seen },
    ],
  },
  quirks: [
    {
      id: "row.recreate",
      text: "No row is there from boot: destroy, 2 s, createAndGo, 1 s, then the columns.",
      source: seen,
    },
    {
      id: "wire.strict",
      text: "An INTEGER sent to an Unsigned32 column is refused with wrongType.",
      source: seen,
    },
    {
      id: "destination.protocol",
      text: "A SET of Protocol in the destination row is answered with genErr; it is left out.",
      source: seen,
    },
    {
      id: "file.name",
      text: "Files are named PNMCcapUsSpecAn_<hostname>_<timestamp>_<ifIndex>, whatever Filename says; sources disagree on whether it is writable.",
      source: seen,
    },
    ROW_MARK,
    {
      id: "capacity",
      text: "8 captures at a time on a line card, 20 in a chassis.",
      source: seen,
    },
  ],
};
