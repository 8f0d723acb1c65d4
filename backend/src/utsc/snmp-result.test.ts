import type { SpectrumFrame } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { CARRIER, startChain } from "../_test/utsc/chain.ts";
import { until } from "../_test/utsc/fixture.ts";

function carrierOf({ levelsHundredthsDbmv: levels, firstBinHz, binSpacingHz }: SpectrumFrame) {
  const bin = levels.reduce((best, level, at, all) => (level > all[best]! ? at : best), 0);
  return { frequencyHz: firstBinHz + bin * binSpacingHz, levelDbmv: levels[bin]! / 100 };
}

test.each(["generic", "e6000"] as const)(
  "on a %s whose files stay away spectra are read by SNMP and counted as such, until files come again",
  async (personality) => {
    const chain = await startChain(personality);
    const mend = chain.inject({ kind: "upload", behaviour: { kind: "unreachable" } });
    const { id } = await chain.start({ repeatPeriodUs: 100_000, bins: 3200 });
    await until(() => chain.publisher.frames.length >= 6, 20_000);
    const session = chain.session(id);
    expect(session).toMatchObject({ state: "receiving", bySnmp: true, framesReceived: session.framesBySnmp });
    expect(session.sentence).toMatch(
      /^Receiving by SNMP, no files\. (No file has reached the TFTP directory|Upload failed: the CMTS says error)/,
    );
    expect(session.failure).toMatchObject({
      code: expect.stringMatching(/^UTSC_(NO_FILE|UPLOAD_FAILED)$/),
      fix: expect.any(String),
    });
    const { frames } = chain.publisher;
    expect(new Set(frames.map(({ capturedAtMs }) => capturedAtMs)).size).toBe(frames.length);
    for (const frame of frames) {
      expect(frame).toMatchObject({ source: "snmp", uncalibrated: false });
      expect(Math.abs(frame.receivedAtMs - frame.capturedAtMs)).toBeLessThan(1000);
      const carrier = carrierOf(frame);
      expect(Math.abs(carrier.frequencyHz - CARRIER.frequencyHz)).toBeLessThanOrEqual(frame.binSpacingHz);
      expect(Math.abs(carrier.levelDbmv - CARRIER.levelDbmv)).toBeLessThan(1);
    }

    mend();
    await until(() => chain.publisher.frames.at(-1)?.source === undefined, 10_000);
    await until(() => chain.session(id).sentence === "Receiving.", 5000);
    expect(chain.session(id).failure).toBeNull();
    expect(chain.session(id).bySnmp).toBeUndefined();
    await chain.stop(id);
  },
  60_000,
);

test("a CMTS whose result table holds no samples stays stalled in words", async () => {
  const chain = await startChain("cisco-cbr8");
  chain.inject({ kind: "upload", behaviour: { kind: "unreachable" } });
  const { id } = await chain.start({ repeatPeriodUs: 100_000 });
  await until(() => chain.session(id).state === "stalled", 10_000);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(chain.session(id)).toMatchObject({ state: "stalled", framesReceived: 0 });
  expect(chain.publisher.frames).toEqual([]);
  await chain.stop(id);
}, 30_000);

test("on demand the capture by SNMP stands beside the file of the same capture, without a difference", async () => {
  const chain = await startChain("generic");
  const { id } = await chain.start({ repeatPeriodUs: 500_000 });
  await until(() => chain.publisher.frames.length > 1, 10_000);
  const { file, ...spectrum } = await chain.compareWithSnmp(id);
  expect(spectrum).toMatchObject({ sessionId: id, bins: 800, firstBinHz: 5_000_000, uncalibrated: false });
  expect(file?.levelsHundredthsDbmv).toEqual(spectrum.levelsHundredthsDbmv);
  expect(file).toMatchObject({ differenceDb: { bins: 800, mean: 0, meanAbsolute: 0, maxAbsolute: 0 } });
  expect(Math.abs(file!.apartMs)).toBeLessThan(500);
  expect(chain.session(id).framesBySnmp).toBeUndefined();
  await chain.stop(id);
  await expect(chain.compareWithSnmp("0000000000")).rejects.toMatchObject({ code: "SESSION_UNKNOWN" });
}, 30_000);

test("a CMTS without samples in its result table has nothing to compare, and says so", async () => {
  const chain = await startChain("cisco-cbr8");
  const { id } = await chain.start({ repeatPeriodUs: 500_000 });
  await until(() => chain.session(id).state === "receiving", 20_000);
  await expect(chain.compareWithSnmp(id)).rejects.toMatchObject({ code: "UTSC_RESULT_NOT_FOUND" });
  await chain.stop(id);
}, 30_000);
