import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Varbind } from "@pnmlab/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { integer, TAG, text, tlv } from "../../test/ber.ts";
import { honest, type PeerHandler, response, UdpPeer } from "../../test/udp-peer.ts";
import type { SnmpEndpoint } from "./endpoint.ts";
import { SnmpEngine } from "./engine.ts";

const ROOT = "1.3.6.1.4.1.4491.2.1.27";
const OID = `${ROOT}.1.0`;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function start(handler: PeerHandler) {
  const peer = await UdpPeer.start(handler);
  const engine = new SnmpEngine();
  cleanUp.push(
    () => peer[Symbol.asyncDispose](),
    () => engine[Symbol.dispose](),
  );
  return { peer, engine, endpoint: endpointAt(peer.port) };
}

function endpointAt(port: number, version: "v1" | "v2c" = "v2c"): SnmpEndpoint {
  const profile = { name: "sim", version, readCommunity: "secret-read", writeCommunity: "secret-write" };
  return { host: "127.0.0.1", address: "127.0.0.1", family: 4, port, profile };
}

/** The error that a request ends with; what it says must never hold a community. */
async function errorOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => expect.fail("the request was expected to fail"),
    (reason: unknown) => reason as Error & { code: string; details: Record<string, unknown> },
  );
  expect(error.message).not.toContain("secret");
  expect(JSON.stringify(error.details ?? {})).not.toContain("secret");
  return error;
}

function table(count: number): Map<string, Buffer> {
  return new Map(Array.from({ length: count }, (_, index) => [`${ROOT}.1.${index + 1}`, integer(index)]));
}

