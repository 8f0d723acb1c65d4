import { ccapInterfacePath, IfType, instanceOid, rpdRfChannelType } from "@pnmlab/docsis-mib";
import type { RfPort } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { portsOfChannels } from "./channel-ports.ts";

const PORT = 10;
const CHANNEL = 20;
const typeOf = (ifIndex: number) =>
  ifIndex < CHANNEL ? IfType.docsCableUpstreamRfPort : IfType.docsCableUpstreamChannel;
const port = (ifIndex: number, channels: number[]): RfPort => ({
  ifIndex,
  name: `port ${ifIndex}`,
  description: "",
  alias: "",
  utsc: null,
  channels: channels.map((channel) => ({
    ifIndex: channel,
    name: "",
    kind: "scQam",
    lowerFrequencyHz: 1,
    upperFrequencyHz: 2,
  })),
});
const path = (ifIndex: number, text: string) => ({
  oid: instanceOid(ccapInterfacePath, ifIndex),
  value: { type: "OctetString" as const, value: Buffer.from(text).toString("hex") },
});
const rpd = (ifIndex: number, ...place: number[]) => ({
  oid: instanceOid(rpdRfChannelType, ifIndex, ...place),
  value: { type: "Integer" as const, value: 1 },
});
const none = { ports: [], paths: [], rpdChannels: [], typeOf };

test("a channel is on the port it is stacked on", () => {
  expect([...portsOfChannels({ ...none, ports: [port(PORT, [CHANNEL])] })]).toEqual([[CHANNEL, PORT]]);
});

test("a channel is on the port whose interface path begins its own", () => {
  const base = "/ccap/chassis[id=1]/slot[number=3]/rf-line-card/us-rf-port[number=";
  const paths = [
    path(PORT, `${base}1]`),
    path(PORT + 1, `${base}15]`),
    path(CHANNEL, `${base}15]/upstream-physical-channel[index=7]/upstream-logical-channel[index=5]`),
    path(CHANNEL + 1, `${base}2]/upstream-physical-channel[index=1]`),
  ];
  expect([...portsOfChannels({ ...none, paths })]).toEqual([[CHANNEL, PORT + 1]]);
});

test("a channel of a remote PHY is on the port with its RPD, direction and number, and no downstream one", () => {
  const mac = [0, 16, 24, 26, 45, 17];
  const rpdChannels = [
    rpd(PORT, ...mac, 2, 0),
    rpd(PORT + 1, ...mac, 2, 1),
    rpd(CHANNEL, ...mac, 2, 1),
    rpd(CHANNEL + 1, ...mac, 1, 1),
  ];
  expect([...portsOfChannels({ ...none, rpdChannels })]).toEqual([[CHANNEL, PORT + 1]]);
});
