import { MeasStatus } from "@pnmlab/docsis-mib";
import { acceptedEvents, transition } from "@pnmlab/kit";
import { expect, test } from "vitest";
import { casaEvo } from "../personality/casa-evo.ts";
import { ciscoCbr8 } from "../personality/cisco-cbr8.ts";
import { e6000 } from "../personality/e6000.ts";
import { generic } from "../personality/generic.ts";
import { isComplete, newConfig } from "./config.ts";
import { captureFileName, timestampText } from "./file-name.ts";
import { type UtscEvent, type UtscState, utscTransitions } from "./machine.ts";
import { calibrationConstant, measurementOf } from "./measurement.ts";
import { isQualified } from "./qualify.ts";
import { isTimingConsistent, scheduleOf } from "./schedule.ts";
import { type StartContext, startRefusal } from "./start-refusal.ts";
import type { UtscConfig } from "./utsc-config.ts";

const idleStates: UtscState[] = [
  "inactive",
  "sampleReady",
  "error",
  "resourceUnavailable",
  "sampleTruncated",
  "interfaceModification",
];

test.each(idleStates)(
  "from %s a test starts, is cleared, starves or is renumbered, and nothing else",
  (state) => {
    const next = (event: UtscEvent) => transition(utscTransitions, state, event);
    expect(next("start")).toBe("busy");
    expect(next("starve")).toBe("resourceUnavailable");
    expect(next("stop")).toBe("inactive");
    expect(next("renumber")).toBe("interfaceModification");
    expect(acceptedEvents(utscTransitions, state)).toHaveLength(4);
  },
);

test("a busy test ends in each of its ways and takes no second start", () => {
  const next = (event: UtscEvent) => transition(utscTransitions, "busy", event);
  expect(next("complete")).toBe("sampleReady");
  expect(next("truncate")).toBe("sampleTruncated");
  expect(next("fail")).toBe("error");
  expect(next("stop")).toBe("inactive");
  expect(next("renumber")).toBe("interfaceModification");
  expect(next("start")).toBeUndefined();
  expect(next("starve")).toBeUndefined();
});

test("every state is a value of MeasStatusType", () => {
  for (const state of Object.keys(utscTransitions)) expect(MeasStatus).toHaveProperty(state);
});

const complete: UtscConfig = {
  ...newConfig(generic),
  centerFreqHz: 50_000_000,
  spanHz: 80_000_000,
  numBins: 1600,
};

test("a new row has the MIB's defaults and lacks centre, span and bins", () => {
  const config = newConfig(generic);
  expect(config).toMatchObject({
    triggerMode: 2,
    window: 2,
    outputFormat: 2,
    repeatPeriodUs: 100_000,
    freeRunDurationMs: 1000,
    qualifyBwHz: 5_120_000,
    qualifyThresholdTenthDb: -100,
    maxResultsPerFile: 0,
  });
  expect(isComplete(config)).toBe(false);
  expect(isComplete(complete)).toBe(true);
  expect(newConfig(e6000)).toMatchObject({ repeatPeriodUs: 0, freeRunDurationMs: 0, maxResultsPerFile: 1 });
  expect(isComplete(newConfig(e6000))).toBe(true);
});

test("repeat period in microseconds and duration in milliseconds are compared in one unit", () => {
  expect(isTimingConsistent(100_000, 1000)).toBe(true);
  expect(isTimingConsistent(1_000_000, 1000)).toBe(true);
  expect(isTimingConsistent(1_000_001, 1000)).toBe(false);
  expect(isTimingConsistent(0, 0)).toBe(true);
});

const freeRun = (captures: number, intervalUs: number, durationUs: number) => ({
  delayUs: 0,
  captures,
  intervalUs,
  durationUs,
});

