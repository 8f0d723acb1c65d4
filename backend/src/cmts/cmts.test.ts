import {
  cmtsModulationType,
  docsIfUpChannel,
  expectedRxPowerTenthDbmv,
  ifStackStatus,
  ifTable,
  ifXTable,
  instanceOid,
  usOfdmaChan,
  usOfdmaSubcarrierType,
  utscCapab,
} from "@pnmlab/docsis-mib";
import { cmtsListSchema, rfPortListSchema, type SnmpValue, type Varbind } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { openTestBackend, TestAgent, type TestAgentOptions, waitFor } from "../_test/support.ts";

const text = (value: string): SnmpValue => ({
  type: "OctetString",
  value: Buffer.from(value).toString("hex"),
});
const bits = (value: string): SnmpValue => ({ type: "OctetString", value });
const integer = (value: number): SnmpValue => ({ type: "Integer", value });
const unsigned = (value: number): SnmpValue => ({ type: "Unsigned32", value });

/** A CMTS: MAC domain 1; ports 5 and 6; on port 5 channel 10 below its logical channel 11, and OFDMA 20. */
const CMTS: Varbind[] = [
  ...[
    [1, 127, "cable-mac 1", "mac1", ""],
    [5, 256, "us-conn 0", "us 1/0", "north"],
    [6, 256, "us-conn 1", "us 1/1", ""],
    [7, 6, "ethernet", "eth0", ""],
    [10, 129, "cable-upstream 1/0.0", "us 1/0.0", ""],
    [11, 205, "cable-upstream-channel 1/0.0.0", "us 1/0.0.0", ""],
    [20, 278, "cable-us-ofdma 1/0", "ofdma 1/0", ""],
    [30, 205, "cable-upstream-channel 1/1.0.0", "us 1/1.0.0", ""],
  ].flatMap(([ifIndex, type, description, name, alias]) => [
    { oid: instanceOid(ifTable.ifType, ifIndex as number), value: integer(type as number) },
    { oid: instanceOid(ifTable.ifDescr, ifIndex as number), value: text(`${description}\0`) },
    { oid: instanceOid(ifXTable.ifName, ifIndex as number), value: text(name as string) },
    { oid: instanceOid(ifXTable.ifAlias, ifIndex as number), value: text(alias as string) },
  ]),
  ...[
    [1, 11],
    [1, 20],
    [1, 30],
    [11, 10],
    [10, 5],
    [20, 5],
    [30, 6],
    [0, 1],
    [5, 0],
  ].map(([higher, lower]) => ({ oid: instanceOid(ifStackStatus, higher!, lower!), value: integer(1) })),
  ...[10, 11, 30].flatMap((ifIndex) => [
    { oid: instanceOid(docsIfUpChannel.frequencyHz, ifIndex), value: integer(30_000_000) },
    { oid: instanceOid(docsIfUpChannel.widthHz, ifIndex), value: integer(6_400_000) },
  ]),
  { oid: instanceOid(usOfdmaChan.lowerBoundaryHz, 20), value: unsigned(44_000_000) },
  { oid: instanceOid(usOfdmaChan.upperBoundaryHz, 20), value: unsigned(84_000_000) },
  { oid: instanceOid(docsIfUpChannel.id, 11), value: integer(3) },
  { oid: instanceOid(docsIfUpChannel.type, 11), value: integer(2) },
  { oid: instanceOid(docsIfUpChannel.type, 30), value: integer(1) },
  { oid: instanceOid(docsIfUpChannel.modulationProfile, 11), value: unsigned(221) },
  { oid: instanceOid(docsIfUpChannel.modulationProfile, 30), value: unsigned(21) },
  { oid: instanceOid(cmtsModulationType, 21, 6), value: integer(3) },
  { oid: instanceOid(cmtsModulationType, 221, 1), value: integer(2) },
  { oid: instanceOid(cmtsModulationType, 221, 10), value: integer(6) },
  // Of the physical channel here; nobody says what is expected in channel 30.
  { oid: instanceOid(expectedRxPowerTenthDbmv, 10), value: integer(-15) },
  { oid: instanceOid(usOfdmaChan.channelId, 20), value: integer(9) },
  { oid: instanceOid(usOfdmaChan.targetRxPowerTenthDbmv, 20), value: integer(25) },
  { oid: instanceOid(usOfdmaChan.subcarrierSpacingKhz, 20), value: integer(50) },
  { oid: instanceOid(usOfdmaChan.cyclicPrefix, 20), value: integer(256) },
  { oid: instanceOid(usOfdmaChan.subcarrierZeroHz, 20), value: unsigned(40_300_000) },
  ...[
    [0, 73, 2],
    [74, 273, 1],
    [274, 283, 2],
    [284, 289, 3],
    [290, 800, 1],
    [801, 900, 2],
  ].flatMap(([first, last, type]) => [
    { oid: instanceOid(usOfdmaSubcarrierType.endSubcarrier, 20, first!), value: unsigned(last!) },
    { oid: instanceOid(usOfdmaSubcarrierType.type, 20, first!), value: integer(type!) },
  ]),
  { oid: instanceOid(utscCapab.triggerMode, 5), value: bits("44") },
  { oid: instanceOid(utscCapab.outputFormat, 5), value: bits("22") },
  { oid: instanceOid(utscCapab.window, 5), value: bits("60") },
  { oid: instanceOid(utscCapab.description, 5), value: text("bins 200 to 3200") },
  { oid: instanceOid(utscCapab.triggerMode, 6), value: bits("0000") },
];

