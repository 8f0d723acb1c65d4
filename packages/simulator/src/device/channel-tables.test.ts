import {
  cmtsModulationType,
  docsIfDownChannel,
  docsIfUpChannel,
  dsOfdmChan,
  expectedRxPowerTenthDbmv,
  IfType,
  IntervalUsageCode,
  ifStackStatus,
  ifTable,
  indexOf,
  SubcarrierType,
  usOfdmaChan,
  usOfdmaSubcarrierType,
} from "@pnmlab/docsis-mib";
import { expect, test } from "vitest";
import { oidText } from "../snmp/oid.ts";
import { CMTS, startLab } from "../testing/lab.ts";

test.each(["generic", "e6000", "cisco-cbr8", "casa-c100g", "casa-evo"] as const)(
  "%s tells the power that its channels are set to and what is sent in them",
  async (personality) => {
    await using lab = await startLab({ personality });
    const { manager, simulator } = lab;
    const { channels } = simulator.truth(CMTS, simulator.devices[0]!.rfPorts[0]!.ifIndex);
    const expected = new Map<number, number>();
    for (const { kind, ifIndex, powerDbmv, signalBandwidthHz } of channels) {
      const object = kind === "scQam" ? expectedRxPowerTenthDbmv : usOfdmaChan.targetRxPowerTenthDbmv;
      const inHz = kind === "scQam" ? signalBandwidthHz : 1.6e6;
      const dbmv = (await manager.number(object, ifIndex)) / 10;
      expected.set(ifIndex, dbmv - (powerDbmv + 10 * Math.log10(inHz / signalBandwidthHz)));
    }
    for (const offDb of expected.values()) expect(Math.abs(offDb)).toBeLessThan(0.051);

    const { ifIndex } = channels.find(({ kind }) => kind === "scQam")!;
    const profile = await manager.number(docsIfUpChannel.modulationProfile, ifIndex);
    const modulation = await manager.number(cmtsModulationType, profile, IntervalUsageCode.advPhyLongData);
    expect(cmtsModulationType.values![modulation]).toBe("qam64");
  },
);

test.each(["generic", "e6000", "cisco-cbr8", "casa-c100g", "casa-evo"] as const)(
  "%s tells its downstream channels, below the MAC domain that its upstream channels are below too",
  async (personality) => {
    await using lab = await startLab({ personality });
    const { manager, simulator } = lab;
    const stack = (await manager.walk(ifStackStatus.oid)).map(
      ({ oid }) => indexOf(ifStackStatus, oidText(oid)) as [number, number],
    );
    const types = new Map<number, number>();
    for (const { oid, value } of await manager.walk(ifTable.ifType.oid)) {
      const [ifIndex] = indexOf(ifTable.ifType, oidText(oid))!;
      expect(types.has(ifIndex!)).toBe(false);
      types.set(ifIndex!, value.value as number);
    }
    const upstream = simulator.truth(CMTS, simulator.devices[0]!.rfPorts[0]!.ifIndex).channels[0]!.ifIndex;
    const domain = stack.find(
      ([above, below]) => below === upstream && types.get(above) === IfType.docsCableMaclayer,
    )![0];
    const below = stack.filter(([above]) => above === domain).map(([, ifIndex]) => ifIndex);
    const scQam = below.filter((ifIndex) => types.get(ifIndex) === IfType.docsCableDownstream);
    const centersHz: number[] = [];
    for (const ifIndex of scQam) centersHz.push(await manager.number(docsIfDownChannel.frequencyHz, ifIndex));
    expect(centersHz.sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, k) => 561e6 + k * 6e6));
    expect(await manager.number(docsIfDownChannel.widthHz, scQam[0]!)).toBe(6e6);
    const ofdm = below.filter((ifIndex) => types.get(ifIndex) === IfType.docsOfdmDownstream);
    expect(ofdm).toHaveLength(1);
    expect(await manager.number(dsOfdmChan.lowerBoundaryHz, ofdm[0]!)).toBe(690e6);
    expect(await manager.number(dsOfdmChan.upperBoundaryHz, ofdm[0]!)).toBe(882e6);
  },
);

test("subcarriers that nothing is sent in are those of the excluded bands, counted from subcarrier 0", async () => {
  await using lab = await startLab();
  const { manager, simulator } = lab;
  const { channels } = simulator.truth(CMTS, lab.rf);
  const channel = channels.find(({ kind }) => kind === "ofdma")!;
  const zeroHz = await manager.number(usOfdmaChan.subcarrierZeroHz, channel.ifIndex);
  const spacingHz = 1000 * (await manager.number(usOfdmaChan.subcarrierSpacingKhz, channel.ifIndex));
  const ends = (await manager.walk(usOfdmaSubcarrierType.endSubcarrier.oid)).map(({ oid, value }) => ({
    index: indexOf(usOfdmaSubcarrierType.endSubcarrier, oidText(oid))!,
    last: value.value as number,
  }));
  const groups: { first: number; last: number; type: number }[] = [];
  for (const { index, last } of ends.filter(({ index: [ifIndex] }) => ifIndex === channel.ifIndex)) {
    const first = index[1]!;
    groups.push({ first, last, type: await manager.number(usOfdmaSubcarrierType.type, ...index) });
  }
  // Nothing is left out between them, and no two neighbours are of one type.
  groups.slice(1).forEach((group, i) => {
    expect(group.first).toBe(groups[i]!.last + 1);
    expect(group.type).not.toBe(groups[i]!.type);
  });
  expect(groups[0]!.first).toBe(74);
  expect(zeroHz + groups[0]!.first * spacingHz).toBe(channel.lowerHz);
  expect(zeroHz + (groups.at(-1)!.last + 1) * spacingHz).toBe(channel.upperHz);
  const silent = groups.filter(({ type }) => type !== SubcarrierType.data);
  expect(
    silent.map(({ first, last }) => [zeroHz + first * spacingHz, zeroHz + (last + 1) * spacingHz]),
  ).toEqual(channel.excludedHz);
});
