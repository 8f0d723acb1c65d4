import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { captureUnixTimeS, decodePnm, encodePnm, expectedLength, plotOf, summarize } from "./index.ts";
import { readFixtures } from "./test-support/fixtures.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const fixtures = readFixtures();

/** Paths at which two JSON values differ; numbers may differ by 1e-9, as means do between languages. */
function differences(actual: unknown, golden: unknown, path = ""): string[] {
  if (typeof actual === "number" && typeof golden === "number") {
    return Math.abs(actual - golden) <= 1e-9 ? [] : [`${path}: ${actual} is not ${golden}`];
  }
  if (typeof golden !== "object" || golden === null || typeof actual !== "object" || actual === null) {
    return actual === golden ? [] : [`${path}: ${actual} is not ${golden}`];
  }
  const keys = new Set([...Object.keys(golden), ...Object.keys(actual)]);
  return [...keys].flatMap((key) =>
    differences(
      (actual as Record<string, unknown>)[key],
      (golden as Record<string, unknown>)[key],
      `${path}.${key}`,
    ),
  );
}

describe.skipIf(fixtures.length === 0)("real captures", () => {
  it.each(fixtures)(
    "$name has every value an independent decoder found, and no other",
    ({ name, bytes, golden }) => {
      const summary = JSON.parse(JSON.stringify(summarize(decodePnm(bytes), bytes, sha256, name)));
      expect(differences(summary, golden)).toEqual([]);
    },
  );

  it.each(fixtures)("$name encodes back byte for byte", ({ bytes }) => {
    expect(sha256(encodePnm(decodePnm(bytes)))).toBe(sha256(bytes));
  });

  it.each(fixtures)("$name is read from a buffer at an odd address as from any other", ({ bytes }) => {
    const moved = new Uint8Array(bytes.length + 3);
    moved.set(bytes, 3);
    expect(decodePnm(moved.subarray(3))).toEqual(decodePnm(bytes));
  });

  it.each(fixtures)("$name is read without doubt and plots", ({ bytes }) => {
    const record = decodePnm(bytes);
    expect(record.reading.confidence).toBe("high");
    expect(plotOf(record).series.length).toBeGreaterThan(0);
  });

  it.each(fixtures)("$name is whole at the length its own header gives", ({ bytes }) => {
    const record = decodePnm(bytes);
    expect(expectedLength(bytes)).toBe(record.kind === "cm-spectrum-snmp" ? undefined : bytes.length);
    for (let length = 0; length < Math.min(bytes.length, 100); length++) {
      expect([undefined, bytes.length]).toContain(expectedLength(bytes.subarray(0, length)));
    }
  });

  it("without time of day take their time from the file's name", () => {
    const withoutClock = fixtures.find(({ name }) => name === "rxmer.bin");
    const record = decodePnm(withoutClock!.bytes);
    expect(captureUnixTimeS(record)).toBeUndefined();
    expect(captureUnixTimeS(record, "PNMDsMer_0010181A2D11_1403405123")).toBe(1_403_405_123);
  });

  it("of codeword errors take it from their first set", () => {
    const fec = fixtures.find(({ name }) => name === "fec_summary.bin");
    expect(captureUnixTimeS(decodePnm(fec!.bytes))).toBe(1_762_636_604);
  });
});
