import { setTimeout as delay } from "node:timers/promises";
import { utscCfg, utscStatus } from "@pnmlab/docsis-mib";
import type { SpectrumFrame, Varbind } from "@pnmlab/protocol";
import { expect, onTestFinished, test } from "vitest";
import { CARRIER, startChain } from "../_test/utsc/chain.ts";
import { until } from "../_test/utsc/fixture.ts";

function highest(frame: SpectrumFrame): { frequencyHz: number; levelDbmv: number } {
  const levels = frame.levelsHundredthsDbmv;
  const bin = levels.reduce((best, level, at, all) => (level > all[best]! ? at : best), 0);
  return { frequencyHz: frame.firstBinHz + bin * frame.binSpacingHz, levelDbmv: levels[bin]! / 100 };
}

const PERSONALITIES = ["generic", "e6000"] as const;

test.each(PERSONALITIES)(
  "on a CMTS of personality %s a session runs from start to a clean stop, across re-arms, with the carrier where it is",
  async (personality) => {
    const chain = await startChain(personality);
    const { id } = await chain.start();
    await until(() => chain.publisher.frames.length >= 30, 20_000);
    const session = chain.session(id);
    expect(session).toMatchObject({
      state: "receiving",
      sentence: "Receiving.",
      framesDropped: 0,
      failure: null,
      measStatus: expect.any(String),
      accepted: { centerFrequencyHz: 45_000_000, spanHz: 80_000_000, bins: 800, repeatPeriodUs: 50_000 },
      observed: { bins: 800, outputFormat: "fftPower" },
    });
    expect(session.kHundredthsDb).not.toBe(0);
    expect(session.observed?.repeatPeriodUs).toBeGreaterThan(45_000);
    expect(session.observed?.repeatPeriodUs).toBeLessThan(55_000);
    const { frames } = chain.publisher;
    expect(frames.map(({ sequence }) => sequence)).toEqual(frames.map((_, at) => at + 1));
    for (const frame of frames) {
      const carrier = highest(frame);
      expect(Math.abs(carrier.frequencyHz - CARRIER.frequencyHz)).toBeLessThanOrEqual(frame.binSpacingHz);
      expect(Math.abs(carrier.levelDbmv - CARRIER.levelDbmv)).toBeLessThan(1);
    }
    if (personality === "e6000") {
      expect(session.rearms).toBeGreaterThanOrEqual(2);
      expect(frames.filter(({ gapBefore }) => gapBefore).length).toBeGreaterThanOrEqual(2);
    } else expect(session.rearms).toBe(0);

    const stopped = await chain.stop(id);
    expect(stopped).toMatchObject({ state: "stopped", failure: null });
    expect(chain.measStatus()).toBe(personality === "e6000" ? "inactive" : undefined);
    await delay(500);
    expect(await chain.files()).toEqual([]);
    expect(chain.sinkFiles).toEqual([]);
  },
  60_000,
);

test.each(PERSONALITIES)(
  "a %s that restarts in the middle of a capture is taken up again",
  async (personality) => {
    const chain = await startChain(personality);
    const { id } = await chain.start();
    await until(() => chain.publisher.frames.length >= 5, 20_000);
    const before = chain.publisher.frames.length;
    chain.simulator.reboot("cmts");
    await until(() => chain.publisher.frames.length >= before + 10, 30_000);
    expect(chain.session(id)).toMatchObject({ state: "receiving", failure: null });
    expect(chain.publisher.frames.slice(before).some(({ gapBefore }) => gapBefore)).toBe(true);
    await chain.stop(id);
    expect(chain.session(id).state).toBe("stopped");
  },
  60_000,
);

