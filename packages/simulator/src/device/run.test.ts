import { setTimeout as delay } from "node:timers/promises";
import {
  bulkFileStatus,
  RowStatus,
  system,
  utscCfg,
  utscCtrl,
  utscResult,
  utscStatus,
} from "@pnmlab/docsis-mib";
import { bandPower, dbOfPower, powerOfDb, utscFrameLevels } from "@pnmlab/pnm-analysis";
import { decodePnm, type UtscHints, type UtscRecord } from "@pnmlab/pnm-codec";
import { expect, test } from "vitest";
import { type Personality, personalities, type Scenario, scenarios } from "../index.ts";
import { CMTS, configure, initiate, type Lab, setDestination, startLab, until } from "../testing/lab.ts";

/** Port 1 of the plant, its channels in use all the time: channel powers need no long average. */
const busyScenario: Scenario = {
  name: "busy",
  ports: scenarios.plant.ports.map((port) => ({
    ...port,
    channels: port.channels.map((channel) => ({ ...channel, utilization: 1 })),
  })),
};

const span = { centerFreqHz: 50_000_000, spanHz: 80_000_000, numBins: 1600 };

function state(lab: Lab) {
  return lab.simulator.measStatus(CMTS, lab.rf);
}

async function decode(lab: Lab, name: string, utsc?: UtscHints): Promise<UtscRecord> {
  const record = decodePnm(await lab.read(name), utsc ? { fileName: name, utsc } : { fileName: name });
  if (record.kind !== "utsc") throw new Error(`${name} is no spectrum capture`);
  return record;
}

function highestBin(levels: Float32Array, fromBin: number, toBin: number): number {
  let best = fromBin;
  for (let bin = fromBin; bin < toBin; bin += 1) if (levels[bin]! > levels[best]!) best = bin;
  return best;
}

test("a free run uploads one file per capture whose levels are the truth's", async () => {
  await using lab = await startLab({ scenario: busyScenario });
  await setDestination(lab);
  await configure(lab, {
    ...span,
    window: 4,
    repeatPeriodUs: 10_000,
    freeRunDurationMs: 2000,
    maxResultsPerFile: 1,
    filename: "live",
    destinationIndex: 1,
  });
  expect(await initiate(lab)).toBe("noError");
  expect(state(lab)).toBe("busy");
  expect(await lab.manager.number(utscCtrl.initiateTest, ...lab.row)).toBe(1);
  await until(() => state(lab) === "sampleReady");
  expect(await lab.manager.number(utscCtrl.initiateTest, ...lab.row)).toBe(2);
  const names = await until(async () => {
    const found = await lab.files();
    return found.length === 200 ? found : undefined;
  });
  expect(names[0]).toMatch(/^live_\d{4}-\d\d-\d\d_\d\d\.\d\d\.\d\d\.\d{3}$/);

  const kHundredthsDb = await lab.manager.number(utscResult.calibrationConstantKHundredthsDb, ...lab.row);
  expect(await lab.manager.number(utscStatus.calibrationConstantKHundredthsDb, ...lab.row)).toBe(
    kHundredthsDb,
  );
  const mean = new Float64Array(1600);
  let frame: ReturnType<typeof utscFrameLevels> | undefined;
  for (const name of names) {
    const record = await decode(lab, name, { outputFormat: "fftPower" });
    expect(record).toMatchObject({ layout: "common-header", bins: 1600, frames: 1, headerLength: 291 });
    expect(record.header).toMatchObject({ ifIndex: lab.rf, ccapId: CMTS, majorVersion: 2 });
    frame = utscFrameLevels(record, 0, { window: "blackmanHarris", kHundredthsDb });
    frame.levelsDbmv.forEach((level, k) => {
      mean[k]! += powerOfDb(level) / names.length;
    });
  }
  const levelsDbmv = Float32Array.from(mean, dbOfPower);
  const { firstBinHz, binSpacingHz, resolutionBandwidthHz } = frame!;
  expect(await lab.manager.number(utscResult.resolutionBwHz, ...lab.row)).toBe(
    Math.round(resolutionBandwidthHz),
  );
  const truth = lab.simulator.truth(CMTS, lab.rf);
  for (const channel of truth.channels) {
    const { powerDbmv } = bandPower(
      { levelsDbmv, firstBinHz, binSpacingHz },
      channel.lowerHz,
      channel.upperHz,
      resolutionBandwidthHz / binSpacingHz,
    );
    expect(Math.abs(powerDbmv - channel.powerDbmv)).toBeLessThan(0.3);
  }
  const carrier = truth.carriers.find(({ kind }) => kind === "ism")!;
  expect(carrier).toMatchObject({ steady: true, frequencyHz: 13_560_000, levelDbmv: -30 });
  const place = (carrier.frequencyHz - firstBinHz) / binSpacingHz;
  const bin = highestBin(levelsDbmv, Math.floor(place) - 4, Math.floor(place) + 6);
  expect(Math.abs(bin - place)).toBeLessThanOrEqual(1);
  expect(Math.abs(levelsDbmv[bin]! - carrier.levelDbmv)).toBeLessThan(1);
});

