import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import { elements, integer, integerOf, oidTlv, TAG, text, tlv } from "../../test/ber.ts";
import type { SnmpEndpoint } from "./endpoint.ts";
import { SnmpEngine } from "./engine.ts";

const OID = "1.3.6.1.2.1.1.5.0";
const ENGINE_ID = Buffer.from("80001f8804aabbccdd", "hex");
const UNKNOWN_ENGINE_IDS = "1.3.6.1.6.3.15.1.1.4.0";
const REPORT = 0xa8;

interface V3Request {
  messageId: number;
  requestId: number;
  isDiscovery: boolean;
}

/** A v3 message without any protection. */
function plainMessage(
  messageId: number,
  pdu: { tag: number; id: number; oid: string; value: Buffer },
  boots: number,
): Buffer {
  const engineId = tlv(TAG.octetString, ENGINE_ID);
  const security = tlv(
    TAG.sequence,
    engineId,
    integer(boots),
    integer(boots * 10),
    text(""),
    text(""),
    text(""),
  );
  const varbinds = tlv(TAG.sequence, tlv(TAG.sequence, oidTlv(pdu.oid), pdu.value));
  return tlv(
    TAG.sequence,
    integer(3),
    tlv(TAG.sequence, integer(messageId), integer(65507), tlv(TAG.octetString, Buffer.of(0)), integer(3)),
    tlv(TAG.octetString, security),
    tlv(TAG.sequence, engineId, text(""), tlv(pdu.tag, integer(pdu.id), integer(0), integer(0), varbinds)),
  );
}

function parse(datagram: Buffer): V3Request {
  const [, header, security, scoped] = elements(elements(datagram)[0]!.content);
  const [engineId] = elements(elements(security!.content)[0]!.content);
  const pdu = elements(scoped!.content)[2]!;
  return {
    messageId: integerOf(elements(header!.content)[0]!.content),
    requestId: integerOf(elements(pdu.content)[0]!.content),
    isDiscovery: engineId!.content.length === 0,
  };
}

/** An endpoint whose device answers each datagram with what `answersTo` makes of it. */
async function start(answersTo: (request: V3Request) => Buffer[]) {
  const received: V3Request[] = [];
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  socket.on("message", (datagram, from) => {
    const request = parse(datagram);
    received.push(request);
    for (const answer of answersTo(request)) socket.send(answer, from.port, from.address);
  });
  const engine = new SnmpEngine();
  onTestFinished(() => {
    engine[Symbol.dispose]();
    socket.close();
  });
  const endpoint: SnmpEndpoint = {
    host: "127.0.0.1",
    address: "127.0.0.1",
    family: 4,
    port: socket.address().port,
    profile: {
      name: "user",
      version: "v3",
      user: "pnm",
      auth: { protocol: "SHA-256", password: "secret-password" },
    },
  };
  return { engine, endpoint, received };
}

const report = (request: V3Request, boots: number) =>
  plainMessage(
    request.messageId,
    { tag: REPORT, id: request.requestId, oid: UNKNOWN_ENGINE_IDS, value: integer(1, TAG.counter32) },
    boots,
  );

it("does not take an answer without authentication to a request that has it", async () => {
  const { engine, endpoint, received } = await start((request) => {
    if (request.isDiscovery) return [report(request, 1)];
    const forged = { tag: TAG.response, id: request.requestId, oid: OID, value: text("forged") };
    return [plainMessage(request.messageId, forged, 1)];
  });
  await expect(engine.get(endpoint, [OID], { deadlineMs: 700 })).rejects.toMatchObject({
    code: "SNMP_BAD_RESPONSE",
    message: expect.stringContaining("no answer to it"),
  });
  expect(received).toHaveLength(2);
});

it("ends where a device answers with reports and nothing else", async () => {
  const { engine, endpoint, received } = await start((request) => [report(request, 0)]);
  await expect(engine.get(endpoint, [OID], { deadlineMs: 5_000 })).rejects.toMatchObject({
    code: "SNMP_SECURITY",
    message: expect.not.stringContaining("secret"),
  });
  expect(received.length).toBeLessThan(12);
});

it("is not confused by reports that come twice", async () => {
  const { engine, endpoint, received } = await start((request) =>
    request.isDiscovery ? [report(request, 1), report(request, 1), report(request, 1)] : [],
  );
  await expect(engine.get(endpoint, [OID], { deadlineMs: 500 })).rejects.toMatchObject({
    code: "SNMP_TIMEOUT",
  });
  expect(received.map(({ isDiscovery }) => isDiscovery)).toEqual([true, false]);
});