describe("get", () => {
  it("returns every type of value in the order of the OIDs, with the read community", async () => {
    const rows = new Map<string, [Buffer, Varbind["value"]]>([
      [`${ROOT}.1`, [integer(-2147483648), { type: "Integer", value: -2147483648 }]],
      [`${ROOT}.2`, [integer(4294967295, TAG.unsigned32), { type: "Unsigned32", value: 4294967295 }]],
      [`${ROOT}.3`, [integer(7, TAG.counter32), { type: "Counter32", value: 7 }]],
      [`${ROOT}.4`, [integer(9, TAG.timeTicks), { type: "TimeTicks", value: 9 }]],
      [
        `${ROOT}.5`,
        [
          tlv(TAG.counter64, Buffer.from("00ffffffffffffffff", "hex")),
          { type: "Counter64", value: "18446744073709551615" },
        ],
      ],
      [`${ROOT}.6`, [tlv(TAG.octetString, Buffer.of(0, 255)), { type: "OctetString", value: "00ff" }]],
      [`${ROOT}.7`, [tlv(TAG.ipAddress, Buffer.of(10, 1, 2, 3)), { type: "IpAddress", value: "10.1.2.3" }]],
      [`${ROOT}.8`, [tlv(TAG.opaque, Buffer.of(1)), { type: "Opaque", value: "01" }]],
      [`${ROOT}.9`, [tlv(TAG.null), { type: "Null" }]],
      [`${ROOT}.10`, [tlv(TAG.noSuchObject), { type: "noSuchObject" }]],
      [`${ROOT}.11`, [tlv(TAG.octetString), { type: "OctetString", value: "" }]],
      [
        `${ROOT}.12`,
        [
          tlv(TAG.oid, Buffer.from("2b06010401a30b", "hex")),
          { type: "ObjectIdentifier", value: "1.3.6.1.4.1.4491" },
        ],
      ],
    ]);
    const { engine, endpoint, peer } = await start(
      honest(new Map([...rows].map(([oid, [raw]]) => [oid, raw]))),
    );
    const oids = [...rows.keys(), `${ROOT}.99`];
    const varbinds = await engine.get(endpoint, oids, { deadlineMs: 5000 });
    expect(varbinds).toEqual([
      ...[...rows].map(([oid, [, value]]) => ({ oid, value })),
      { oid: `${ROOT}.99`, value: { type: "noSuchInstance" } },
    ]);
    expect(peer.requests[0]).toMatchObject({ community: "secret-read", version: 1 });
  });

  it("asks again until it is answered, and takes a late answer to an earlier datagram", async () => {
    let held: Buffer | undefined;
    const { engine, endpoint, peer } = await start((request, send) => {
      if (held) send(held);
      held = response(request, { varbinds: [[OID, integer(1)]] });
    });
    const varbinds = await engine.get(endpoint, [OID], { deadlineMs: 5000 });
    expect(varbinds).toEqual([{ oid: OID, value: { type: "Integer", value: 1 } }]);
    expect(peer.requests).toHaveLength(2);
    expect(peer.requests[0]!.id).toBe(peer.requests[1]!.id);
  });

  it("halves a request whose answer the device finds too big", async () => {
    const rows = table(8);
    const { engine, endpoint, peer } = await start((request, send, from) => {
      if (request.varbinds.length <= 2) honest(rows)(request, send, from);
      else send(response(request, { varbinds: [], errorStatus: 1 }));
    });
    const varbinds = await engine.get(endpoint, [...rows.keys()], { deadlineMs: 5000 });
    expect(varbinds.map((varbind) => varbind.oid)).toEqual([...rows.keys()]);
    expect(peer.requests).toHaveLength(7);
  });

  it("fails with the name, number, index and OID of an error status", async () => {
    const { engine, endpoint } = await start((request, send) =>
      send(
        response(request, {
          varbinds: request.varbinds.map(({ oid, value }) => [oid, value]),
          errorStatus: 12,
          errorIndex: 2,
        }),
      ),
    );
    const error = await errorOf(engine.get(endpoint, [OID, `${ROOT}.2.0`], { deadlineMs: 5000 }));
    expect(error.code).toBe("SNMP_ERROR_STATUS");
    expect(error.message).toBe(
      `127.0.0.1:${endpoint.port} refused the GET of ${ROOT}.2.0: inconsistentValue (12)`,
    );
    expect(error.details).toEqual({
      errorStatus: 12,
      errorStatusName: "inconsistentValue",
      errorIndex: 2,
      oid: `${ROOT}.2.0`,
    });
  });

  it("gives up at the deadline where nobody answers, and says how often it asked", async () => {
    const { engine, endpoint, peer } = await start(() => {});
    const error = await errorOf(engine.get(endpoint, [OID], { deadlineMs: 1300 }));
    expect(error.code).toBe("SNMP_TIMEOUT");
    expect(error.message).toMatch(/did not answer the GET of .* within 13\d\d ms \(sent 2 times\)/);
    expect(peer.requests).toHaveLength(2);
  });

  it("says that nothing listens where the port is closed", async () => {
    const { engine } = await start(() => {});
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const { port } = socket.address();
    socket.close();
    const error = await errorOf(engine.get(endpointAt(port), [OID], { deadlineMs: 5000 }));
    expect(error.code).toBe("SNMP_TRANSPORT");
    expect(error.message).toContain("nothing listens on that port (ECONNREFUSED)");
  });

  it("stops at once when it is cancelled, and sends nothing more", async () => {
    const { engine, endpoint, peer } = await start(() => {});
    const controller = new AbortController();
    const request = engine.get(endpoint, [OID], { deadlineMs: 60_000, signal: controller.signal });
    await expect.poll(() => peer.requests.length).toBe(1);
    controller.abort(new Error("no longer wanted"));
    expect((await errorOf(request)).message).toBe("no longer wanted");
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(peer.requests).toHaveLength(1);
  });

  it("never has two requests of one id in flight", async () => {
    const { engine, endpoint, peer } = await start(honest(table(1)));
    const all = Array.from({ length: 100 }, () =>
      engine.get(endpoint, [`${ROOT}.1.1`], { deadlineMs: 5000 }),
    );
    await Promise.all(all);
    expect(new Set(peer.requests.map((request) => request.id)).size).toBe(100);
    expect(engine.openSessions).toBe(1);
  });

  it("refuses an OID that no wire can carry before it sends anything", async () => {
    const { engine, endpoint, peer } = await start(() => {});
    for (const oid of ["9.9.9", "1.40.1", "1.3.4294967296"]) {
      expect((await errorOf(engine.get(endpoint, [oid], { deadlineMs: 500 }))).code).toBe("AGENT_BAD_PARAMS");
    }
    expect(peer.requests).toHaveLength(0);
  });

  it("works with v1, where a missing object fails the whole request", async () => {
    const { engine, endpoint, peer } = await start((request, send) =>
      send(response(request, { varbinds: [[OID, tlv(TAG.null)]], errorStatus: 2, errorIndex: 1 })),
    );
    const error = await errorOf(engine.get(endpointAt(endpoint.port, "v1"), [OID], { deadlineMs: 5000 }));
    expect(error.details).toMatchObject({ errorStatusName: "noSuchName", oid: OID });
    expect(peer.requests[0]!.version).toBe(0);
  });
});

