import type { Varbind } from "@pnmlab/protocol";
import { expect, it, onTestFinished } from "vitest";
import { integer, TAG, tlv } from "../../test/ber.ts";
import { type PeerHandler, response, UdpPeer } from "../../test/udp-peer.ts";
import { SnmpEngine } from "./engine.ts";
import { compareOids } from "./oid.ts";

const ENTRY = "1.3.6.1.4.1.4491.2.1.27.9.1";

/** A device with the given cells that answers GETNEXT and GETBULK of several OIDs as RFC 3416 says. */
function tableOf(cells: readonly string[]): PeerHandler {
  const oids = [...cells].map((cell) => `${ENTRY}.${cell}`).sort(compareOids);
  return (request, send) => {
    let cursors = request.varbinds.map(({ oid }) => oid);
    const varbinds: [string, Buffer][] = [];
    const repetitions = request.pdu === "getBulk" ? request.maxRepetitions : 1;
    for (let repetition = 0; repetition < repetitions; repetition += 1) {
      cursors = cursors.map((cursor) => {
        const next = oids.find((oid) => compareOids(oid, cursor) > 0);
        varbinds.push(next ? [next, integer(7)] : [cursor, tlv(TAG.endOfMibView)]);
        return next ?? cursor;
      });
    }
    const missing = varbinds.findIndex(([, value]) => value[0] === TAG.endOfMibView);
    if (request.version === 0 && missing >= 0) {
      send(response(request, { varbinds, errorStatus: 2, errorIndex: missing + 1 }));
    } else send(response(request, { varbinds }));
  };
}

async function read(handler: PeerHandler, columns: number[], maxRows = 1000, version: "v1" | "v2c" = "v2c") {
  const peer = await UdpPeer.start(handler);
  const engine = new SnmpEngine();
  onTestFinished(async () => {
    engine[Symbol.dispose]();
    await peer[Symbol.asyncDispose]();
  });
  const profile = { name: "sim", version, readCommunity: "r" };
  const endpoint = { host: "127.0.0.1", address: "127.0.0.1", family: 4 as const, port: peer.port, profile };
  const cells: string[] = [];
  const sink = (some: Varbind[]) => void cells.push(...some.map(({ oid }) => oid.slice(ENTRY.length + 1)));
  const rows = await engine.table(endpoint, ENTRY, columns, maxRows, sink, { deadlineMs: 5_000 });
  return { rows, cells, peer };
}

it.each(["v1", "v2c"] as const)(
  "comes by rows in the order of the indexes over %s, with holes where cells are missing",
  async (version) => {
    const cells = ["1.1", "1.2", "1.3", "1.10", "2.2", "2.11", "3.1", "3.2", "3.3", "3.10", "4.1"];
    const { rows, cells: got } = await read(tableOf(cells), [1, 2, 3], 1000, version);
    expect(rows).toBe(5);
    expect(got).toEqual(["1.1", "3.1", "1.2", "2.2", "3.2", "1.3", "3.3", "1.10", "3.10", "2.11"]);
  },
);

it("does not read ahead in a sparse column, nor ask for more cells at once than a datagram holds", async () => {
  const cells = Array.from({ length: 300 }, (_, at) => `1.${at + 1}`).concat(["2.300", "3.150"]);
  const { rows, cells: got, peer } = await read(tableOf(cells), [1, 2, 3]);
  expect(rows).toBe(300);
  expect(got.slice(148, 152)).toEqual(["1.149", "1.150", "3.150", "1.151"]);
  expect(
    Math.max(...peer.requests.map((request) => request.maxRepetitions * request.varbinds.length)),
  ).toBeLessThanOrEqual(50);
});

it("ends at the row limit", async () => {
  const cells = Array.from({ length: 30 }, (_, at) => `1.${at + 1}`);
  await expect(read(tableOf(cells), [1], 10)).rejects.toMatchObject({ code: "SNMP_WALK_LIMIT" });
  expect((await read(tableOf(cells), [1], 30)).rows).toBe(30);
});

it.each<[string, string[]]>([
  ["repeats a row", ["1.1", "1.2", "1.2"]],
  ["goes backwards", ["1.5", "1.4"]],
  ["stays where it is", []],
])("fails where the device %s", async (_what, cells) => {
  const handler: PeerHandler = (request, send) => {
    const oids = cells.length > 0 ? cells.map((cell) => `${ENTRY}.${cell}`) : [request.varbinds[0]!.oid];
    send(response(request, { varbinds: oids.map((oid): [string, Buffer] => [oid, integer(1)]) }));
  };
  await expect(read(handler, [1])).rejects.toMatchObject({ code: "SNMP_WALK_LOOP" });
});

it("ends where a device invents rows for ever", async () => {
  let next = 0;
  const endless: PeerHandler = (request, send) => {
    const varbinds = Array.from({ length: request.maxRepetitions }, (): [string, Buffer] => {
      next += 1;
      return [`${ENTRY}.1.${next}`, integer(next)];
    });
    send(response(request, { varbinds }));
  };
  await expect(read(endless, [1], 5_000)).rejects.toMatchObject({ code: "SNMP_WALK_LIMIT" });
});
