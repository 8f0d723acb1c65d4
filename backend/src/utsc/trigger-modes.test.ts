import { instanceOid, system } from "@pnmlab/docsis-mib";
import { scenarios } from "@pnmlab/simulator";
import { expect, test } from "vitest";
import { startChain } from "../_test/utsc/chain.ts";
import { until } from "../_test/utsc/fixture.ts";
import { integerOf } from "../snmp/values.ts";

const MODES = [
  "freeRunning",
  "miniSlotCount",
  "sid",
  "idleSid",
  "quietProbeSymbol",
  "burstIuc",
  "timestamp",
  "activeProbeSymbol",
] as const;

type Chain = Awaited<ReturnType<typeof startChain>>;

/** What each trigger needs, on a port with SC-QAM and OFDMA channels. */
async function operandsOf(chain: Chain, mode: (typeof MODES)[number]) {
  const { channels } = chain.simulator.truth("cmts", chain.rfPort);
  const scQam = channels.find(({ kind }) => kind === "scQam")!.ifIndex;
  const ofdma = channels.find(({ kind }) => kind === "ofdma")!.ifIndex;
  switch (mode) {
    case "miniSlotCount":
      return { logicalChIfIndex: scQam, minislotCount: 100 };
    case "sid":
      return { logicalChIfIndex: scQam, sid: 1 };
    case "idleSid":
      return { logicalChIfIndex: scQam };
    case "quietProbeSymbol":
      return { logicalChIfIndex: ofdma };
    case "activeProbeSymbol":
      return { logicalChIfIndex: ofdma, sid: 1 };
    case "burstIuc":
      return { logicalChIfIndex: scQam, burstIuc: "iuc5" as const };
    case "timestamp": {
      const [upTime] = await chain.snmp.get(chain.target, [instanceOid(system.sysUpTime)]);
      return { timestampTicks: integerOf(upTime!.value)! + 300 };
    }
    case "freeRunning":
      return {};
  }
}

test.each([
  ["miniSlotCount", { minislotCount: 100 }],
  ["sid", { sid: 1 }],
  ["idleSid", {}],
  ["burstIuc", { burstIuc: "iuc5" as const }],
] as const)(
  "a capture triggered by %s without a channel is that of the RF port itself",
  async (mode, operands) => {
    const chain = await startChain("generic", scenarios.plant);
    const { id } = await chain.start({ triggerMode: mode, triggerCount: 5, ...operands });
    await until(() => chain.publisher.frames.length >= 3 || chain.session(id).state === "failed", 30_000);
    expect(chain.session(id)).toMatchObject({ failure: null, state: "receiving" });
    const channel = chain.columns(id).find(({ field }) => field === "logicalChIfIndex");
    expect(channel?.accepted).toBe(0);
    await chain.stop(id);
  },
);

test.each(MODES)("a capture triggered by %s is configured, read back and received", async (triggerMode) => {
  const chain = await startChain("generic", scenarios.plant);
  const operands = await operandsOf(chain, triggerMode);
  const { id } = await chain.start({ triggerMode, triggerCount: 5, ...operands });
  await until(() => chain.publisher.frames.length >= 3 || chain.session(id).state === "failed", 30_000);
  expect(chain.session(id)).toMatchObject({ failure: null, state: "receiving" });
  const accepted = Object.fromEntries(chain.columns(id).map((one) => [one.field, one.accepted]));
  expect(accepted).toMatchObject({ triggerMode, ...operands });
  await chain.stop(id);
  expect(chain.session(id).state).toBe("stopped");
});