describe("a peer that lies", () => {
  it("is not heard when it answers from another address or port", async () => {
    const stranger = createSocket("udp4");
    stranger.bind(0, "127.0.0.2");
    await once(stranger, "listening");
    const neighbour = createSocket("udp4");
    neighbour.bind(0, "127.0.0.1");
    await once(neighbour, "listening");
    cleanUp.push(
      () => stranger.close(),
      () => neighbour.close(),
    );
    let answers = 0;
    const { engine, endpoint } = await start((request, send, from) => {
      const forged = response(request, { varbinds: [[OID, integer(666)]] });
      stranger.send(forged, from.port, from.address);
      neighbour.send(forged, from.port, from.address);
      answers += 1;
      setTimeout(() => send(response(request, { varbinds: [[OID, integer(1)]] })), 50);
    });
    const varbinds = await engine.get(endpoint, [OID], { deadlineMs: 5000 });
    expect(varbinds[0]!.value).toEqual({ type: "Integer", value: 1 });
    expect(answers).toBe(1);
  });

  it("is not heard when its answer has another request's id", async () => {
    const { engine, endpoint } = await start((request, send) =>
      send(response(request, { varbinds: [[OID, integer(1)]], id: request.id + 1 })),
    );
    expect((await errorOf(engine.get(endpoint, [OID], { deadlineMs: 300 }))).code).toBe("SNMP_TIMEOUT");
  });

  it.each<[string, (request: Parameters<PeerHandler>[0]) => Buffer]>([
    ["another OID", (request) => response(request, { varbinds: [[`${ROOT}.7.0`, integer(1)]] })],
    ["no varbind", (request) => response(request, { varbinds: [] })],
    [
      "too many varbinds",
      (request) =>
        response(request, {
          varbinds: [
            [OID, integer(1)],
            [OID, integer(2)],
          ],
        }),
    ],
    [
      "another community",
      (request) => response(request, { varbinds: [[OID, integer(1)]], community: "secret-x" }),
    ],
    ["another version", (request) => response(request, { varbinds: [[OID, integer(1)]], version: 0 })],
    ["a BOOLEAN value", (request) => response(request, { varbinds: [[OID, tlv(0x01, Buffer.of(255))]] })],
    [
      "an INTEGER of five octets",
      (request) => response(request, { varbinds: [[OID, tlv(TAG.integer, Buffer.of(1, 2, 3, 4, 5))]] }),
    ],
    [
      "a Counter64 of ten octets",
      (request) => response(request, { varbinds: [[OID, tlv(TAG.counter64, Buffer.alloc(10, 1))]] }),
    ],
    ["an unknown tag", (request) => response(request, { varbinds: [[OID, tlv(0x99, Buffer.of(1))]] })],
    [
      "an IpAddress of three octets",
      (request) => response(request, { varbinds: [[OID, tlv(TAG.ipAddress, Buffer.of(1, 2, 3))]] }),
    ],
    [
      "half of its octets",
      (request) => response(request, { varbinds: [[OID, text("x".repeat(64))]] }).subarray(0, 60),
    ],
    ["no SNMP at all", () => Buffer.from("HTTP/1.1 400 Bad Request")],
    ["a single octet", () => Buffer.of(0x30)],
    ["an SNMPv3 message", () => Buffer.from("303e020103301102042f1d2a3b020300ffe304010402010304", "hex")],
  ])("with %s fails the request as a wrong answer and leaves the engine usable", async (_what, answer) => {
    let isLying = true;
    const { engine, endpoint } = await start((request, send, from) => {
      if (isLying) send(answer(request));
      else honest(new Map([[OID, integer(5)]]))(request, send, from);
    });
    const error = await errorOf(engine.get(endpoint, [OID], { deadlineMs: 250 }));
    expect(error.code).toBe("SNMP_BAD_RESPONSE");
    isLying = false;
    const varbinds = await engine.get(endpoint, [OID], { deadlineMs: 5000 });
    expect(varbinds[0]!.value).toEqual({ type: "Integer", value: 5 });
  });

  it("cannot end the program with octets of any kind", async () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 48271) % 0x7fffffff;
      return seed;
    };
    const { engine, endpoint } = await start((request, send) => {
      const good = response(request, { varbinds: [[OID, text("a value of some length")]] });
      for (let index = 0; index < 40; index += 1) {
        const bad = Buffer.from(good);
        for (let change = 0; change < 3; change += 1) bad[random() % bad.length] = random() % 256;
        send(bad.subarray(0, random() % 3 === 0 ? random() % bad.length : bad.length));
      }
      send(good);
    });
    for (let round = 0; round < 25; round += 1) {
      await engine.get(endpoint, [OID], { deadlineMs: 300 }).catch((error) => {
        expect(error.code).toMatch(/^SNMP_/);
        expect(error.message).not.toContain("secret");
      });
    }
  });
});