test.each([
  [{ repeatPeriodUs: 100_000, freeRunDurationMs: 1000 }, freeRun(10, 100_000, 1_000_000)],
  [{ repeatPeriodUs: 300_000, freeRunDurationMs: 1000 }, freeRun(3, 300_000, 1_000_000)],
  [{ repeatPeriodUs: 1000, freeRunDurationMs: 1000 }, freeRun(100, 10_000, 1_000_000)],
  [{ repeatPeriodUs: 0, freeRunDurationMs: 1000 }, freeRun(1, 0, 0)],
  [{ triggerMode: 4, triggerCount: 2 }, freeRun(2, 200_000, 0)],
  [{ triggerMode: 5, triggerCount: 3 }, freeRun(3, 200_000, 0)],
  [{ triggerMode: 6, triggerCount: 0 }, freeRun(Infinity, 200_000, 0)],
  [
    { triggerMode: 3, minislotCount: 4, triggerCount: 1 },
    { ...freeRun(1, 1_638_400, 0), delayUs: 100 },
  ],
  [{ triggerMode: 3, minislotCount: 65_536, triggerCount: 1 }, freeRun(1, 1_638_400, 0)],
  [
    { triggerMode: 9, timestamp: 5100, repeatPeriodUs: 100_000, freeRunDurationMs: 1000 },
    { ...freeRun(10, 100_000, 1_000_000), delayUs: 1_000_000 },
  ],
  [
    { triggerMode: 9, timestamp: 5100, repeatPeriodUs: 100_000, freeRunDurationMs: 0 },
    { ...freeRun(1, 0, 0), delayUs: 1_000_000 },
  ],
])("schedule of %o", (config, schedule) => {
  const clock = { nowMs: 0, upTimeTicks: 5000 };
  expect(scheduleOf({ ...complete, ...config }, generic.timing, clock)).toEqual(schedule);
});

test("a test that ends by nothing runs until it is stopped, whatever its count", () => {
  const clock = { nowMs: 0, upTimeTicks: 0 };
  const config = { ...complete, triggerMode: 5, triggerCount: 3 };
  expect(scheduleOf(config, casaEvo.timing, clock).captures).toBe(Infinity);
});

const AT_MS = Date.UTC(2026, 0, 20, 15, 2, 57, 954);

test("files are named by the MIB's rule, and by the E6000's", () => {
  expect(timestampText(AT_MS)).toBe("2026-01-20_15.02.57.954");
  const name = (filename: string, maxResultsPerFile: number, personality = generic) =>
    captureFileName(
      {
        rules: personality.files,
        ccapId: "ccap1.example.net",
        rfPortIfIndex: 77,
        filename,
        maxResultsPerFile,
      },
      AT_MS,
    );
  expect(name("", 0)).toBe("PNMCcapUsSpecAn_ccap1.example.net_2026-01-20_15.02.57.954_77");
  expect(name("live", 0)).toBe("live");
  expect(name("live", 1)).toBe("live_2026-01-20_15.02.57.954");
  expect(name("live", 1, e6000)).toBe("live_2026-01-20_15.02.57.954");
  expect(name("/pnm/utsc/live", 1, e6000)).toBe("live_2026-01-20_15.02.57.954");
  expect(name("live", 1, ciscoCbr8)).toBe("PNMCcapUsSpecAn_ccap1.example.net_2026-01-20_15:02:57:954_77");
});

test.each([
  ["fftPower", 2, 2, 1600, 102_400_000, 50_000],
  ["fftPower in a Hann window", 2, 3, 1600, 102_400_000, 75_000],
  ["timeIQ", 1, 2, 1600, 102_400_000, 64_000],
  ["rawAdc", 3, 2, 1600, 409_600_000, 256_000],
] as const)("measurement of %s", (_name, outputFormat, window, sampleSize, sampleRateHz, resolutionBwHz) => {
  const measurement = measurementOf({ ...complete, outputFormat, window }, generic, 1);
  expect(measurement).toMatchObject({ sampleSize, resolutionBwHz });
  expect(measurement.receiver.sampleRateHz).toBe(sampleRateHz);
});

test("an E6000 reports the length of its FFT: 800 bins of 80 MHz are 1024 samples at 102.4 MHz", () => {
  const measurement = measurementOf({ ...complete, numBins: 800 }, e6000, 1);
  expect(measurement).toMatchObject({ sampleSize: 1024, resolutionBwHz: 100_000 });
});

test("K differs between formats and between ports, and averaging is for powers alone", () => {
  expect(calibrationConstant("fftPower", 1)).toBe(-8600);
  expect(calibrationConstant("timeIQ", 1)).toBe(-5500);
  expect(calibrationConstant("fftPower", 2)).not.toBe(-8600);
  const averaged = { ...complete, averaging: 16 };
  expect(measurementOf(averaged, generic, 1).receiver.averaging).toBe(16);
  expect(measurementOf({ ...averaged, outputFormat: 4 }, generic, 1).receiver.averaging).toBe(1);
});

