import { describe, expect, it } from "vitest";
import {
  decodePnm,
  describeHeader,
  encodePnm,
  expectedLength,
  PnmDecodeError,
  type PnmRecord,
} from "./index.ts";
import { sampleFiles } from "./test-support/arbitraries.ts";
import { be32 } from "./test-support/hand-made.ts";

const files = sampleFiles();
const LENGTH_OR_COUNT = /length|number of|sets|bins|objects/i;
const WRONG_VALUES = [0, 1, 3, 0x7f, 0xff, 0xffff, 0x7fffffff, 0xffffffff];

/** The record, or the typed refusal; anything else that is thrown fails the test. */
function attempt(bytes: Uint8Array): PnmRecord | PnmDecodeError {
  try {
    return decodePnm(bytes);
  } catch (error) {
    if (error instanceof PnmDecodeError) return error;
    throw error;
  }
}

describe.each(files)("$name", ({ name, bytes }) => {
  it("is refused at every length short of its own, as too short, truncated or not recognised", () => {
    for (let length = 0; length < bytes.length; length++) {
      const result = attempt(bytes.subarray(0, length));
      if (result instanceof PnmDecodeError) {
        expect(["TOO_SHORT", "TRUNCATED", "BAD_MAGIC", "AMBIGUOUS", "BAD_COUNT"]).toContain(result.code);
        expect(result.message).not.toBe("");
        continue;
      }
      // Rows of an SNMP value and the objects of a latency report are not counted anywhere; the last profile
      // of a modulation profile file may be cut off, and says so.
      const isTolerated = /SNMP|LLD/.test(name) || result.anomalies.some((text) => text.includes("cut off"));
      expect(isTolerated, `${length} of ${bytes.length} bytes were read`).toBe(true);
    }
  });

  it("is refused or read with every length and count in it replaced by a wrong one", () => {
    for (const { name: field, offset, length } of describeHeader(decodePnm(bytes))) {
      if (!LENGTH_OR_COUNT.test(field) || length > 4) continue;
      const stored = bytes.subarray(offset, offset + length).reduce((sum, byte) => sum * 256 + byte, 0);
      for (const value of [...WRONG_VALUES, stored - 1, stored + 1, stored * 2]) {
        const damaged = bytes.slice();
        for (let i = 0; i < length; i++)
          damaged[offset + i] = Math.floor(value / 256 ** (length - 1 - i)) % 256;
        const result = attempt(damaged);
        // What is read in spite of it must still be the same bytes.
        if (!(result instanceof PnmDecodeError)) expect(encodePnm(result)).toEqual(damaged);
        expect(() => expectedLength(damaged)).not.toThrow();
      }
    }
  });

  it("never claims data beyond its end: a length of four gigabytes is refused at once", () => {
    const rows = describeHeader(decodePnm(bytes)).filter(
      (row) => row.name.startsWith("Data length") && row.length === 4,
    );
    for (const { offset } of rows) {
      const damaged = bytes.slice();
      damaged.fill(0xff, offset, offset + 4);
      const result = attempt(damaged);
      if (result instanceof PnmDecodeError) expect(result.offset ?? 0).toBeLessThanOrEqual(bytes.length);
      else expect(result.anomalies.length).toBeGreaterThan(0);
    }
  });
});

describe("bytes that are no capture", () => {
  it.each([
    ["nothing", [], "TOO_SHORT"],
    ["three bytes", [0x50, 0x4e, 0x4e], "TOO_SHORT"],
    ["a magic without its version", [0x50, 0x4e, 0x4e, 0x04], "TOO_SHORT"],
    ["an unknown type code", [0x50, 0x4e, 0x4e, 0x0b, 1, 0, 0, 0, 0, 0], "UNKNOWN_TYPE"],
    ["an ASCII type code", [0x50, 0x4e, 0x4e, 0x34, 1, 0, 0, 0, 0, 0], "UNKNOWN_TYPE"],
    ["an unknown latency report", [0x4c, 0x4c, 0x44, 0x02, 1, 0, 0, 0, 0, 0], "UNKNOWN_TYPE"],
    ["a gzip stream", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "UNSUPPORTED"],
    ["a zip archive", [0x50, 0x4b, 3, 4, 0, 0, 0, 0], "UNSUPPORTED"],
    ["text", [...Buffer.from("<html>404</html>")], "BAD_MAGIC"],
    ["zeros", new Array(400).fill(0), "BAD_MAGIC"],
  ] as const)("%s is refused with its own code", (_, bytes, code) => {
    const result = attempt(Uint8Array.from(bytes as readonly number[]));
    expect(result).toMatchObject({ code });
    expect(expectedLength(Uint8Array.from(bytes as readonly number[]))).toBeUndefined();
  });
});

describe("impossible values", () => {
  const damaged = (name: string, field: string, value: number[]) => {
    const bytes = files.find((file) => file.name === name)!.bytes.slice();
    const row = describeHeader(decodePnm(bytes)).find((candidate) => candidate.name === field)!;
    bytes.set(value, row.offset);
    return attempt(bytes);
  };

  it("are refused: no bins in a segment, no span, segments in the wrong order", () => {
    expect(damaged("09 modem spectrum", "Bins per segment", [0, 0])).toMatchObject({ code: "BAD_COUNT" });
    expect(damaged("09 modem spectrum", "Segment span", [0, 0, 0, 0])).toMatchObject({ code: "BAD_VALUE" });
    expect(damaged("09 modem spectrum", "Last segment centre", [0, 0, 0, 0])).toMatchObject({
      code: "BAD_VALUE",
    });
  });

  it.each([
    ["04 RxMER", 8193],
    ["02 channel estimate", 4 * 8193],
    ["06 pre-equalizer", 4 * 8193],
    ["09 modem spectrum", 2 * (4096 * 2048 + 1)],
  ])("are refused: more values than any capture has, in %s", (name, dataLengthBytes) => {
    const { bytes } = files.find((file) => file.name.startsWith(name))!;
    const row = describeHeader(decodePnm(bytes)).find((candidate) => candidate.name === "Data length")!;
    const large = new Uint8Array(row.offset + 4 + dataLengthBytes);
    large.set(bytes.subarray(0, row.offset));
    new DataView(large.buffer).setUint32(row.offset, dataLengthBytes);
    expect(attempt(large)).toMatchObject({ code: "BAD_COUNT", offset: row.offset });
  });

  it("are refused: more groups in an SNMP value than the band has segments", () => {
    const group = Uint8Array.of(...be32(100_000_000, 10_000, 1, 10_000, 1), 0xff, 0x9c);
    const many = (count: number) => Uint8Array.from({ length: 22 * count }, (_, i) => group[i % 22]!);
    expect(attempt(many(4096))).toMatchObject({ kind: "cm-spectrum-snmp" });
    expect(attempt(many(4097))).toMatchObject({ code: "BAD_COUNT", offset: 22 * 4096 });
  });

  it("are refused: a data length of 0, or one that is no whole number of samples", () => {
    expect(damaged("02 channel estimate", "Data length", [0, 0, 0, 0])).toMatchObject({ code: "BAD_COUNT" });
    expect(damaged("02 channel estimate", "Data length", [0, 0, 0, 5])).toMatchObject({ code: "BAD_LENGTH" });
  });

  it("are reported and not refused where the values can be shown: a spacing of 30 kHz", () => {
    const result = damaged("04 RxMER", "Subcarrier spacing", [30]);
    expect(result).toHaveProperty(
      "anomalies",
      expect.arrayContaining(["subcarrier spacing is 30 kHz, not 25 or 50"]),
    );
  });
});