test.each(PERSONALITIES)(
  "a %s that is busy with somebody else's test is left alone",
  async (personality) => {
    const chain = await startChain(personality);
    const index = `${chain.rfPort}.1`;
    const set = (column: { oid: string }, value: Varbind["value"]) =>
      chain.snmp.set(chain.target, [{ oid: `${column.oid}.${index}`, value }]);
    const unsigned = (value: number) => ({ type: "Unsigned32", value }) as const;
    if (personality === "generic") await set(utscCfg.rowStatus, { type: "Integer", value: 5 });
    await set(utscCfg.filename, { type: "OctetString", value: Buffer.from("noc-script").toString("hex") });
    await set(utscCfg.centerFreqHz, unsigned(50_000_000));
    await set(utscCfg.spanHz, unsigned(80_000_000));
    await set(utscCfg.numBins, unsigned(1600));
    await set(utscCfg.freeRunDurationMs, unsigned(60_000));
    await set(utscCfg.repeatPeriodUs, unsigned(1_000_000));
    if (personality === "generic") await set(utscCfg.rowStatus, { type: "Integer", value: 1 });
    await chain.snmp.set(chain.target, [
      { oid: `1.3.6.1.4.1.4491.2.1.27.1.3.10.3.1.1.${index}`, value: { type: "Integer", value: 1 } },
    ]);
    await until(() => chain.measStatus() === "busy");

    const { room } = await chain.dryRun();
    for (const { holders } of room) expect(holders.join()).toContain("noc-script");
    const { id } = await chain.start();
    await until(() => chain.session(id).state === "failed");
    expect(chain.session(id).sentence).toContain(
      'is busy with a test that another user started, whose files are named "noc-script"',
    );
    await until(() => chain.store.sessions.get(id)?.settled === true);
    expect(chain.measStatus()).toBe("busy");
    const [status] = await chain.snmp.get(chain.target, [`${utscStatus.measStatus.oid}.${index}`]);
    expect(status?.value).toEqual({ type: "Integer", value: 3 });
  },
  60_000,
);

test("a backend that starts anew runs its session on under the same id and stream", async () => {
  const chain = await startChain("generic");
  const { id, streamId } = await chain.start();
  await until(() => chain.publisher.frames.length >= 5, 20_000);
  await chain.closeBackend();
  chain.openBackend();
  const before = chain.publisher.frames.length;
  await until(() => chain.publisher.frames.length >= before + 5, 20_000);
  expect(chain.session(id)).toMatchObject({ id, streamId, state: "receiving" });
  await chain.stop(id);
  expect(chain.measStatus()).toBeUndefined();
}, 60_000);

test("while the backend is gone the agent ends the test, and the next backend starts it again", async () => {
  const chain = await startChain("generic");
  const { id } = await chain.start();
  await until(() => chain.publisher.frames.length >= 5, 20_000);
  await chain.closeBackend();
  await until(() => chain.measStatus() === "inactive", 20_000);
  chain.openBackend();
  const before = chain.publisher.frames.length;
  await until(() => chain.publisher.frames.length >= before + 5, 20_000);
  expect(chain.session(id).state).toBe("receiving");
  await chain.stop(id);
}, 60_000);

test("an agent that stops ends the test; when it is back the session goes on", async () => {
  const chain = await startChain("e6000");
  const { id } = await chain.start();
  await until(() => chain.publisher.frames.length >= 5, 20_000);
  await chain.stopAgent();
  await until(() => chain.session(id).state === "stalled", 20_000);
  expect(chain.session(id)).toMatchObject({ failure: { rung: "agent" } });
  expect(chain.measStatus()).not.toBe("busy");
  await chain.startAgent();
  await until(() => chain.session(id).state === "receiving", 20_000);
  await chain.stop(id);
}, 60_000);

test("other parameters go to the running session, and the frames have them", async () => {
  const chain = await startChain("e6000");
  const { id } = await chain.start();
  await until(() => chain.publisher.frames.length >= 5, 20_000);
  const changed = await chain.start({ bins: 1600, outputFormat: "fftAmplitude" });
  expect(changed.id).toBe(id);
  await until(() => chain.publisher.frames.at(-1)?.levelsHundredthsDbmv.length === 1600, 20_000);
  const frame = chain.publisher.frames.at(-1)!;
  expect(frame.binSpacingHz).toBe(50_000);
  expect(Math.abs(highest(frame).levelDbmv - CARRIER.levelDbmv)).toBeLessThan(1);
  await chain.stop(id);
}, 60_000);

test.each([
  ["timeIQ", { outputFormat: "timeIQ", bins: 2048, spanHz: 102_400_000, centerFrequencyHz: 51_200_000 }],
  ["fftIQ", { outputFormat: "fftIQ" }],
  ["fftAmplitude", { outputFormat: "fftAmplitude" }],
] as const)(
  "an E6000 capturing %s shows the carrier at its level",
  async (_, overrides) => {
    const chain = await startChain("e6000");
    const { id } = await chain.start(overrides);
    await until(() => chain.publisher.frames.length >= 5, 20_000);
    const carrier = highest(chain.publisher.frames.at(-1)!);
    expect(Math.abs(carrier.frequencyHz - CARRIER.frequencyHz)).toBeLessThanOrEqual(100_000);
    expect(Math.abs(carrier.levelDbmv - CARRIER.levelDbmv)).toBeLessThan(1);
    await chain.stop(id);
  },
  60_000,
);

