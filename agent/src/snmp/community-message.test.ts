import type { SnmpValue } from "@pnmlab/protocol";
import { describe, expect, it } from "vitest";
import { elements, integer, integerOf, oidOf, oidTlv, TAG, text, tlv } from "../../test/ber.ts";
import { messageHead, openResponse, requestMessage, variableBindings } from "./community-message.ts";

const HEAD = messageHead("v2c", "public");
const COLUMN = "1.3.6.1.2.1.2.2.1.10";

function responseOf(varbinds: readonly Buffer[], id = 7): Buffer {
  const pdu = tlv(TAG.response, integer(id), integer(0), integer(0), tlv(TAG.sequence, ...varbinds));
  return tlv(TAG.sequence, integer(1), text("public"), pdu);
}

const varbind = (oid: string, value: Buffer) => tlv(TAG.sequence, oidTlv(oid), value);

/** What comes of the datagram as the answer to a GETBULK of `COLUMN`. */
function answerOf(datagram: Buffer) {
  const oids = [COLUMN];
  return openResponse(datagram, HEAD).read(variableBindings({ kind: "get", oids }), oids);
}

describe("a request", () => {
  it.each([0, 1, 127, 128, 255, 256, 32_767, 32_768, 0x7fff_ffff])("carries the id %d", (id) => {
    const exchange = { kind: "get", oids: ["1.3.6.1.2.1.1.5.0"] } as const;
    const datagram = requestMessage(HEAD, id, exchange, variableBindings(exchange));
    const [version, community, pdu] = elements(elements(datagram)[0]!.content);
    expect(integerOf(version!.content)).toBe(1);
    expect(community!.content.toString()).toBe("public");
    expect(pdu!.tag).toBe(TAG.get);
    expect(integerOf(elements(pdu!.content)[0]!.content)).toBe(id);
  });

  it.each(["0.0", "1.39.4294967295", "2.999.3", "1.3.6.1.4.1.4491.2.1.27.1.3.9.1.128.16384"])(
    "carries the OID %s",
    (oid) => {
      const [list] = elements(variableBindings({ kind: "getNext", oids: [oid] }));
      const [name, value] = elements(elements(list!.content)[0]!.content);
      expect(name!.whole.equals(oidTlv(oid)) || oid === "2.999.3").toBe(true);
      expect(oid === "2.999.3" ? name!.content.toString("hex") : oidOf(name!.content)).toBe(
        oid === "2.999.3" ? "883703" : oid,
      );
      expect(value!.whole.toString("hex")).toBe("0500");
    },
  );

  it("names non-repeaters and repetitions of a GETBULK in their places", () => {
    const exchange = { kind: "getBulk", oids: [COLUMN], nonRepeaters: 3, maxRepetitions: 50 } as const;
    const datagram = requestMessage(HEAD, 1, exchange, variableBindings(exchange));
    const pdu = elements(elements(datagram)[0]!.content)[2]!;
    expect(pdu.tag).toBe(TAG.getBulk);
    expect(
      elements(pdu.content)
        .slice(1, 3)
        .map(({ content }) => integerOf(content)),
    ).toEqual([3, 50]);
  });

  it.each<[SnmpValue, string]>([
    [{ type: "Integer", value: -1 }, "0201ff"],
    [{ type: "Integer", value: -128 }, "020180"],
    [{ type: "Integer", value: -129 }, "0202ff7f"],
    [{ type: "Integer", value: 128 }, "02020080"],
    [{ type: "Integer", value: -2147483648 }, "020480000000"],
    [{ type: "Counter32", value: 2147483648 }, "41050080000000"],
    [{ type: "Counter64", value: "9223372036854775808" }, "4609008000000000000000"],
    [{ type: "OctetString", value: "ab".repeat(300) }, `0482012c${"ab".repeat(300)}`],
  ])("writes %o in its shortest form", (value, hex) => {
    const [list] = elements(variableBindings({ kind: "set", varbinds: [{ oid: COLUMN, value }] }));
    expect(elements(elements(list!.content)[0]!.content)[1]!.whole.toString("hex")).toBe(hex);
  });

  it("that is longer than a datagram is refused, and the next one is as it must be", () => {
    const value: SnmpValue = { type: "OctetString", value: "00".repeat(70_000) };
    expect(() => variableBindings({ kind: "set", varbinds: [{ oid: COLUMN, value }] })).toThrow("datagram");
    const [list] = elements(variableBindings({ kind: "get", oids: [COLUMN] }));
    expect(elements(elements(list!.content)[0]!.content)[0]!.whole.equals(oidTlv(COLUMN))).toBe(true);
  });
});

describe("a response", () => {
  it("with rows of a walk has every OID, however its index differs from the one before", () => {
    const indexes = [
      "1",
      "2",
      "127",
      "128",
      "129.5",
      "129.6",
      "129.6.1",
      "16384",
      "4294967295",
      "4294967295.0",
    ];
    const rows = indexes.map((index, at) => varbind(`${COLUMN}.${index}`, integer(at)));
    expect(answerOf(responseOf(rows)).varbinds).toEqual(
      indexes.map((index, at) => ({ oid: `${COLUMN}.${index}`, value: { type: "Integer", value: at } })),
    );
  });

  it.each(["9007199254740991", "9007199254740993", "18446744073709551615", "4294967296", "0"])(
    "has the Counter64 %s to its last digit",
    (decimal) => {
      const octets = Buffer.alloc(9);
      octets.writeBigUInt64BE(BigInt(decimal), 1);
      const { varbinds } = answerOf(responseOf([varbind(`${COLUMN}.1`, tlv(TAG.counter64, octets))]));
      expect(varbinds[0]!.value).toEqual({ type: "Counter64", value: decimal });
    },
  );

  it("of a device that leaves the sign octet out still has a large counter", () => {
    const value = tlv(TAG.counter32, Buffer.of(0xff, 0xff, 0xff, 0xff));
    const { varbinds } = answerOf(responseOf([varbind(`${COLUMN}.1`, value)]));
    expect(varbinds[0]!.value).toEqual({ type: "Counter32", value: 4294967295 });
  });

  it.each<[string, Buffer]>([
    ["an OID that ends in the middle", tlv(TAG.oid, Buffer.of(0x2b, 0x86))],
    ["an OID without octets", tlv(TAG.oid)],
    ["a sub-identifier over 32 bits", tlv(TAG.oid, Buffer.of(0x2b, 0x90, 0x80, 0x80, 0x80, 0))],
  ])("with %s is no response", (_what, name) => {
    expect(() => answerOf(responseOf([tlv(TAG.sequence, name, integer(1))]))).toThrow();
  });

  it("cut off anywhere is no response, and none of its beginnings ends the program", () => {
    const whole = responseOf([varbind(`${COLUMN}.1`, text("some text")), varbind(`${COLUMN}.2`, integer(5))]);
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => answerOf(whole.subarray(0, length))).toThrow();
    }
  });

  it("to another community or version says so before its varbinds are read", () => {
    const datagram = responseOf([]);
    expect(openResponse(datagram, HEAD)).toMatchObject({ requestId: 7, isOfHead: true });
    for (const head of [
      messageHead("v1", "public"),
      messageHead("v2c", "publi"),
      messageHead("v2c", "Public"),
    ]) {
      expect(openResponse(datagram, head).isOfHead).toBe(false);
    }
  });
});