describe("set", () => {
  it("writes each type with its own tag, with the write community, in one datagram", async () => {
    const { engine, endpoint, peer } = await start(honest(new Map()));
    const varbinds: Varbind[] = [
      { oid: `${ROOT}.1`, value: { type: "Integer", value: 6 } },
      { oid: `${ROOT}.2`, value: { type: "Unsigned32", value: 4294967295 } },
      { oid: `${ROOT}.3`, value: { type: "OctetString", value: "c000020a" } },
      { oid: `${ROOT}.4`, value: { type: "Counter64", value: "18446744073709551615" } },
      { oid: `${ROOT}.5`, value: { type: "IpAddress", value: "10.1.2.3" } },
      { oid: `${ROOT}.6`, value: { type: "ObjectIdentifier", value: "1.3.6.1.4.1.4491" } },
      { oid: `${ROOT}.7`, value: { type: "TimeTicks", value: 0 } },
      { oid: `${ROOT}.8`, value: { type: "Null" } },
      { oid: `${ROOT}.9`, value: { type: "OctetString", value: "" } },
      { oid: `${ROOT}.10`, value: { type: "Counter64", value: "0" } },
      { oid: `${ROOT}.11`, value: { type: "Opaque", value: "0102" } },
    ];
    expect(await engine.set(endpoint, varbinds, { deadlineMs: 5000 })).toEqual(varbinds);
    expect(peer.requests).toHaveLength(1);
    expect(peer.requests[0]!.community).toBe("secret-write");
    expect(peer.requests[0]!.varbinds.slice(0, 4).map(({ value }) => value.toString("hex"))).toEqual([
      "020106",
      "420500ffffffff",
      "0404c000020a",
      "460900ffffffffffffffff",
    ]);
  });

  it("is sent once, however long it is not answered", async () => {
    const { engine, endpoint, peer } = await start(() => {});
    const varbinds: Varbind[] = [{ oid: OID, value: { type: "Integer", value: 1 } }];
    const error = await errorOf(engine.set(endpoint, varbinds, { deadlineMs: 1500 }));
    expect(error.code).toBe("SNMP_TIMEOUT");
    expect(peer.requests).toHaveLength(1);
  });

  it("refuses values that cannot be SET", async () => {
    const { engine, endpoint } = await start(honest(new Map()));
    for (const value of [
      { type: "noSuchObject" as const },
      { type: "Counter64" as const, value: "18446744073709551616" },
      { type: "ObjectIdentifier" as const, value: "7.7.7" },
    ]) {
      const error = await errorOf(engine.set(endpoint, [{ oid: OID, value }], { deadlineMs: 500 }));
      expect(error.code).toBe("AGENT_BAD_PARAMS");
    }
  });
});