test.each([
  ["timeIQ", 1, 4096, undefined],
  ["rawAdc", 3, 4096, 409_600_000],
  ["fftIQ", 4, 1600, undefined],
  ["fftAmplitude", 5, 1600, undefined],
  ["fftDb", 6, 1600, undefined],
] as const)(
  "captures as %s show the steady carrier at its level",
  async (outputFormat, code, numBins, sampleRateHz) => {
    await using lab = await startLab({ scenario: busyScenario });
    await setDestination(lab);
    const isTime = outputFormat === "timeIQ" || outputFormat === "rawAdc";
    await configure(lab, {
      ...span,
      numBins,
      outputFormat: code,
      window: isTime ? 2 : 4,
      repeatPeriodUs: 20_000,
      freeRunDurationMs: 320,
      maxResultsPerFile: 1,
      filename: "level",
      destinationIndex: 1,
    });
    await initiate(lab);
    await until(() => state(lab) === "sampleReady");
    const names = await until(async () => {
      const found = await lab.files();
      return found.length === 16 ? found : undefined;
    });
    const rate = await lab.manager.number(utscResult.sampleRateHz, ...lab.row);
    expect(rate).toBe(sampleRateHz ?? 102_400_000);
    const kHundredthsDb = await lab.manager.number(utscResult.calibrationConstantKHundredthsDb, ...lab.row);
    // One look at a carrier 22 dB over the noise is off by 0.4 dB (one sigma); the mean of 16 by 0.1 dB.
    const frames = await Promise.all(
      names.map(async (name) =>
        utscFrameLevels(await decode(lab, name, { outputFormat }), 0, {
          window: "blackmanHarris",
          sampleRateHz: rate,
          kHundredthsDb,
        }),
      ),
    );
    const { firstBinHz, binSpacingHz, uncalibrated, levelsDbmv } = frames[0]!;
    expect(uncalibrated).toBe(false);
    const mean = levelsDbmv.map((_, k) =>
      dbOfPower(frames.reduce((sum, frame) => sum + powerOfDb(frame.levelsDbmv[k]!), 0) / frames.length),
    );
    const place = (13_560_000 - firstBinHz) / binSpacingHz;
    const bin = highestBin(mean, Math.floor(place) - 2, Math.floor(place) + 4);
    expect(Math.abs(bin - place)).toBeLessThanOrEqual(1);
    expect(Math.abs(mean[bin]! + 30)).toBeLessThan(1.5);
  },
);

test("results of a run share files as configured, the rest in the last one", async () => {
  await using lab = await startLab();
  await setDestination(lab);
  await configure(lab, {
    ...span,
    numBins: 200,
    repeatPeriodUs: 10_000,
    freeRunDurationMs: 100,
    maxResultsPerFile: 4,
    filename: "part",
    destinationIndex: 1,
  });
  await initiate(lab);
  const names = await until(async () => {
    const found = await lab.files();
    return found.length === 3 ? found : undefined;
  });
  const records = await Promise.all(names.map((name) => decode(lab, name, { outputFormat: "fftPower" })));
  expect(records.map(({ frames }) => frames)).toEqual([4, 4, 2]);
});