function answersOf(walked: string[]): NonNullable<TestAgentOptions["answers"]> {
  return {
    "snmp.get": () => ({
      varbinds: [
        { oid: "1.3.6.1.2.1.1.1.0", value: text("PNM Lab CMTS Simulator") },
        { oid: "1.3.6.1.2.1.1.5.0", value: text("sim-1") },
      ],
    }),
    "snmp.walkStream": ({ oid }: { oid: string }) => {
      walked.push(oid);
      return { varbinds: CMTS.filter((varbind) => varbind.oid.startsWith(`${oid}.`)) };
    },
  };
}

test("a CMTS is asked as soon as an agent is there, and says whether it is simulated", async () => {
  const backend = await openTestBackend();
  const list = async () => {
    const response = await fetch(`${backend.url}/api/cmts`, { headers: backend.signedIn });
    return cmtsListSchema.parse(await response.json()).cmts[0]!;
  };
  expect(await list()).toMatchObject({
    id: "lab-cmts-1",
    state: "unknown",
    simulated: false,
    sentence: expect.stringMatching(
      /^CMTS lab-cmts-1 \(127\.0\.0\.1:16161\) cannot be asked: agent lab-1 has not connected/,
    ),
  });
  const agent = await TestAgent.connect(backend.url, { answers: answersOf([]) });
  await waitFor(async () => (await list()).state === "answering");
  expect(await list()).toMatchObject({ sysName: "sim-1", simulated: true, roundTripMs: expect.any(Number) });

  agent.socket.terminate();
  await waitFor(async () => (await list()).state === "unknown");
  await TestAgent.connect(backend.url);
  await waitFor(async () => (await list()).state === "silent");
  expect((await list()).sentence).toMatch(/gives no answer to SNMP since \d\d:\d\d:\d\d: no answer$/);
});

test("RF ports come with capability and channels, by table walks that are shared and kept for a while", async () => {
  let nowMs = Date.now();
  const backend = await openTestBackend({ now: () => nowMs });
  const walked: string[] = [];
  await TestAgent.connect(backend.url, { answers: answersOf(walked) });
  const read = async () => {
    const response = await fetch(`${backend.url}/api/cmts/lab-cmts-1/rf-ports`, {
      headers: backend.signedIn,
    });
    return rfPortListSchema.parse(await response.json()).rfPorts;
  };
  const [ports] = await Promise.all([read(), read()]);
  expect(ports).toEqual([
    {
      ifIndex: 5,
      name: "us 1/0",
      description: "us-conn 0",
      alias: "north",
      utsc: {
        triggerModes: ["freeRunning", "cmMac"],
        outputFormats: ["fftPower", "fftDb"],
        windows: ["rectangular", "hann"],
        description: "bins 200 to 3200",
      },
      channels: [
        {
          ifIndex: 11,
          name: "us 1/0.0.0",
          kind: "scQam",
          lowerFrequencyHz: 26_800_000,
          upperFrequencyHz: 33_200_000,
          channelId: 3,
          modulation: "ATDMA 64-QAM",
          expectedLevel: { dbmv: -1.5, bandwidthHz: 5_120_000 },
        },
        {
          ifIndex: 20,
          name: "ofdma 1/0",
          kind: "ofdma",
          lowerFrequencyHz: 44_000_000,
          upperFrequencyHz: 84_000_000,
          channelId: 9,
          modulation: "OFDMA 50 kHz, prefix 256",
          // Excluded and unused subcarriers beside each other are one band; those beyond the channel are cut.
          excludedHz: [
            [53_975_000, 54_775_000],
            [80_325_000, 84_000_000],
          ],
          expectedLevel: { dbmv: 2.5, bandwidthHz: 1_600_000 },
        },
      ],
    },
    {
      ifIndex: 6,
      name: "us 1/1",
      description: "us-conn 1",
      alias: "",
      utsc: null,
      channels: [
        {
          ifIndex: 30,
          name: "us 1/1.0.0",
          kind: "scQam",
          lowerFrequencyHz: 26_800_000,
          upperFrequencyHz: 33_200_000,
          modulation: "TDMA 16-QAM",
        },
      ],
    },
  ]);
  const walks = walked.length;
  expect(new Set(walked).size).toBe(walks);
  await read();
  expect(walked).toHaveLength(walks);
  nowMs += 30_000;
  await read();
  expect(walked).toHaveLength(2 * walks);
});

test("ports of a CMTS that is not there, or cannot be asked, are an error in words", async () => {
  const backend = await openTestBackend();
  const get = (id: string) => fetch(`${backend.url}/api/cmts/${id}/rf-ports`, { headers: backend.signedIn });
  const unknown = await get("elsewhere");
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toEqual({
    error: { code: "CMTS_UNKNOWN", message: "there is no CMTS elsewhere; PNMLAB_CMTS lists lab-cmts-1" },
  });
  const unavailable = await get("lab-cmts-1");
  expect(unavailable.status).toBe(503);
  expect(await unavailable.json()).toMatchObject({
    error: { code: "AGENT_UNAVAILABLE", message: expect.stringMatching(/^agent lab-1 has not connected/) },
  });

  await TestAgent.connect(backend.url);
  const silent = await get("lab-cmts-1");
  expect(silent.status).toBe(504);
  expect(await silent.json()).toMatchObject({ error: { code: "SNMP_TIMEOUT" } });
});
