import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeAck, encodeData, encodeError, encodeOptionAck, parsePacket } from "./packets.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");

test("a write request is read with its options, whose names are in lower case", () => {
  const packet = parsePacket(bytes("\0\x02file\0OCTET\0BlkSize\x001428\0tsize\x000\0"));
  expect(packet).toMatchObject({ kind: "request", operation: "write", mode: "octet" });
  if (packet?.kind !== "request") throw new Error("not a request");
  expect(Buffer.from(packet.nameBytes).toString()).toBe("file");
  expect([...packet.options]).toEqual([
    ["blksize", "1428"],
    ["tsize", "0"],
  ]);
});

test("of an option given twice, the first counts", () => {
  const packet = parsePacket(bytes("\0\x01f\0octet\0tsize\x001\0TSIZE\x002\0"));
  expect(packet?.kind === "request" && packet.options.get("tsize")).toBe("1");
});

test.each([
  ["an empty datagram", ""],
  ["one byte", "\0"],
  ["an opcode alone", "\0\x04"],
  ["an unknown opcode", "\0\x07abcd"],
  ["a request without its last NUL", "\0\x02file\0octet"],
  ["a request without a mode", "\0\x02file\0"],
  ["a request with an empty mode", "\0\x02file\0\0"],
  ["an option without a value", "\0\x02file\0octet\0blksize\0"],
])("%s is no packet", (_, text) => {
  expect(parsePacket(bytes(text))).toBeUndefined();
});

test("an error text of a peer cannot forge a log line", () => {
  expect(parsePacket(bytes("\0\x05\0\x03full\nlevel=info\x1b[2J\0rest"))).toEqual({
    kind: "error",
    errorCode: 3,
    message: "full?level=info?[2J",
  });
});

test("packets have the layout of RFC 1350 and RFC 2347", () => {
  expect(Buffer.from(encodeAck(0x1234)).toString("latin1")).toBe("\0\x04\x12\x34");
  expect(Buffer.from(encodeData(1, bytes("ab"))).toString("latin1")).toBe("\0\x03\0\x01ab");
  expect(Buffer.from(encodeError(5, "who")).toString("latin1")).toBe("\0\x05\0\x05who\0");
  expect(Buffer.from(encodeOptionAck(new Map([["blksize", "8"]]))).toString("latin1")).toBe(
    "\0\x06blksize\x008\0",
  );
});

test("no datagram makes the parser throw", () => {
  const opcodes = fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 255);
  fc.assert(
    fc.property(opcodes, fc.uint8Array({ maxLength: 600 }), (opcode, rest) => {
      parsePacket(Uint8Array.of(0, opcode, ...rest));
      parsePacket(rest);
    }),
  );
});