test("without a name and without a limit one file takes all, and its name reads back", async () => {
  await using lab = await startLab();
  await setDestination(lab);
  await configure(lab, {
    ...span,
    numBins: 200,
    repeatPeriodUs: 10_000,
    freeRunDurationMs: 50,
    destinationIndex: 1,
  });
  await initiate(lab);
  const [name] = await until(async () => {
    const found = await lab.files();
    return found.length > 0 ? found : undefined;
  });
  expect(name).toMatch(/^PNMCcapUsSpecAn_test-cmts_\d{4}-\d\d-\d\d_\d\d\.\d\d\.\d\d\.\d{3}_1001$/);
  expect(await lab.manager.text(utscCfg.filename, ...lab.row)).toBe(name);
  expect((await decode(lab, name!, { outputFormat: "fftPower" })).frames).toBe(5);
});

test("a run that would outgrow a file ends as sampleTruncated with what fits", async () => {
  const { generic } = personalities;
  const small: Personality = { ...generic, files: { ...generic.files, maxFileBytes: 2000 } };
  await using lab = await startLab({ personality: small });
  await setDestination(lab);
  await configure(lab, {
    ...span,
    numBins: 200,
    repeatPeriodUs: 10_000,
    freeRunDurationMs: 1000,
    filename: "short",
    destinationIndex: 1,
  });
  await initiate(lab);
  await until(() => state(lab) === "sampleTruncated");
  await until(async () => (await lab.files()).length === 1);
  expect((await decode(lab, "short", { outputFormat: "fftPower" })).frames).toBe(2);
});

test("an E6000 writes its 328-byte form, ten files, and is ready then", async () => {
  await using lab = await startLab({ personality: "e6000", scenario: busyScenario });
  await setDestination(lab);
  expect(
    await lab.manager.set(
      lab.row,
      [utscCfg.freeRunDurationMs, 60_000],
      [utscCfg.repeatPeriodUs, 50_000],
      [utscCfg.destinationIndex, 1],
    ),
  ).toBe("noError");
  expect(await initiate(lab)).toBe("inconsistentValue");
  await lab.manager.set(lab.row, [utscCfg.filename, "utsc_1"]);
  expect(await initiate(lab)).toBe("noError");
  await until(() => state(lab) === "sampleReady");
  const names = await until(async () => {
    const found = await lab.files();
    return found.length === 10 ? found : undefined;
  });
  const bytes = await lab.read(names[0]!);
  expect(bytes).toHaveLength(328 + 3200);
  const record = await decode(lab, names[0]!);
  const k = await lab.manager.number(utscResult.calibrationConstantKHundredthsDb, ...lab.row);
  expect(record).toMatchObject({
    layout: "e6000-328",
    bins: 800,
    outputFormat: "fftPower",
    kHundredthsDb: k,
  });
  expect(record.capture).toMatchObject({
    sampleRateHz: 102_400_000,
    resolutionBwHz: 100_000,
    window: 2,
    triggerMode: 2,
  });
  expect(await lab.manager.number(utscStatus.calibrationConstantKHundredthsDb, ...lab.row)).toBe(k);
  // Once more, without reconfiguration: cleared, then started.
  expect(await initiate(lab, 2)).toBe("noError");
  expect(state(lab)).toBe("inactive");
  expect(await initiate(lab)).toBe("noError");
  await until(async () => (await lab.files()).length === 20);
});

test("while a test runs its columns are frozen and a second manager is refused", async () => {
  await using lab = await startLab();
  const { manager, row } = lab;
  await configure(lab, { ...span, repeatPeriodUs: 100_000, freeRunDurationMs: 60_000 });
  await initiate(lab);
  expect(await initiate(lab)).toBe("inconsistentValue");
  expect(await manager.set(row, [utscCfg.spanHz, 40_000_000])).toBe("inconsistentValue");
  expect(await manager.set(row, [utscCfg.rowStatus, RowStatus.destroy])).toBe("inconsistentValue");
  expect(await manager.set(row, [utscCfg.rowStatus, RowStatus.notInService])).toBe("inconsistentValue");
  expect(await initiate(lab, 2)).toBe("noError");
  expect(state(lab)).toBe("inactive");
  expect(await manager.set(row, [utscCfg.spanHz, 40_000_000])).toBe("noError");
});

test("false on an idle test is no error, and values beside true and false are", async () => {
  await using lab = await startLab();
  await configure(lab, span);
  expect(await initiate(lab, 2)).toBe("noError");
  expect(state(lab)).toBe("inactive");
  expect(await initiate(lab, 0)).toBe("wrongValue");
  expect(await initiate(lab, 3)).toBe("wrongValue");
});

