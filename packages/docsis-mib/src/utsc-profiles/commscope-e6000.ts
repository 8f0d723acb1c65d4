import { MIB_DESTINATION, MIB_ROW, MIB_RULES, MIB_SAMPLES, WRITE_ORDER } from "./common.ts";
import type { UtscOutputFormatName } from "./field.ts";
import type { UtscCondition, UtscProfile, UtscRule } from "./profile.ts";
import { sourcesOf } from "./sources.ts";

const MHZ = 1_000_000;
const FFT_FORMATS: UtscOutputFormatName[] = ["fftPower", "fftIQ", "fftAmplitude"];
const TIME_FORMATS: UtscOutputFormatName[] = ["timeIQ"];

interface Circuit {
  name: "wideband" | "narrowband";
  /** Captures that this FFT circuit makes. */
  when: UtscCondition;
  because: string;
  highestMhz: number;
  fftSpansMhz: number[];
  timeSpansMhz: number[];
}

const CIRCUITS: Circuit[] = [
  {
    name: "wideband",
    when: { triggerModes: ["freeRunning"] },
    because: "Free running uses the wideband FFT",
    highestMhz: 204,
    fftSpansMhz: [80, 160, 320],
    timeSpansMhz: [102.4, 204.8, 409.6],
  },
  {
    name: "wideband",
    when: { triggerModes: ["idleSid", "cmMac"], channelKinds: ["ofdma"] },
    because: "A trigger on an OFDMA channel uses the wideband FFT",
    highestMhz: 204,
    fftSpansMhz: [80, 160, 320],
    timeSpansMhz: [102.4, 204.8, 409.6],
  },
  {
    name: "narrowband",
    when: { triggerModes: ["idleSid", "cmMac"], channelKinds: ["scQam"] },
    because: "A trigger on an SC-QAM channel uses the narrowband FFT",
    highestMhz: 102,
    fftSpansMhz: [40, 80],
    timeSpansMhz: [51.2, 102.4, 204.8],
  },
];

