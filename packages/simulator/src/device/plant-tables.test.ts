import { ifNumber, ifTable, ifXTable, instanceOid, METRIC_GROUPS } from "@pnmlab/docsis-mib";
import { expect, test } from "vitest";
import { type PersonalityName, personalities, scenarios } from "../index.ts";
import { oidText } from "../snmp/oid.ts";
import { CMTS, startLab } from "../testing/lab.ts";
import { codewordRates, countAt } from "./codewords.ts";

/** Of each MAC domain. */
const DOWNSTREAM_CHANNELS = 17;

const ENT_CONTAINED_IN = "1.3.6.1.2.1.47.1.1.1.1.4";
const ENT_ALIAS = "1.3.6.1.2.1.47.1.3.2.1.2";
const CCAP_PATH = "1.3.6.1.4.1.4491.2.1.24.1.1.1.1.1";
const REG_MAC = "1.3.6.1.4.1.4491.2.1.20.1.3.1.2";
const US_MODULATION = "1.3.6.1.4.1.4491.2.1.20.1.4.1.2";
const OFDMA_RX_POWER = "1.3.6.1.4.1.4491.2.1.28.1.4.1.1";

test("every RF port stands in a line card of the chassis, by entity and by path", async () => {
  await using lab = await startLab({ personality: "cisco-cbr8", rfPorts: 20 });
  const containers = new Map(
    (await lab.manager.walk(ENT_CONTAINED_IN)).map(({ oid, value }) => [oid.at(-1)!, value.value as number]),
  );
  const aliases = await lab.manager.walk(ENT_ALIAS);
  expect(aliases).toHaveLength(20);
  const cards = aliases.map(({ oid }) => containers.get(oid.at(-2)!));
  expect(new Set(cards).size).toBe(2);
  for (const card of cards) expect(containers.get(containers.get(card!)!)).toBe(0);
  const pointed = aliases.map(({ value }) => oidText(value.value as number[]));
  expect(pointed).toEqual(
    lab.simulator.devices[0]!.rfPorts.map(({ ifIndex }) => instanceOid(ifTable.ifIndex, ifIndex)),
  );
  const paths = new Map(
    (await lab.manager.walk(CCAP_PATH)).map(({ oid, value }) => [
      oid.at(-1)!,
      Buffer.from(value.value as Uint8Array).toString(),
    ]),
  );
  const port = lab.simulator.devices[0]!.rfPorts[17]!;
  expect(paths.get(port.ifIndex)).toBe(
    "/ccap/chassis[id=1]/slot[number=2]/rf-line-card/us-rf-port[number=2]",
  );
  for (const { ifIndex } of lab.simulator.truth(CMTS, port.ifIndex).channels) {
    expect(paths.get(ifIndex)).toContain(paths.get(port.ifIndex));
  }
});

test.each(Object.keys(personalities) as PersonalityName[])(
  "no two interfaces of %s share a number, however many ports it has",
  async (personality) => {
    await using lab = await startLab({ personality, rfPorts: 64 });
    const channels = scenarios.plant.ports.flatMap((port) => port.channels);
    const scQam = channels.filter(({ kind }) => kind === "scQam").length;
    const perRound = scenarios.plant.ports.length + channels.length + scQam;
    const domains = 32;
    expect(await lab.manager.number(ifNumber)).toBe(16 * perRound + domains * (1 + DOWNSTREAM_CHANNELS));
    expect(await lab.manager.walk(ifTable.ifType.oid)).toHaveLength(
      16 * perRound + domains * (1 + DOWNSTREAM_CHANNELS),
    );
  },
);

test("a modem is found by its address, on the channels of its port", async () => {
  await using lab = await startLab();
  const [, second] = lab.simulator.devices[0]!.rfPorts;
  const truth = lab.simulator.truth(CMTS, second!.ifIndex);
  const wanted = truth.modems[2]!.macAddress;
  const registered = await lab.manager.walk(REG_MAC);
  const id = registered
    .find(
      ({ value }) => Buffer.from(value.value as Uint8Array).toString("hex") === wanted.replaceAll(":", ""),
    )!
    .oid.at(-1)!;
  expect(registered.length).toBe(24 + 16 + 6 + 48);
  const channels = [
    ...(await lab.manager.walk(`${US_MODULATION}.${id}`)),
    ...(await lab.manager.walk(`${OFDMA_RX_POWER}.${id}`)),
  ].map(({ oid }) => oid.at(-1)!);
  expect(channels).toEqual(truth.channels.map(({ ifIndex }) => ifIndex));
});

test.each(Object.keys(personalities) as PersonalityName[])(
  "every metric group that is read at a CMTS is answered by %s",
  async (personality) => {
    await using lab = await startLab({ personality });
    const atCmts = METRIC_GROUPS.filter(({ name }) => name !== "modem-transmit-power");
    for (const { oid } of atCmts.flatMap(({ metrics }) => metrics)) {
      expect((await lab.manager.walk(oid)).length, oid).toBeGreaterThan(0);
    }
  },
);

test("counters rise, and begin anew with the device", async () => {
  await using lab = await startLab();
  const octets = async () => {
    const counts = (await lab.manager.walk(ifXTable.ifHCInOctets.oid)).map(({ value }) => value.value);
    return (counts as bigint[]).reduce((sum, count) => sum + count, 0n);
  };
  const first = await octets();
  await expect.poll(octets).toBeGreaterThan(first);
  const before = await octets();
  lab.simulator.reboot(CMTS);
  expect(await octets()).toBeLessThan(before);
});

test("noise makes codewords wrong, and impulses do; a clean channel has none", () => {
  const plan = { kind: "scQam", centerHz: 30e6, widthHz: 6.4e6, powerDbmv: 0, utilization: 0.5 } as const;
  const impulse = { label: "x", ratePerS: 100, overFloorDb: 30, durationUs: 50, phaseMs: 0, jitterMs: 0 };
  const perS = 0.5 * 5.12e6 * (6 / 8 / 255);
  const clean = codewordRates(plan, 40, []);
  expect(clean.good).toBeCloseTo(perS);
  const noisy = codewordRates(plan, 24, []);
  expect(noisy.corrected / perS).toBeGreaterThan(0.01);
  expect(noisy.uncorrectable / perS).toBeLessThan(0.01);
  expect(codewordRates(plan, 14, []).uncorrectable / perS).toBeGreaterThan(0.5);
  const hit = codewordRates(plan, 40, [{ ...impulse, cornerHz: 60e6 }]);
  expect(hit.uncorrectable).toBeGreaterThan(1);
  for (const { good, corrected, uncorrectable } of [clean, noisy, hit]) {
    expect(good + corrected + uncorrectable).toBeCloseTo(perS);
  }
  const counts = Array.from({ length: 2000 }, (_, second) => countAt(10, second));
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
});