test("an aborted run leaves no file behind", async () => {
  await using lab = await startLab();
  await setDestination(lab);
  await configure(lab, {
    ...span,
    repeatPeriodUs: 10_000,
    freeRunDurationMs: 60_000,
    filename: "aborted",
    destinationIndex: 1,
  });
  await initiate(lab);
  await until(async () => (await lab.manager.number(utscResult.sampleSize, ...lab.row)) > 0);
  await initiate(lab, 2);
  await delay(300);
  expect(await lab.files()).toEqual([]);
  expect(lab.simulator.counters(CMTS).files).toEqual({ uploaded: 0, failed: 0, underWay: 0 });
});

test("the result row shows the newest capture, its data as in the file", async () => {
  await using lab = await startLab();
  await setDestination(lab);
  const { manager, row } = lab;
  await configure(lab, { ...span, numBins: 800, repeatPeriodUs: 0, filename: "one", destinationIndex: 1 });
  expect(await manager.number(utscResult.sampleSize, ...row)).toBe(0);
  await initiate(lab);
  await until(async () => (await lab.files()).length === 1);
  const output = (await manager.get(utscResult.output, ...row)).value as Uint8Array;
  expect(Buffer.from(output)).toEqual(Buffer.from((await lab.read("one")).subarray(291)));
  expect(await manager.number(utscResult.sampleSize, ...row)).toBe(800);
  expect(await manager.number(utscResult.sampleTimestamp, ...row)).toBeLessThanOrEqual(
    await manager.number(system.sysUpTime),
  );
});

test("idleSid captures the channel at rest, cmMac the modem's grants, each as often as asked", async () => {
  await using lab = await startLab({ scenario: "plant" });
  await setDestination(lab);
  const truth = lab.simulator.truth(CMTS, lab.rf);
  const ofdma = truth.channels.find(({ kind }) => kind === "ofdma")!;
  const power = async (name: string) => {
    const record = await decode(lab, name, { outputFormat: "fftPower" });
    const k = await lab.manager.number(utscResult.calibrationConstantKHundredthsDb, ...lab.row);
    return bandPower(utscFrameLevels(record, 0, { kHundredthsDb: k }), 46e6, 58e6, 1).powerDbmv;
  };
  const trigger = {
    ...span,
    triggerCount: 2,
    logicalChIfIndex: ofdma.ifIndex,
    maxResultsPerFile: 1,
    destinationIndex: 1,
  };
  await configure(lab, { ...trigger, triggerMode: 5, filename: "idle" });
  expect(await initiate(lab)).toBe("noError");
  await until(() => state(lab) === "sampleReady");
  const idle = await until(async () => {
    const names = (await lab.files()).filter((name) => name.startsWith("idle"));
    return names.length === 2 ? names : undefined;
  });
  expect(await power(idle[0]!)).toBeLessThan(-25);

  const mac = Uint8Array.from(truth.modems[3]!.macAddress.split(":"), (part) => Number.parseInt(part, 16));
  await configure(lab, { ...trigger, triggerMode: 6, cmMacAddr: new Uint8Array(6), filename: "modem" });
  expect(await initiate(lab)).toBe("inconsistentValue");
  await configure(lab, { cmMacAddr: mac });
  expect(await initiate(lab)).toBe("noError");
  await until(() => state(lab) === "sampleReady");
  const modem = await until(async () => {
    const names = (await lab.files()).filter((name) => name.startsWith("modem"));
    return names.length === 2 ? names : undefined;
  });
  const expected = -6 + dbOfPower(12 / 1.6) + truth.modems[3]!.levelOffsetDb;
  expect(Math.abs((await power(modem[0]!)) - expected)).toBeLessThan(1.5);
});

test("a trigger that never comes ends in error", async () => {
  const { generic } = personalities;
  const hasty: Personality = {
    ...generic,
    timing: { ...generic.timing, triggerTimeoutMs: { 5: 300 }, grantIntervalMs: 50 },
  };
  await using lab = await startLab({ personality: hasty, scenario: busyScenario });
  const channel = lab.simulator.truth(CMTS, lab.rf).channels[0]!.ifIndex;
  await configure(lab, { ...span, triggerMode: 5, logicalChIfIndex: channel });
  await initiate(lab);
  expect(state(lab)).toBe("busy");
  await until(() => state(lab) === "error");
  expect(await lab.manager.number(utscStatus.measStatus, ...lab.row)).toBe(5);
});