describe("walk", () => {
  it("reads a subtree to its end, asks for more rows at a time as they come, and stops at the next subtree", async () => {
    const rows = table(237);
    const wanted = [...rows.keys()];
    rows.set("1.3.6.1.4.1.4491.2.1.28.1.1", integer(1));
    const { engine, endpoint, peer } = await start(honest(rows));
    const varbinds = await engine.walk(endpoint, ROOT, 1000, { deadlineMs: 5000 });
    expect(varbinds.map((varbind) => varbind.oid)).toEqual(wanted);
    expect(peer.requests.map((request) => request.maxRepetitions)).toEqual([20, 40, 50, 50, 50, 50]);
  });

  it("is not misled by a sibling whose number begins with the same digits", async () => {
    const rows = new Map([
      [`${ROOT}.1.1`, integer(1)],
      [`${ROOT}.10.1`, integer(2)],
    ]);
    const { engine, endpoint } = await start(honest(rows));
    const varbinds = await engine.walk(endpoint, `${ROOT}.1`, 10, { deadlineMs: 5000 });
    expect(varbinds.map((varbind) => varbind.oid)).toEqual([`${ROOT}.1.1`]);
  });

  it("uses GETNEXT with v1 and ends at noSuchName", async () => {
    const { engine, endpoint, peer } = await start(honest(table(5)));
    const varbinds = await engine.walk(endpointAt(endpoint.port, "v1"), ROOT, 10, { deadlineMs: 5000 });
    expect(varbinds).toHaveLength(5);
    expect(new Set(peer.requests.map((request) => request.pdu))).toEqual(new Set(["getNext"]));
  });

  it("asks for fewer rows where the device says tooBig", async () => {
    const rows = table(30);
    const { engine, endpoint, peer } = await start((request, send, from) => {
      if (request.maxRepetitions > 6) send(response(request, { varbinds: [], errorStatus: 1 }));
      else honest(rows)(request, send, from);
    });
    expect(await engine.walk(endpoint, ROOT, 100, { deadlineMs: 5000 })).toHaveLength(30);
    expect(peer.requests.slice(0, 4).map((request) => request.maxRepetitions)).toEqual([20, 10, 5, 5]);
  });

  it.each([
    ["the same OID again and again", () => `${ROOT}.1.5`],
    ["a smaller OID", (round: number) => `${ROOT}.1.${100 - round}`],
  ])("ends as a loop where the device answers with %s", async (_what, oidOf) => {
    let round = 0;
    const { engine, endpoint } = await start((request, send) => {
      round += 1;
      send(response(request, { varbinds: [[oidOf(round), integer(round)]] }));
    });
    const error = await errorOf(engine.walk(endpoint, ROOT, 1000, { deadlineMs: 5000 }));
    expect(error.code).toBe("SNMP_WALK_LOOP");
    expect(error.details).toHaveProperty("after");
  });

  it("ends at the row limit where the device never comes to an end", async () => {
    let last = 0;
    const { engine, endpoint } = await start((request, send) => {
      const varbinds = Array.from({ length: request.maxRepetitions }, (): [string, Buffer] => {
        last += 1;
        return [`${ROOT}.1.${last}`, integer(last)];
      });
      send(response(request, { varbinds }));
    });
    const error = await errorOf(engine.walk(endpoint, ROOT, 500, { deadlineMs: 5000 }));
    expect(error.code).toBe("SNMP_WALK_LIMIT");
  });

  it("ends at its deadline where every step is answered slowly", async () => {
    let last = 0;
    const { engine, endpoint } = await start((request, send) => {
      last += 1;
      const answer = response(request, { varbinds: [[`${ROOT}.1.${last}`, integer(last)]] });
      setTimeout(() => send(answer), 40);
    });
    const error = await errorOf(engine.walk(endpoint, ROOT, 10_000, { deadlineMs: 400 }));
    expect(error.code).toBe("SNMP_TIMEOUT");
    expect(error.message).toMatch(/was not done within 4\d\d ms: \d+ rows had come/);
    expect(last).toBeLessThan(20);
  });

  it("returns nothing for a subtree that does not exist", async () => {
    const { engine, endpoint } = await start(honest(table(3)));
    expect(await engine.walk(endpoint, "1.3.6.1.5", 10, { deadlineMs: 5000 })).toEqual([]);
  });
});

describe("sessions", () => {
  it("are closed when they are not used, and opened again", async () => {
    const peer = await UdpPeer.start(honest(table(1)));
    using engine = new SnmpEngine({ idleMs: 50 });
    cleanUp.push(() => peer[Symbol.asyncDispose]());
    const endpoint = endpointAt(peer.port);
    await engine.get(endpoint, [`${ROOT}.1.1`], { deadlineMs: 5000 });
    expect(engine.openSessions).toBe(1);
    await expect.poll(() => engine.openSessions).toBe(0);
    await engine.get(endpoint, [`${ROOT}.1.1`], { deadlineMs: 5000 });
    expect(engine.openSessions).toBe(1);
  });

  it("are not more than the limit while they are idle", async () => {
    using engine = new SnmpEngine({ maxSessions: 3 });
    for (let index = 0; index < 6; index += 1) {
      const peer = await UdpPeer.start(honest(table(1)));
      cleanUp.push(() => peer[Symbol.asyncDispose]());
      await engine.get(endpointAt(peer.port), [`${ROOT}.1.1`], { deadlineMs: 5000 });
    }
    expect(engine.openSessions).toBe(3);
  });

  it("end what waits when the engine is closed", async () => {
    const { engine, endpoint, peer } = await start(() => {});
    const request = errorOf(engine.get(endpoint, [OID], { deadlineMs: 60_000 }));
    await expect.poll(() => peer.requests.length).toBe(1);
    engine[Symbol.dispose]();
    expect(["SNMP_TRANSPORT", "AGENT_STOPPING"]).toContain((await request).code);
    expect((await errorOf(engine.get(endpoint, [OID], { deadlineMs: 500 }))).code).toBe("AGENT_STOPPING");
  });
});
