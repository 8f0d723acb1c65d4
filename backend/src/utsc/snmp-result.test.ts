import { instanceOid, system, utscResult } from "@pnmlab/docsis-mib";
import type { SpectrumFrame, Varbind } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { CARRIER, startChain } from "../_test/utsc/chain.ts";
import { FakeCmts, RF_PORT } from "../_test/utsc/fake-cmts.ts";
import { until } from "../_test/utsc/fixture.ts";
import { readResult } from "./snmp-result.ts";

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
    await until(() => chain.publisher.frames.length >= 6, 40_000);
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
      expect(chain.frame(id, frame.sequence)).toMatchObject({
        source: "snmp",
        fileName: "docsPnmCmtsUtscResultOutput",
        modifiedAt: null,
        place: { number: 1, of: 1 },
        header: [],
        reading: { layout: "headerless" },
      });
      const carrier = carrierOf(frame);
      expect(Math.abs(carrier.frequencyHz - CARRIER.frequencyHz)).toBeLessThanOrEqual(frame.binSpacingHz);
      expect(Math.abs(carrier.levelDbmv - CARRIER.levelDbmv)).toBeLessThan(1);
    }

    mend();
    await until(() => chain.publisher.frames.at(-1)?.source === undefined, 30_000);
    await until(() => chain.session(id).sentence === "Receiving.", 20_000);
    expect(chain.session(id).failure).toBeNull();
    expect(chain.session(id).bySnmp).toBeUndefined();
    await chain.stop(id);
  },
  120_000,
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
  await expect(chain.compareWithSnmp(id, AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
  await expect(chain.compareWithSnmp("0000000000")).rejects.toMatchObject({ code: "SESSION_UNKNOWN" });
}, 30_000);

test("a CMTS without samples in its result table has nothing to compare, and says so", async () => {
  const chain = await startChain("cisco-cbr8");
  const { id } = await chain.start({ repeatPeriodUs: 500_000 });
  await until(() => chain.session(id).state === "receiving", 20_000);
  await expect(chain.compareWithSnmp(id)).rejects.toMatchObject({ code: "UTSC_RESULT_NOT_FOUND" });
  await chain.stop(id);
}, 30_000);

/** A CMTS that answers a GET object by object, and finishes a capture after so many of the objects. */
class Replacing extends FakeCmts {
  #capture = 0;
  #objects = 0;
  readonly #everyObjects: number;

  constructor(everyObjects: number) {
    super();
    this.#everyObjects = everyObjects;
    this.#finish();
  }

  override async get(target: Parameters<FakeCmts["get"]>[0], oids: string[]): Promise<Varbind[]> {
    const answers: Varbind[] = [];
    for (const oid of oids) {
      answers.push(...(await super.get(target, [oid])));
      this.#objects += 1;
      if (this.#objects % this.#everyObjects === 0) this.#finish();
    }
    return answers;
  }

  /** Timestamp and samples of a capture say its number. */
  #finish(): void {
    this.#capture += 1;
    const bytes = Buffer.alloc(4, this.#capture).toString("hex");
    this.put(utscResult.sampleTimestamp, [RF_PORT, 1], { type: "TimeTicks", value: this.#capture });
    this.put(utscResult.output, [RF_PORT, 1], { type: "OctetString", value: bytes });
  }
}

const TARGET = { host: "10.0.0.1", port: 161, profile: "lab" };
const ROW = { rfPortIfIndex: RF_PORT, cfgIndex: 1 };

test.each([3, 4, 5, 6, 7, 8, 9, 11, 13])(
  "timestamp and samples that are read belong to one capture, or are none (a capture every %i objects)",
  async (everyObjects) => {
    const cmts = new Replacing(everyObjects);
    const result = await readResult(cmts, TARGET, ROW, new AbortController().signal).catch(
      (error: unknown) => {
        expect(error).toMatchObject({ code: "UTSC_RESULT_CHANGING" });
        return undefined;
      },
    );
    if (everyObjects >= 8) expect(result).toBeDefined();
    if (result !== undefined) expect(result.bytes[0]).toBe(result.takenAtTicks);
  },
);

test("the time of a capture is told by the same answer as its samples", async () => {
  const cmts = new FakeCmts();
  cmts.put(utscResult.sampleTimestamp, [RF_PORT, 1], { type: "TimeTicks", value: 100_000 });
  cmts.put(utscResult.output, [RF_PORT, 1], { type: "OctetString", value: "00010002" });
  const [upTime] = await cmts.get(TARGET, [instanceOid(system.sysUpTime)]);
  expect(upTime).toMatchObject({ value: { type: "TimeTicks" } });
  const result = await readResult(cmts, TARGET, ROW, new AbortController().signal);
  expect(Date.now() - result!.capturedAtMs).toBeLessThan(1000);
});

test("a capture that fits in no message is told as that, beside files and in their place", async () => {
  const chain = await startChain("generic");
  const { id } = await chain.start({ repeatPeriodUs: 200_000, bins: 3200 });
  await until(() => chain.publisher.frames.length > 1, 10_000);
  const whole = await chain.compareWithSnmp(id);
  expect(whole.bins).toBe(3200);

  // Alone the samples fit into a message, with all that is asked for they do not.
  const [samples] = await chain.snmp.get(chain.target, [instanceOid(utscResult.output, chain.rfPort, 1)]);
  const octets = samples!.value.type === "OctetString" ? samples!.value.value.length / 2 : 0;
  const narrow = chain.inject({ kind: "network", maxResponseOctets: octets + 80 });
  expect((await chain.compareWithSnmp(id)).bins).toBe(3200);
  narrow();

  chain.inject({ kind: "network", maxResponseOctets: 1400 });
  await expect(chain.compareWithSnmp(id)).rejects.toMatchObject({
    code: "UTSC_RESULT_TOO_BIG",
    message: "the capture in the result table of the CMTS fits in no SNMP message: one of fewer bins may",
  });
  chain.inject({ kind: "upload", behaviour: { kind: "unreachable" } });
  await until(() => chain.session(id).state === "stalled", 15_000);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(chain.session(id)).toMatchObject({ state: "stalled" });
  expect(chain.publisher.frames.every(({ source }) => source === undefined)).toBe(true);
  await chain.stop(id);
}, 60_000);