test("a change of the interfaces ends a test as interfaceModification", async () => {
  await using lab = await startLab();
  await configure(lab, { ...span, freeRunDurationMs: 60_000 });
  await initiate(lab);
  lab.simulator.modifyInterface(CMTS, lab.rf);
  expect(await lab.manager.number(utscStatus.measStatus, ...lab.row)).toBe(8);
});

test("files without a destination stay on the CMTS, and those it refuses are listed as failed", async () => {
  await using lab = await startLab();
  await configure(lab, { ...span, repeatPeriodUs: 0, filename: "kept" });
  await initiate(lab);
  await until(() => state(lab) === "sampleReady");
  expect(await lab.manager.text(bulkFileStatus.localFilename, 1)).toBe("kept");
  expect(await lab.manager.number(bulkFileStatus.fileStatus, 1)).toBe(2);
  expect(((await lab.manager.get(bulkFileStatus.dateCreated, 1)).value as Uint8Array).length).toBe(11);

  await setDestination(lab);
  // The server keeps no folders and refuses the name.
  await configure(lab, { filename: "no/such/folder", destinationIndex: 1 });
  await initiate(lab);
  await until(async () => (await lab.manager.get(bulkFileStatus.fileStatus, 2)).type === "Integer");
  expect(await lab.manager.number(bulkFileStatus.fileStatus, 2)).toBe(7);
  expect(lab.simulator.counters(CMTS).files).toMatchObject({ uploaded: 0, failed: 1 });
});

test("a reboot ends runs, clears rows, starts sysUpTime anew and keeps K", async () => {
  await using lab = await startLab();
  const { manager, row } = lab;
  await configure(lab, { ...span, freeRunDurationMs: 60_000 });
  const k = await manager.number(utscStatus.calibrationConstantKHundredthsDb, ...row);
  await initiate(lab);
  await delay(300);
  lab.simulator.reboot(CMTS);
  expect(await manager.number(system.sysUpTime)).toBeLessThan(25);
  expect((await manager.get(utscCfg.rowStatus, ...row)).type).toBe("noSuchInstance");
  await configure(lab, span);
  expect(await manager.number(utscStatus.calibrationConstantKHundredthsDb, ...row)).toBe(k);
});

test("an E6000 has its rows again after a reboot", async () => {
  await using lab = await startLab({ personality: "e6000" });
  await lab.manager.set(lab.row, [utscCfg.filename, "x"]);
  lab.simulator.reboot(CMTS);
  expect(await lab.manager.text(utscCfg.filename, ...lab.row)).toBe("");
  expect(await lab.manager.number(utscCfg.rowStatus, ...lab.row)).toBe(RowStatus.active);
});

test("a write whose answer is lost and that is repeated does not start two runs", async () => {
  await using lab = await startLab();
  await configure(lab, { ...span, freeRunDurationMs: 60_000 });
  lab.simulator.faults(CMTS).add({
    oid: utscCtrl.initiateTest.oid,
    operations: ["set"],
    behaviour: { kind: "dropResponse" },
    times: 1,
  });
  const lost = lab.manager.ask(
    {
      tag: 0xa3,
      community: "private",
      varbinds: [
        {
          oid: [...utscCtrl.initiateTest.oid.split(".").map(Number), ...lab.row],
          value: { type: "Integer", value: 1 },
        },
      ],
    },
    200,
  );
  await expect(lost).rejects.toMatchObject({ code: "DEADLINE" });
  expect(state(lab)).toBe("busy");
  expect(await initiate(lab)).toBe("inconsistentValue");
});

test("latency delays answers and a frozen device gives none", async () => {
  await using lab = await startLab();
  const faults = lab.simulator.faults(CMTS);
  faults.latencyMs = 100;
  const startMs = performance.now();
  expect(await lab.manager.text(system.sysName)).toBe(CMTS);
  expect(performance.now() - startMs).toBeGreaterThan(90);
  faults.frozen = true;
  await expect(lab.manager.ask({ tag: 0xa0, varbinds: [] }, 200)).rejects.toMatchObject({ code: "DEADLINE" });
  faults.clear();
  expect(await lab.manager.text(system.sysName)).toBe(CMTS);
});
