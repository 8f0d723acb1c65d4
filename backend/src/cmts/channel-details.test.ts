import {
  docsIfUpChannel,
  expectedRxPowerTenthDbmv,
  instanceOid,
  usOfdmaChan,
  usOfdmaSubcarrierType,
} from "@pnmlab/docsis-mib";
import type { UpstreamChannel, Varbind } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { withChannelDetails } from "./channel-details.ts";

const scQam: UpstreamChannel = {
  ifIndex: 11,
  name: "us 0",
  kind: "scQam",
  lowerFrequencyHz: 26_800_000,
  upperFrequencyHz: 33_200_000,
};
const ofdma: UpstreamChannel = { ...scQam, ifIndex: 20, kind: "ofdma", upperFrequencyHz: 60_000_000 };

const integer = (oid: string, value: number): Varbind => ({ oid, value: { type: "Integer", value } });

/** A walk over the given objects that notes what was asked. */
function cmts(varbinds: readonly Varbind[], refused: readonly string[] = []) {
  const walked: string[] = [];
  const walk = async (oid: string) => {
    walked.push(oid);
    if (refused.includes(oid)) throw new Error("genErr");
    return varbinds.filter((varbind) => varbind.oid.startsWith(`${oid}.`));
  };
  return { walk, walked };
}

test("a CMTS without the tables gives the channels as they are", async () => {
  const { walk } = cmts([]);
  const detailed = await withChannelDetails([scQam, ofdma], walk, () => []);
  expect([...detailed.values()]).toEqual([scQam, ofdma]);
});

test("a table that is refused takes nothing from the others", async () => {
  const { walk } = cmts(
    [integer(instanceOid(docsIfUpChannel.id, 11), 4)],
    [expectedRxPowerTenthDbmv.oid, docsIfUpChannel.type.oid],
  );
  const detailed = await withChannelDetails([scQam], walk, () => []);
  expect(detailed.get(11)).toEqual({ ...scQam, channelId: 4 });
});

test("tables of a kind of channel that is not there are not walked", async () => {
  const { walk, walked } = cmts([]);
  await withChannelDetails([scQam], walk, () => []);
  expect(walked).toContain(docsIfUpChannel.id.oid);
  expect(walked).not.toContain(usOfdmaChan.channelId.oid);
  await withChannelDetails([], walk, () => []);
  expect(walked.filter((oid) => oid === docsIfUpChannel.id.oid)).toHaveLength(1);
});

test("the expected power of the logical channel goes before that of the physical one below", async () => {
  const { walk } = cmts([
    integer(instanceOid(expectedRxPowerTenthDbmv, 10), -20),
    integer(instanceOid(expectedRxPowerTenthDbmv, 11), 0),
  ]);
  const detailed = await withChannelDetails([scQam], walk, () => [10]);
  expect(detailed.get(11)!.expectedLevel).toEqual({ dbmv: 0, bandwidthHz: 5_120_000 });
});

test("an OFDMA channel whose subcarriers are all used has no band excluded, one without the table may have", async () => {
  const table = [
    integer(instanceOid(usOfdmaChan.subcarrierZeroHz, 20), 23_100_000),
    integer(instanceOid(usOfdmaChan.subcarrierSpacingKhz, 20), 25),
    integer(instanceOid(usOfdmaSubcarrierType.endSubcarrier, 20, 148), 1475),
    integer(instanceOid(usOfdmaSubcarrierType.type, 20, 148), 1),
    // An end before its start says nothing.
    integer(instanceOid(usOfdmaSubcarrierType.endSubcarrier, 20, 300), 200),
    integer(instanceOid(usOfdmaSubcarrierType.type, 20, 300), 2),
  ];
  const whole = await withChannelDetails([ofdma], cmts(table).walk, () => []);
  expect(whole.get(20)!.excludedHz).toEqual([]);
  const untold = await withChannelDetails([ofdma], cmts(table.slice(0, 2)).walk, () => []);
  expect(untold.get(20)!.excludedHz).toBeUndefined();
});
