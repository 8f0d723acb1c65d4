import { utscCfg, utscCtrl } from "@pnmlab/docsis-mib";
import { expect, test } from "vitest";
import { startChain } from "../_test/utsc/chain.ts";
import { until } from "../_test/utsc/fixture.ts";

const PERIODS_US = { "cisco-cbr8": 100_000, "casa-c100g": 400_000, "casa-evo": 400_000 } as const;

test.each(Object.keys(PERIODS_US) as (keyof typeof PERIODS_US)[])(
  "a %s, which names its files itself, runs a session from start to stop, and a restart of the backend goes on with it",
  async (personality) => {
    const chain = await startChain(personality);
    const { id } = await chain.start({ repeatPeriodUs: PERIODS_US[personality] });
    await until(() => chain.publisher.frames.length > 2 || chain.session(id).state === "failed", 20_000);
    expect(chain.session(id)).toMatchObject({ failure: null, state: "receiving", framesDropped: 0 });
    await chain.closeBackend();
    chain.openBackend();
    const before = chain.publisher.frames.length;
    await until(
      () => chain.publisher.frames.length > before + 2 || chain.session(id).state === "failed",
      20_000,
    );
    expect(chain.session(id)).toMatchObject({ failure: null, state: "receiving" });
    await chain.stop(id);
    expect(chain.session(id).sentence).toBe("Stopped. The CMTS is idle, the files are removed.");
    const rows = await chain.snmp.walk(chain.target, `${utscCfg.rowStatus.oid}.${chain.rfPort}`);
    expect(rows).toHaveLength(personality === "casa-c100g" ? 3 : 0);
    await until(() => chain.sinkFiles.length === 0);
    expect((await chain.files()).filter((name) => name.startsWith("PNM"))).toEqual([]);
  },
);

test.each(Object.keys(PERIODS_US) as (keyof typeof PERIODS_US)[])(
  "files of a %s that come before a backend that starts anew can read its row are of its session",
  async (personality) => {
    const chain = await startChain(personality);
    const { id } = await chain.start({ repeatPeriodUs: PERIODS_US[personality] });
    await until(() => chain.publisher.frames.length > 2 || chain.session(id).state === "failed", 20_000);
    await chain.closeBackend();
    chain.faults.frozen = true;
    const before = chain.publisher.frames.length;
    const uploaded = chain.uploads();
    chain.openBackend();
    await until(() => chain.uploads() > uploaded + 2, 20_000);
    chain.faults.frozen = false;
    await until(() => chain.publisher.frames.length > before + 2, 20_000);
    await chain.stop(id);
    expect(chain.sinkFiles).toEqual([]);
    expect((await chain.files()).filter((name) => name.startsWith("PNM"))).toEqual([]);
  },
);

test("files of another user, who took the row of a casa-c100g while the backend was away, are left to them", async () => {
  const chain = await startChain("casa-c100g");
  const { id } = await chain.start({ repeatPeriodUs: 400_000 });
  await until(() => chain.publisher.frames.length > 2, 20_000);
  await chain.closeBackend();
  await until(() => chain.measStatus() === "inactive", 20_000);
  const row = `${chain.rfPort}.3`;
  const unsigned = (column: { oid: string }, value: number) => ({
    oid: `${column.oid}.${row}`,
    value: { type: "Unsigned32" as const, value },
  });
  await chain.snmp.set(chain.target, [unsigned(utscCfg.minislotCount, 0), unsigned(utscCfg.sid, 0)]);
  await chain.snmp.set(chain.target, [
    { oid: `${utscCtrl.initiateTest.oid}.${row}`, value: { type: "Integer", value: 1 } },
  ]);
  await until(() => chain.measStatus() === "busy");
  chain.faults.frozen = true;
  const frames = chain.publisher.frames.length;
  const uploaded = chain.uploads();
  chain.openBackend();
  await until(() => chain.uploads() > uploaded + 2, 20_000);
  expect(chain.sinkFiles, "nobody knows yet whose they are").toEqual([]);
  chain.faults.frozen = false;
  await until(() => chain.session(id).state === "failed", 20_000);
  await until(() => chain.sinkFiles.length > 2, 20_000);
  const left = await chain.files();
  expect(chain.sinkFiles.filter((name) => !left.includes(name))).toEqual([]);
  expect(chain.publisher.frames).toHaveLength(frames);
});