function e6000(id: string, name: string, windows: string[], windowText: string): UtscProfile {
  const { e6000Guide: guide, observed, assumption } = sourcesOf(name);
  const columns = guide("table of the docsPnmCmtsUtscCfg columns");
  const mhz = (values: number[]) => values.map((value) => Math.round(value * MHZ));
  const ofCircuit = ({
    name: circuit,
    when,
    because,
    highestMhz,
    fftSpansMhz,
    timeSpansMhz,
  }: Circuit): UtscRule[] => {
    const span = (kind: string, outputFormats: UtscOutputFormatName[], spans: number[]): UtscRule => ({
      id: `span.${circuit}${kind}`,
      field: "spanHz",
      when: { ...when, outputFormats },
      limit: { kind: "values", values: mhz(spans) },
      text: `${because}: ${spans.join(", ")} MHz.`,
      source: columns,
    });
    return [
      {
        id: `centre.${circuit}`,
        field: "centerFrequencyHz",
        when,
        limit: { kind: "ranges", ranges: [[0, highestMhz * MHZ]] },
        text: `${because}: 0 to ${highestMhz} MHz.`,
        source: columns,
      },
      span("", FFT_FORMATS, fftSpansMhz),
      span(".time", TIME_FORMATS, timeSpansMhz),
    ];
  };
  const triggered: UtscCondition = { triggerModes: ["idleSid", "cmMac"] };
  return {
    id,
    name,
    rules: [
      ...MIB_RULES,
      {
        id: "trigger.offered",
        field: "triggerMode",
        limit: { kind: "values", values: ["freeRunning", "idleSid", "cmMac"] },
        text: "Free running, idle SID and CM MAC.",
        source: guide("trigger modes; cmMac since release 13.0"),
      },
      {
        id: "trigger.channel",
        field: "logicalChIfIndex",
        when: triggered,
        limit: { kind: "relation", relation: "required" },
        text: "Idle SID and CM MAC need the channel that triggers.",
        source: guide("trigger modes"),
      },
      {
        id: "centre.grid",
        field: "centerFrequencyHz",
        limit: { kind: "multipleOf", step: 50_000 },
        text: "A multiple of 50 kHz.",
        source: columns,
      },
      ...CIRCUITS.flatMap(ofCircuit),
      {
        id: "format.offered",
        field: "outputFormat",
        limit: { kind: "values", values: [...TIME_FORMATS, ...FFT_FORMATS] },
        text: "timeIQ, fftPower, fftIQ and fftAmplitude.",
        source: columns,
      },
      {
        id: "bins.fft",
        field: "bins",
        when: { outputFormats: FFT_FORMATS },
        limit: { kind: "values", values: [200, 400, 800, 1600, 3200] },
        text: "200, 400, 800, 1600 or 3200.",
        source: columns,
      },
      {
        id: "bins.time",
        field: "bins",
        when: { outputFormats: TIME_FORMATS },
        limit: { kind: "values", values: [256, 512, 1024, 2048, 4096] },
        text: "256, 512, 1024, 2048 or 4096 samples.",
        source: columns,
      },
      {
        id: "window.offered",
        field: "window",
        limit: { kind: "values", values: windows },
        text: windowText,
        source: columns,
      },
      {
        id: "repeat.range",
        field: "repeatPeriodUs",
        when: { triggerModes: ["freeRunning"] },
        limit: {
          kind: "ranges",
          ranges: [
            [0, 0],
            [50_000, 1_000_000],
          ],
        },
        text: "0 for one capture, or 50 to 1000 ms; shorter ones need a static pseudowire and give no files.",
        source: columns,
      },
      {
        id: "freeRun.watchdog",
        field: "freeRunDurationMs",
        when: { triggerModes: ["freeRunning"] },
        limit: { kind: "ranges", ranges: [[1000, 60_000]] },
        text: "1 to 60 s: a watchdog ends longer runs whose results go into files.",
        source: guide("FreeRunDuration and the 60 s watchdog"),
      },
      {
        id: "triggerCount.range",
        field: "triggerCount",
        when: triggered,
        limit: { kind: "ranges", ranges: [[1, 10]] },
        text: "1 to 10; 0 for no end is not supported.",
        source: columns,
      },
    ],
    adjustments: [
      {
        id: "repeat.rounded",
        field: "repeatPeriodUs",
        roundUpTo: 50_000,
        text: "Rounded up to a multiple of 50 ms.",
        source: columns,
      },
      {
        id: "freeRun.rounded",
        field: "freeRunDurationMs",
        roundUpTo: 50,
        text: "Rounded up to a multiple of 50 ms.",
        source: columns,
      },
    ],
    closed: {
      averaging: {
        state: "fixed",
        fixedValue: 0,
        reason: "Not changeable on the E6000. Average in the trace instead.",
        source: columns,
      },
      maxResultsPerFile: {
        state: "fixed",
        fixedValue: 1,
        reason: "The E6000 writes one capture into a file.",
        source: columns,
      },
      ...notOffered(assumption("the guide describes no squelch")),
    },
    defaults: { triggerMode: "freeRunning", maxResultsPerFile: 1, triggerCount: 10 },
    freeRunDurationMs: 60_000,
    writeOrder: WRITE_ORDER,
    row: { ...MIB_ROW, creation: [], removable: false },
    destination: MIB_DESTINATION,
    samples: MIB_SAMPLES,
    fileNaming: "configured",
    filesPerRun: 10,
    capacity: {
      lineCard: /^(?:us-conn|cable-upstreamRfPort) (\d+)\//,
      limits: [
        {
          scope: "lineCard",
          most: 1,
          fromRepeatPeriodUs: 50_000,
          text: "One test on a line card; those on static pseudowires, with repeat periods below 50 ms, beside it.",
          source: guide("restrictions"),
        },
      ],
    },
    quirks: [
      {
        id: "row.fixed",
        text: "Each RPD RF port has row 1 from boot; there is no other, and it stays.",
        source: guide("configuration rows"),
      },
      {
        id: "files.tenPerRun",
        text: "A run ends after 10 files, whatever its duration; it is armed again at once and the gap is marked.",
        source: guide("results per invocation"),
      },
      {
        id: "start.clear",
        text: "A finished test is cleared with InitiateTest = false before the next start.",
        source: guide("procedure of a capture"),
      },
      {
        id: "file.name",
        text: "Files need a base name, and always get _<timestamp> behind it; the final name cannot be read.",
        source: guide("file names"),
      },
      {
        id: "card.oneTest",
        text: "One UTSC with results in files at a time on a UCAM-2 card.",
        source: guide("restrictions"),
      },
      {
        id: "defaults.zero",
        text: "RepeatPeriod and FreeRunDuration are 0 from boot, where the MIB says 100 ms and 1 s.",
        source: columns,
      },
      {
        id: "destination.protocol",
        text: "The destination row is there from boot; Protocol is set to tftp before it is activated.",
        source: observed("docsPnmBulkDataTransferCfgTable of an E6000"),
      },
    ],
  };
}

function notOffered(source: ReturnType<ReturnType<typeof sourcesOf>["assumption"]>): UtscProfile["closed"] {
  const column = {
    state: "unsupported",
    reason: "The E6000 does not offer it: every capture of the run becomes a frame.",
    source,
  } as const;
  return {
    qualifyCenterFrequencyHz: column,
    qualifyBandwidthHz: column,
    qualifyThresholdTenthDb: column,
  };
}

export const commscopeE6000Core = e6000(
  "commscope-e6000-core",
  "CommScope E6000, CCAP Core",
  ["rectangular"],
  "Rectangular only on a CCAP Core.",
);

export const commscopeE6000Iccap = e6000(
  "commscope-e6000-iccap",
  "CommScope E6000, I-CCAP",
  ["rectangular", "hann", "blackmanHarris", "hamming"],
  "Rectangular, Hann, Blackman-Harris and Hamming.",
);
