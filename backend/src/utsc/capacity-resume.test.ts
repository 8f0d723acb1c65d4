import { expect, test } from "vitest";
import { startChain } from "../_test/utsc/chain.ts";
import { until } from "../_test/utsc/fixture.ts";

test("after a restart stored sessions start only as far as the line card has room, the older first", async () => {
  // A CommScope E6000 runs one test on a line card.
  const chain = await startChain("e6000");
  const first = await chain.start();
  await until(() => chain.session(first.id).state === "receiving", 10_000);
  await chain.closeBackend();
  const second = {
    ...chain.store.list()[0]!,
    id: "0123456789",
    streamId: 77,
    rfPortIfIndex: chain.nextRfPort,
    createdAt: new Date(Date.now() + 1000).toISOString(),
  };
  chain.store.save(second);
  chain.openBackend();
  await until(() => chain.session(second.id).state === "stalled", 10_000);
  await until(() => chain.session(first.id).state === "receiving", 10_000);
  expect(chain.session(second.id)).toMatchObject({
    desired: "running",
    failure: { code: "UTSC_CAPACITY_BUSY", message: expect.stringContaining(`held by session ${first.id}`) },
  });
  expect(chain.measStatus(chain.nextRfPort)).toBe("inactive");

  await chain.stop(first.id);
  await until(() => chain.session(second.id).state === "receiving", 20_000);
  expect(chain.session(second.id).failure).toBeNull();
  await chain.stop(second.id);
}, 60_000);
