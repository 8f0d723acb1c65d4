import { MeasStatus, system, utscResult, utscStatus } from "@pnmlab/docsis-mib";
import { bandPower, dbOfPower, utscFrameLevels } from "@pnmlab/pnm-analysis";
import { decodePnm } from "@pnmlab/pnm-codec";
import { expect, test } from "vitest";
import { type Personality, personalities, scenarios } from "../index.ts";
import { CMTS, configure, initiate, type Lab, setDestination, startLab, until } from "../testing/lab.ts";

const hasty: Personality = {
  ...personalities.generic,
  timing: {
    ...personalities.generic.timing,
    grantIntervalMs: 20,
    triggerTimeoutMs: { 4: 200, 5: 200, 6: 200, 7: 200, 8: 200, 10: 200 },
  },
};

const span = { centerFreqHz: 50_000_000, spanHz: 80_000_000, numBins: 800, triggerCount: 2 };
const results = { maxResultsPerFile: 1, destinationIndex: 1, filename: "t" };

/** Channels of port 1: SC-QAM first, OFDMA last. */
const channelsOf = (lab: Lab) => lab.simulator.truth(CMTS, lab.rf).channels;
const ofdmaOf = (lab: Lab) => channelsOf(lab).at(-1)!.ifIndex;

async function powersOf(lab: Lab, fromHz: number, toHz: number): Promise<number[]> {
  const names = await until(async () => {
    const files = await lab.files();
    return files.length >= span.triggerCount ? files : undefined;
  });
  const kHundredthsDb = await lab.manager.number(utscResult.calibrationConstantKHundredthsDb, ...lab.row);
  return Promise.all(
    names.map(async (fileName) => {
      const record = decodePnm(await lab.read(fileName), { fileName, utsc: { outputFormat: "fftPower" } });
      if (record.kind !== "utsc") throw new Error(`${fileName} is no spectrum capture`);
      return bandPower(utscFrameLevels(record, 0, { kHundredthsDb }), fromHz, toHz, 1).powerDbmv;
    }),
  );
}

async function runToEnd(lab: Lab): Promise<void> {
  expect(await initiate(lab)).toBe("noError");
  await until(() => lab.simulator.measStatus(CMTS, lab.rf) === "sampleReady");
}

test.each([
  ["sid", { triggerMode: 4, sid: 4 }],
  ["activeProbeSymbol", { triggerMode: 10, sid: 4 }],
])("%s captures that modem's signal alone", async (_, trigger) => {
  await using lab = await startLab({ personality: hasty });
  await setDestination(lab);
  await configure(lab, { ...span, ...results, ...trigger, logicalChIfIndex: ofdmaOf(lab) });
  await runToEnd(lab);
  const { levelOffsetDb } = lab.simulator.truth(CMTS, lab.rf).modems.find(({ sid }) => sid === 4)!;
  const expected = -6 + dbOfPower(12 / 1.6) + levelOffsetDb;
  for (const power of await powersOf(lab, 46e6, 58e6)) expect(Math.abs(power - expected)).toBeLessThan(1.5);
});

test("a quiet probe finds the OFDMA channel silent however busy it is", async () => {
  const busy = scenarios.plant.ports.map((port) => ({
    ...port,
    channels: port.channels.map((channel) => ({ ...channel, utilization: 1 })),
  }));
  await using lab = await startLab({ personality: hasty, scenario: { name: "busy", ports: busy } });
  await setDestination(lab);
  await configure(lab, {
    ...span,
    ...results,
    triggerMode: 7,
    logicalChIfIndex: channelsOf(lab)[0]!.ifIndex,
  });
  expect(await initiate(lab)).toBe("inconsistentValue");
  await configure(lab, { logicalChIfIndex: ofdmaOf(lab) });
  await runToEnd(lab);
  for (const power of await powersOf(lab, 46e6, 58e6)) expect(power).toBeLessThan(-25);
});

