import { expect, test } from "vitest";
import { startChain } from "../_test/utsc/chain.ts";
import { until } from "../_test/utsc/fixture.ts";
import { readState } from "./test-control.ts";

type Chain = Awaited<ReturnType<typeof startChain>>;

/** A start that another manager comes into; undefined where it has ended before that. */
async function startMeeting(chain: Chain, afterSets: number, withNextSet: boolean) {
  const { snmp, target, rfPort, simulator } = chain;
  const leave = chain.inject({ kind: "otherManager", rfPort, afterSets, withNextSet });
  const { id } = await chain.start({ repeatPeriodUs: 500_000, freeRunDurationMs: 60_000 });
  const isOver = () => chain.store.sessions.get(id)?.settled === true;
  await until(() => chain.session(id).framesReceived > 0 || isOver(), 20_000);
  const device = { snmp, target, signal: new AbortController().signal };
  const { fileName } = await readState(device, { rfPortIfIndex: rfPort, cfgIndex: 1 });
  const measStatus = chain.measStatus();
  const { state, sentence } = chain.session(id);
  leave();
  if (state !== "receiving") return { sentence, fileName, measStatus };
  await chain.stop(id);
  simulator.dropRows("cmts", rfPort);
  return undefined;
}

test.each([
  ["generic", "after", false],
  ["generic", "together with", true],
  ["e6000", "after", false],
  ["e6000", "together with", true],
] as const)(
  "on a %s another manager that comes %s any SET of a start keeps its test and its name, and the session says so",
  async (personality, _moment, withNextSet) => {
    const chain = await startChain(personality);
    let afterSets = 0;
    for (; ; afterSets += 1) {
      const met = await startMeeting(chain, afterSets, withNextSet);
      if (met === undefined) break;
      expect({ afterSets, ...met }).toMatchObject({
        fileName: "other-manager",
        measStatus: "busy",
        sentence: expect.stringMatching(/^Failed\. .*another user/i),
      });
      // Where rows are made by managers, each start makes one.
      if (personality === "generic") chain.simulator.dropRows("cmts", chain.rfPort);
    }
    expect(afterSets).toBeGreaterThanOrEqual(5);
  },
  120_000,
);
