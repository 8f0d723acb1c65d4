import type { PollGroup, PollPlan, SeriesName } from "@pnmlab/protocol";
import { startTestLab } from "@pnmlab/testkit";
import { afterEach, expect, test, vi } from "vitest";
import { columnsOf } from "../../packages/docsis-mib/src/index.ts";
import { systemTables } from "../../packages/simulator/src/device/system.ts";
import { SnmpAgent } from "../../packages/simulator/src/snmp/agent.ts";
import { SnmpEngine } from "../../packages/simulator/src/snmp/engine.ts";
import { Faults } from "../../packages/simulator/src/snmp/faults.ts";
import { MibView } from "../../packages/simulator/src/snmp/mib-view.ts";
import { SnmpTable } from "../../packages/simulator/src/snmp/table.ts";

const cleanUp = new AsyncDisposableStack();
afterEach(() => cleanUp.disposeAsync());

/** A modem as far as its transmit power: docsIf3CmStatusUsTxPower (DOCS-IF3-MIB) of one channel, 43.5 dBmV. */
async function startModem(): Promise<SnmpAgent> {
  const txPower = columnsOf("1.3.6.1.4.1.4491.2.1.20.1.2.1")(
    1,
    "docsIf3CmStatusUsTxPower",
    "Integer",
    "read-only",
  );
  const faults = new Faults();
  const view = new MibView([
    ...systemTables({ name: "modem", sysDescrMarker: "modem", sysObjectId: [1, 3, 6, 1], upTime: () => 100 }),
    new SnmpTable([{ object: txPower, read: (tenths: number) => tenths }], [{ index: [4], row: 435 }]),
  ]);
  const engine = new SnmpEngine({ view, faults, readCommunity: "public", writeCommunity: "private" });
  return cleanUp.use(await SnmpAgent.listen({ engine, faults, host: "127.0.0.1", port: 0 }));
}

test("a plan of every group that is made in a fresh lab has values of every metric within a minute", async () => {
  const lab = cleanUp.use(await startTestLab());
  const modem = await startModem();
  const cookie = await lab.signIn();
  const ask = async <T>(path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${lab.url}/api${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { cookie, origin: lab.url, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    expect(answer.ok, path).toBe(true);
    return (await answer.json()) as T;
  };
  const { groups } = await ask<{ groups: PollGroup[] }>("/polling/groups");
  const madeMs = Date.now();
  const plan = (label: string, port: number, names: string[]) =>
    ask<{ plan: PollPlan }>("/polling/plans", {
      name: label,
      intervalS: 10,
      devices: [{ label, host: "127.0.0.1", port, profile: "sim" }],
      groups: names,
    });
  const ofModem = "modem-transmit-power";
  for (const { name, port } of lab.simulator.devices) {
    await plan(
      name,
      port,
      groups.map((group) => group.name).filter((group) => group !== ofModem),
    );
  }
  await plan("modem", modem.port, [ofModem]);

  const series = await vi.waitFor(
    async () => {
      const read = (await ask<{ series: SeriesName[] }>("/series/names")).series;
      for (const { name } of lab.simulator.devices) {
        const wanted = groups.flatMap((group) => (group.name === ofModem ? [] : group.metrics));
        const found = new Set(read.filter(({ device }) => device === name).map(({ metric }) => metric));
        expect([...found].toSorted()).toEqual(wanted.map((metric) => metric.name).toSorted());
      }
      expect(read).toContainEqual(
        expect.objectContaining({
          device: "modem",
          metric: "modem-tx-power",
          instance: "4",
          lastValue: 43.5,
        }),
      );
      return read;
    },
    { timeout: 60_000, interval: 500 },
  );
  expect(Date.now() - madeMs).toBeLessThan(60_000);
  const valuesOf = (metric: string) =>
    series.filter((one) => one.metric === metric).map(({ lastValue }) => lastValue);
  for (const celsius of valuesOf("temperature")) expect(Math.abs(celsius - 40)).toBeLessThan(25);
  for (const rate of valuesOf("codewords-good")) expect(rate).toBeGreaterThan(0);
  expect(Math.max(...valuesOf("if-in-octets"))).toBeGreaterThan(100_000);
  expect(valuesOf("upstream-codewords-uncorrectable").every((rate) => rate >= 0)).toBe(true);
}, 90_000);