test("a spectrum is kept where the mean power of its qualify band reaches the threshold", () => {
  const { receiver } = measurementOf(complete, generic, 1);
  const power = new Float64Array(1600).fill(1e-5);
  const config = { ...complete, qualifyCenterFreqHz: 50_000_000 };
  expect(isQualified(config, receiver, power)).toBe(true);
  expect(isQualified({ ...config, qualifyThresholdTenthDb: -60 }, receiver, power)).toBe(false);
  expect(isQualified({ ...config, qualifyThresholdTenthDb: -490 }, receiver, power)).toBe(false);
  expect(isQualified({ ...config, qualifyThresholdTenthDb: -510 }, receiver, power)).toBe(true);
  power.fill(1e-12);
  expect(isQualified({ ...config, qualifyThresholdTenthDb: -100 }, receiver, power)).toBe(true);
  expect(isQualified({ ...config, qualifyThresholdTenthDb: -999 }, receiver, power)).toBe(false);
  expect(isQualified({ ...config, qualifyThresholdTenthDb: -1000 }, receiver, power)).toBe(true);
  power.fill(1, 700, 900);
  expect(isQualified({ ...config, qualifyThresholdTenthDb: -60 }, receiver, power)).toBe(true);
  expect(isQualified({ ...config, qualifyThresholdTenthDb: -60 }, receiver, undefined)).toBe(true);
});

const context: StartContext = {
  personality: e6000,
  outputFormat: "fftPower",
  channelKind: undefined,
  isKnownModem: false,
  upTimeTicks: 1000,
  isDestinationReady: true,
};
const running = { ...newConfig(e6000), filename: "live", repeatPeriodUs: 50_000, freeRunDurationMs: 60_000 };

test.each([
  ["", {}, {}, undefined],
  ["without a name", { filename: "" }, {}, "Filename"],
  ["without a duration", { freeRunDurationMs: 0 }, {}, "FreeRunDuration is 0"],
  ["longer than the watchdog", { freeRunDurationMs: 60_050 }, {}, "60050 ms is over 60000 ms"],
  ["faster than files allow", { repeatPeriodUs: 20_000 }, {}, "20000 us is under 50000 us"],
  ["once", { repeatPeriodUs: 0 }, {}, undefined],
  ["without its destination", {}, { isDestinationReady: false }, "destination row"],
  ["with 40 MHz in wideband", { spanHz: 40_000_000 }, {}, "does not go with fftPower on the wideband"],
  ["with a span of time samples", { spanHz: 102_400_000 }, {}, "does not go with fftPower"],
  ["with bins of time samples", { numBins: 1024 }, {}, "NumBins 1024"],
  ["as time samples", { spanHz: 102_400_000, numBins: 1024 }, { outputFormat: "timeIQ" }, undefined],
  ["on an idle SID of nothing", { triggerMode: 5 }, {}, "LogicalChIfIndex"],
  ["on an idle SID of the port", { triggerMode: 5 }, { personality: generic }, undefined],
  [
    "on an idle SID of another port",
    { triggerMode: 5, logicalChIfIndex: 77 },
    { personality: generic },
    "no channel of this port",
  ],
  ["on a probe of the port", { triggerMode: 7 }, { personality: generic }, "no channel"],
  ["on an idle SID", { triggerMode: 5, spanHz: 40_000_000 }, { channelKind: "scQam" }, undefined],
  ["too high", { triggerMode: 5, centerFreqHz: 150_000_000 }, { channelKind: "scQam" }, "narrowband"],
  ["high on OFDMA", { triggerMode: 5, centerFreqHz: 150_000_000 }, { channelKind: "ofdma" }, undefined],
  ["of a stranger", { triggerMode: 6 }, { channelKind: "ofdma" }, "no modem of this port"],
  ["of a modem", { triggerMode: 6 }, { channelKind: "ofdma", isKnownModem: true }, undefined],
  ["on a probe of SC-QAM", { triggerMode: 7 }, { channelKind: "scQam" }, "no OFDMA channel"],
  ["on no IUC", { triggerMode: 8 }, { channelKind: "scQam" }, "BurstIuc is other"],
  ["in the past", { triggerMode: 9, timestamp: 1000 }, {}, "Timestamp is in the past"],
] as const)("a start %s is judged", (_name, config, rest, reason) => {
  const refusal = startRefusal({ ...running, ...config }, { ...context, ...rest });
  if (reason === undefined) expect(refusal).toBeUndefined();
  else expect(refusal).toContain(reason);
});
