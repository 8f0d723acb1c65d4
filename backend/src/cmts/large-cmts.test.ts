import { startAgent } from "@pnmlab/agent";
import { cmRegStatus } from "@pnmlab/docsis-mib";
import { expect, onTestFinished, test } from "vitest";
import { compareOids } from "../../../agent/src/snmp/oid.ts";
import { integer, TAG, tlv } from "../../../agent/test/ber.ts";
import { response, UdpPeer } from "../../../agent/test/udp-peer.ts";
import { AGENT_TOKEN, build, openTestBackend } from "../_test/support.ts";
import { createSnmpGateway } from "../agents/gateways.ts";
import { ModemDirectory } from "./modem-directory.ts";
import { RfPortCache } from "./rf-port-cache.ts";

const MODEMS = 25_000;
const BUSY = 6;

/** Its columns, in the order of their OIDs, with the value of a modem. */
const COLUMNS: readonly [oid: string, valueAt: (modem: number) => Buffer][] = [
  [cmRegStatus.macAddr.oid, (modem) => tlv(TAG.octetString, Buffer.of(0, 16, 0, 0, modem >> 8, modem & 255))],
  [cmRegStatus.ipv4Addr.oid, (modem) => tlv(TAG.octetString, Buffer.of(10, 0, modem >> 8, modem & 255))],
  [cmRegStatus.value.oid, () => integer(BUSY)],
];

/** A CMTS of many modems that has no other table. */
async function startCmts(): Promise<UdpPeer> {
  const peer = await UdpPeer.start((request, send) => {
    const { oid } = request.varbinds[0]!;
    const varbinds: [string, Buffer][] = [];
    for (const [column, valueAt] of COLUMNS) {
      const first = oid.startsWith(`${column}.`) ? Number(oid.slice(column.length + 1)) + 1 : 1;
      if (!oid.startsWith(`${column}.`) && compareOids(column, oid) < 0) continue;
      for (let modem = first; modem <= MODEMS && varbinds.length < request.maxRepetitions; modem += 1) {
        varbinds.push([`${column}.${modem}`, valueAt(modem)]);
      }
    }
    if (varbinds.length === 0) varbinds.push([oid, tlv(TAG.endOfMibView)]);
    send(response(request, { varbinds }));
    peer.requests.length = 0;
  });
  onTestFinished(() => peer[Symbol.asyncDispose]());
  return peer;
}

test("all modems of a large CMTS are found, and one that is asked for meanwhile does not wait for them", async () => {
  const backend = await openTestBackend();
  const peer = await startCmts();
  const agent = startAgent({
    backendUrl: backend.url.replace("http", "ws"),
    name: "lab-1",
    token: AGENT_TOKEN,
    profiles: [{ name: "sim", version: "v2c", readCommunity: "public", maxOutstanding: 4 }],
    targets: ["127.0.0.0/8"],
    setSubtrees: [],
    build,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  onTestFinished(() => agent.close());
  await agent.untilConnected();
  const snmp = createSnmpGateway(backend.agents);
  const target = { host: "127.0.0.1", port: peer.port, profile: "sim" };
  const targets = [{ id: "large", ...target }];
  using rfPorts = new RfPortCache(snmp, Date.now);
  using modems = new ModemDirectory({ targets, snmp, rfPorts, now: Date.now });

  const order: string[] = [];
  const searched = modems.search("large", "", 10).then((list) => {
    order.push("list");
    return list;
  });
  const seen = await snmp.walk(target, `${cmRegStatus.value.oid}.${MODEMS}`).then((rows) => {
    order.push("one");
    return rows;
  });
  expect(seen).toEqual([]);
  const list = await searched;
  expect(order).toEqual(["one", "list"]);
  expect(list.total).toBe(MODEMS);
  expect(list.modems).toHaveLength(10);
  expect(list.modems[0]).toMatchObject({ ipv4Address: expect.stringMatching(/^10\.0\./), isOnline: true });
  // Its number stands in its addresses.
  expect(await modems.find("large", "00:10:00:00:61:a8")).toMatchObject({
    id: MODEMS,
    ipv4Address: "10.0.97.168",
  });
});
