import { expect, test } from "vitest";
import { startChain } from "../_test/utsc/chain.ts";
import { until } from "../_test/utsc/fixture.ts";

test.each(["generic", "e6000"] as const)(
  "a single capture of a %s gives one frame and leaves the CMTS idle and its directory empty",
  async (personality) => {
    const chain = await startChain(personality);
    const { id } = await chain.single({ repeatPeriodUs: 100_000 });
    await until(() => chain.session(id).state === "stopped", 20_000);
    expect(chain.session(id)).toMatchObject({ framesReceived: 1, desired: "stopped", failure: null });
    expect(chain.measStatus()).not.toBe("busy");
    await expect.poll(() => chain.files(), { timeout: 20_000 }).toEqual([]);
  },
  60_000,
);

test("a capture that runs ends with its next frame, unless it is given other values meanwhile", async () => {
  const chain = await startChain("generic");
  const { id } = await chain.start();
  await until(() => chain.session(id).framesReceived > 3, 20_000);
  expect(chain.session(id).observed?.maxResultsPerFile).toBe(1);
  expect((await chain.single()).id).toBe(id);
  await until(() => chain.session(id).state === "stopped", 20_000);
  expect(chain.session(id).sentence).toMatch(/^Stopped by Single, with its one capture/);

  const again = await chain.single({ bins: 400 });
  await chain.start({ bins: 1600 });
  await until(() => chain.session(again.id).framesReceived > 5, 20_000);
  expect(chain.session(again.id)).toMatchObject({ state: "receiving", desired: "running" });
  await chain.stop(again.id);
  await until(() => chain.session(again.id).state === "stopped", 20_000);
  expect(chain.session(again.id).sentence).toMatch(/^Stopped\. /);
}, 60_000);

test("a backend that ends before the one capture has come clears up in place of running on", async () => {
  const chain = await startChain("generic");
  const mend = chain.inject({ kind: "upload", behaviour: { kind: "unreachable" } });
  const { id } = await chain.single();
  await until(() => chain.measStatus() === "busy", 20_000);
  await chain.closeBackend();
  mend();
  chain.openBackend();
  await until(() => chain.session(id).state === "stopped", 20_000);
  expect(chain.session(id).desired).toBe("stopped");
  expect(chain.measStatus()).not.toBe("busy");
}, 60_000);