test("a start whose answer is lost is not repeated blindly", async () => {
  const chain = await startChain("generic");
  const initiateTest = "1.3.6.1.4.1.4491.2.1.27.1.3.10.3.1.1";
  chain.faults.add({
    oid: initiateTest,
    operations: ["set"],
    behaviour: { kind: "dropResponse" },
    times: 2,
  });
  const { id } = await chain.start();
  await until(() => chain.session(id).state === "receiving", 30_000);
  expect(chain.session(id).failure).toBeNull();
  await chain.stop(id);
}, 60_000);

test("a line that loses one request in five is lived with", async () => {
  const chain = await startChain("e6000");
  chain.faults.requestLoss = 0.1;
  chain.faults.responseLoss = 0.1;
  const { id } = await chain.start();
  await until(() => chain.publisher.frames.length >= 25, 45_000);
  chain.faults.clear();
  await chain.stop(id);
  await until(() => chain.session(id).state === "stopped", 20_000);
  expect(chain.measStatus()).toBe("inactive");
}, 90_000);

test("a TFTP server that is down is named as the broken rung, and files flow again when it is back", async () => {
  const chain = await startChain("e6000");
  const { id } = await chain.start();
  await until(() => chain.session(id).state === "receiving", 20_000);
  await chain.stopTftp();
  await until(() => chain.session(id).failure?.rung === "tftp", 30_000);
  expect(chain.session(id)).toMatchObject({
    failure: { rung: "tftp" },
    sentence: expect.stringMatching(/^(Stalled, no file since|Receiving by SNMP, no files)/),
  });
  await chain.startTftp();
  await until(() => chain.session(id).failure === null, 30_000);
  expect(chain.session(id)).toMatchObject({ state: "receiving", sentence: "Receiving." });
  await chain.stop(id);
}, 90_000);

test("two ports of one CMTS capture side by side; what the card has no room for is refused in words", async () => {
  const generic = await startChain("generic");
  const first = await generic.start();
  const second = await generic.start({ rfPortIfIndex: generic.nextRfPort });
  expect(second.streamId).not.toBe(first.streamId);
  await until(() => [first, second].every(({ id }) => generic.session(id).framesReceived >= 10), 20_000);
  await Promise.all([generic.stop(first.id), generic.stop(second.id)]);

  const e6000 = await startChain("e6000");
  const running = await e6000.start();
  await until(() => e6000.session(running.id).state === "receiving", 20_000);
  await expect(e6000.start({ rfPortIfIndex: e6000.nextRfPort })).rejects.toMatchObject({
    code: "UTSC_CAPACITY_BUSY",
    message: expect.stringMatching(
      `runs 1 UTSC test at a time on line card 0, held by session ${running.id} on us-conn 0/0$`,
    ),
  });
  expect(await e6000.dryRun({ rfPortIfIndex: e6000.nextRfPort })).toMatchObject({
    verdict: "blocked",
    sentence: expect.stringContaining(`held by session ${running.id} on us-conn 0/0`),
  });
  expect(e6000.session(running.id).state).toBe("receiving");
  await e6000.stop(running.id);

  onTestFinished(e6000.simulator.inject("cmts", { kind: "otherManager", rfPort: e6000.rfPort }));
  await expect(e6000.start({ rfPortIfIndex: e6000.nextRfPort })).rejects.toMatchObject({
    code: "UTSC_CAPACITY_BUSY",
    message: expect.stringContaining(
      "held by a test on us-conn 0/0 that no session of this backend has started",
    ),
  });
}, 60_000);

test("a test that does not end at the stop is told, and ended when the CMTS lets it", async () => {
  const chain = await startChain("generic");
  const { id } = await chain.start();
  await until(() => chain.session(id).state === "receiving", 20_000);
  const release = chain.faults.add({
    oid: utscStatus.measStatus.oid,
    operations: ["get"],
    behaviour: { kind: "value", value: 3 },
  });
  const stopping = await chain.stop(id);
  expect(stopping).toMatchObject({ state: "stopping", failure: { code: "UTSC_NOT_IDLE" } });
  release();
  await until(() => chain.session(id).state === "stopped", 20_000);
  expect(chain.measStatus()).toBeUndefined();
}, 60_000);
