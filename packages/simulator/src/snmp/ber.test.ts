import fc from "fast-check";
import { expect, test } from "vitest";
import { BerReader, BerWriter, MalformedMessage } from "./ber.ts";
import { decodeRequest } from "./message.ts";
import type { SnmpValue } from "./values.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

function encoded(write: (writer: BerWriter) => void): Uint8Array {
  const writer = new BerWriter(4);
  write(writer);
  return writer.finish();
}

test("integers take as few octets as their value needs", () => {
  const bytes = (value: number) => hex(encoded((writer) => writer.integer(value)));
  expect([0, 127, 128, -1, -128, -129, 2 ** 31 - 1, -(2 ** 31)].map(bytes)).toEqual([
    "020100",
    "02017f",
    "02020080",
    "0201ff",
    "020180",
    "0202ff7f",
    "02047fffffff",
    "020480000000",
  ]);
});

test("unsigned values keep their sign bit clear, and one without that octet is read all the same", () => {
  expect(hex(encoded((writer) => writer.unsigned(0xffff_ffff, 0x42)))).toBe("420500ffffffff");
  expect(new BerReader(Buffer.from("4204ffffffff", "hex")).value()).toEqual({
    type: "Unsigned32",
    value: 0xffff_ffff,
  });
});

test("long contents carry a long length", () => {
  const bytes = encoded((writer) => writer.octets(new Uint8Array(300)));
  expect(hex(bytes.subarray(0, 4))).toBe("0482012c");
  expect(new BerReader(bytes).octets()).toHaveLength(300);
});

const values: fc.Arbitrary<SnmpValue> = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((value) => ({ type: "Integer" as const, value })),
  fc.nat(0xffff_ffff).map((value) => ({ type: "Unsigned32" as const, value })),
  fc.nat(0xffff_ffff).map((value) => ({ type: "TimeTicks" as const, value })),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => ({ type: "Counter64" as const, value })),
  fc.uint8Array({ maxLength: 400 }).map((value) => ({ type: "OctetString" as const, value })),
  fc
    .array(fc.nat(0xffff_ffff), { maxLength: 20 })
    .map((rest) => ({ type: "ObjectIdentifier" as const, value: [1, 3, ...rest] })),
  fc.constant({ type: "endOfMibView" as const, value: null }),
);

test("every value reads back as it was written", () => {
  fc.assert(
    fc.property(values, (value) => {
      expect(new BerReader(encoded((writer) => writer.value(value))).value()).toEqual(value);
    }),
  );
});

test("any bytes are either a request or malformed, never another error", () => {
  const attempt = (bytes: Uint8Array) => {
    try {
      decodeRequest(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedMessage);
    }
  };
  const valid = Buffer.from(
    "302602010104067075626c6963a019020107020100020100300e300c06082b060102010101000500",
    "hex",
  );
  expect(decodeRequest(valid).varbinds[0]?.oid).toEqual([1, 3, 6, 1, 2, 1, 1, 1, 0]);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), attempt), { numRuns: 500 });
  fc.assert(
    fc.property(fc.nat(valid.length - 1), fc.nat(255), fc.nat(valid.length), (at, octet, length) => {
      const damaged = Uint8Array.from(valid);
      damaged[at] = octet;
      attempt(damaged.subarray(0, length));
    }),
    { numRuns: 1000 },
  );
});