test("burstIuc captures bursts of granted codes, and waits in vain for others", async () => {
  await using lab = await startLab({ personality: hasty });
  await setDestination(lab);
  await configure(lab, { ...span, ...results, triggerMode: 8, logicalChIfIndex: ofdmaOf(lab) });
  expect(await initiate(lab)).toBe("inconsistentValue");
  await configure(lab, { burstIuc: 12 });
  await runToEnd(lab);
  for (const power of await powersOf(lab, 46e6, 58e6)) expect(power).toBeGreaterThan(0);
  await configure(lab, { burstIuc: 3 });
  await initiate(lab);
  await until(() => lab.simulator.measStatus(CMTS, lab.rf) === "error");
});

test("a SID that nobody has never triggers, and the test ends in error", async () => {
  await using lab = await startLab({ personality: hasty });
  await configure(lab, { ...span, triggerMode: 4, sid: 500, logicalChIfIndex: ofdmaOf(lab) });
  await initiate(lab);
  await until(async () => (await lab.manager.number(utscStatus.measStatus, ...lab.row)) === MeasStatus.error);
});

test("a timestamp starts the capture at its time, and one that is past is refused", async () => {
  await using lab = await startLab({ personality: hasty });
  await setDestination(lab);
  const upTime = await lab.manager.number(system.sysUpTime);
  await configure(lab, {
    ...span,
    ...results,
    triggerMode: 9,
    timestamp: upTime + 50,
    repeatPeriodUs: 50_000,
    freeRunDurationMs: 100,
  });
  expect(await initiate(lab)).toBe("noError");
  expect(await lab.manager.number(utscResult.sampleSize, ...lab.row)).toBe(0);
  await until(() => lab.simulator.measStatus(CMTS, lab.rf) === "sampleReady");
  // The newest of two captures, 50 ms after the first; times are in hundredths of a second.
  const taken = await lab.manager.number(utscResult.sampleTimestamp, ...lab.row);
  expect(taken).toBeGreaterThanOrEqual(upTime + 53);
  // A busy machine is late, never early.
  expect(taken).toBeLessThan(upTime + 105);
  expect((await powersOf(lab, 46e6, 58e6)).length).toBe(2);
  expect(await initiate(lab)).toBe("inconsistentValue");
});

test("a minislot number is waited for", async () => {
  await using lab = await startLab({ personality: hasty });
  const channel = ofdmaOf(lab);
  await configure(lab, {
    ...span,
    triggerMode: 3,
    minislotCount: 1,
    triggerCount: 1,
    logicalChIfIndex: channel,
  });
  await runToEnd(lab);
  expect(await lab.manager.number(utscResult.sampleSize, ...lab.row)).toBe(800);
});

test("the qualify columns keep captures with a signal in the band and drop the others", async () => {
  const ports = scenarios.plant.ports.map((port) => ({ ...port, impulses: [] }));
  await using lab = await startLab({ scenario: { name: "without pulses", ports } });
  await setDestination(lab);
  const run = { ...span, ...results, numBins: 1600, repeatPeriodUs: 20_000, freeRunDurationMs: 200 };
  const kept = async () => {
    await runToEnd(lab);
    await until(() => lab.simulator.counters(CMTS).files.underWay === 0);
    return (await lab.files()).length;
  };
  // The ISM carrier stands at -30 dBmV, and nothing but noise of -59 dBmV around 42 MHz.
  const carrier = { qualifyCenterFreqHz: 13_560_000, qualifyBwHz: 100_000 };
  await configure(lab, { ...run, ...carrier, qualifyThresholdTenthDb: -200 });
  expect(await kept()).toBe(0);
  expect(await lab.manager.number(utscResult.sampleSize, ...lab.row)).toBe(0);
  await configure(lab, { qualifyThresholdTenthDb: -420 });
  expect(await kept()).toBe(10);
  await configure(lab, { filename: "gap", qualifyCenterFreqHz: 42_000_000 });
  expect(await kept()).toBe(10);
  await configure(lab, { filename: "off", qualifyThresholdTenthDb: -100 });
  expect(await kept()).toBe(20);
});
