import {
  docsIfDownChannel,
  docsIfUpChannel,
  dsOfdmChan,
  ifStackStatus,
  ifTable,
  instanceOid,
  type MibObject,
} from "@pnmlab/docsis-mib";
import { PnmLabError } from "@pnmlab/kit";
import { beatGridsOf } from "@pnmlab/pnm-analysis";
import type { Varbind } from "@pnmlab/protocol";
import { scenarios } from "@pnmlab/simulator";
import { expect, onTestFinished, test } from "vitest";
import { openTestBackend, TestAgent } from "../_test/support.ts";
import { startChain } from "../_test/utsc/chain.ts";
import { createSnmpGateway } from "../agents/gateways.ts";
import { RfPortCache } from "./rf-port-cache.ts";

const CMTS = { id: "cmts", host: "127.0.0.1", port: 161, profile: "sim" };
const value = (object: MibObject, ifIndex: number, number: number): Varbind => ({
  oid: instanceOid(object, ifIndex),
  value: { type: "Integer", value: number },
});

/** MAC domain 1 with port 5 and its channel 11, MAC domain 2 with port 6 and its channel 12. */
const VARBINDS: Varbind[] = [
  ...Object.entries({
    1: 127,
    2: 127,
    5: 256,
    6: 256,
    7: 256,
    11: 205,
    12: 205,
    31: 128,
    32: 128,
    33: 277,
    41: 128,
  }).map(([ifIndex, type]) => value(ifTable.ifType, Number(ifIndex), type)),
  ...[
    [11, 5],
    [12, 6],
    [1, 11],
    [2, 12],
    [1, 31],
    [1, 32],
    [1, 33],
    [1, 34],
    [2, 41],
    [31, 0],
  ].map(
    ([above, below]): Varbind => ({
      oid: instanceOid(ifStackStatus, above!, below!),
      value: { type: "Integer", value: 1 },
    }),
  ),
  ...[11, 12].flatMap((ifIndex) => [
    value(docsIfUpChannel.frequencyHz, ifIndex, 30_000_000),
    value(docsIfUpChannel.widthHz, ifIndex, 6_400_000),
  ]),
  value(docsIfDownChannel.frequencyHz, 31, 567_000_000),
  value(docsIfDownChannel.widthHz, 31, 6_000_000),
  value(docsIfDownChannel.frequencyHz, 32, 561_000_000),
  value(docsIfDownChannel.widthHz, 32, 6_000_000),
  value(docsIfDownChannel.frequencyHz, 34, 573_000_000),
  value(docsIfDownChannel.frequencyHz, 41, 474_000_000),
  value(docsIfDownChannel.widthHz, 41, 8_000_000),
  value(dsOfdmChan.lowerBoundaryHz, 33, 690_000_000),
  value(dsOfdmChan.upperBoundaryHz, 33, 882_000_000),
];

async function openPorts(isRefused: (oid: string) => boolean = () => false) {
  const backend = await openTestBackend();
  await TestAgent.connect(backend.url, {
    answers: {
      "snmp.walkStream": ({ oid }: { oid: string }) => {
        return { varbinds: VARBINDS.filter((varbind) => varbind.oid.startsWith(`${oid}.`)) };
      },
    },
  });
  const gateway = createSnmpGateway(backend.agents);
  const walk: typeof gateway.walk = (target, oid, options) =>
    isRefused(oid)
      ? Promise.reject(new PnmLabError("SNMP_TIMEOUT", "no answer"))
      : gateway.walk(target, oid, options);
  const ports = new RfPortCache({ ...gateway, walk }, Date.now);
  onTestFinished(() => ports[Symbol.dispose]());
  return ports;
}

test("the downstream of a port is that of the MAC domain above its channels, the lowest first", async () => {
  const ports = await openPorts();
  expect(await ports.downstream(CMTS, 5)).toEqual([
    { lowerHz: 558_000_000, upperHz: 564_000_000 },
    { lowerHz: 564_000_000, upperHz: 570_000_000 },
    { lowerHz: 690_000_000, upperHz: 882_000_000 },
  ]);
  expect(await ports.downstream(CMTS, 6)).toEqual([{ lowerHz: 470_000_000, upperHz: 478_000_000 }]);
  // A port without channels belongs to no MAC domain.
  expect(await ports.downstream(CMTS, 7)).toEqual([]);
});

test("a CMTS that does not tell its downstream tells its ports all the same", async () => {
  const ports = await openPorts((oid) => oid.startsWith("1.3.6.1.2.1.10.127.1.1.1.1"));
  expect((await ports.read(CMTS)).rfPorts.map(({ ifIndex, channels }) => [ifIndex, channels.length])).toEqual(
    [
      [5, 1],
      [6, 1],
      [7, 0],
    ],
  );
  expect(await ports.downstream(CMTS, 5)).toEqual([{ lowerHz: 690_000_000, upperHz: 882_000_000 }]);
});

test("the downstream of a simulated CMTS is read through its agent for every port", async () => {
  const { snmp, target, rfPort, nextRfPort } = await startChain("e6000", scenarios.plant);
  using ports = new RfPortCache(snmp, Date.now);
  const downstream = await ports.downstream({ ...CMTS, ...target }, rfPort);
  expect(downstream).toHaveLength(17);
  expect(beatGridsOf(downstream)).toEqual([{ spacingHz: 6_000_000, offsetsHz: [0] }]);
  expect(downstream.at(-1)).toEqual({ lowerHz: 690_000_000, upperHz: 882_000_000 });
  expect(await ports.downstream({ ...CMTS, ...target }, nextRfPort)).toEqual(downstream);
});
