import { expect, it } from "vitest";
import { decodePnm, encodePnm, expectedLength, type UsOfdmaProbeRecord } from "../index.ts";

/** A file of the E6000's sizes: common header of version 2, 38 bytes of which the last 4 are the data length, a map. */
function e6000Probe(fftSize: 2048 | 4096, symbols: number): Uint8Array {
  const headerLength = fftSize === 2048 ? 571 : 827;
  const bytes = new Uint8Array(headerLength + 4 * fftSize * symbols);
  bytes.set([0x50, 0x4e, 0x4e, 0x66, 2, 0, 0x69, 0x6f, 0x00, 0x12]);
  bytes.fill(0xa5, 277, headerLength - 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(headerLength - 4, 4 * fftSize * symbols);
  for (let at = headerLength; at < bytes.length; at += 2) view.setInt16(at, at % 1000);
  return bytes;
}

it.each([
  [2048, 2],
  [2048, 8],
  [4096, 2],
  [4096, 8],
] as const)(
  "an E6000 probe of %i subcarriers and %i symbols is found by its length and kept whole",
  (fftSize, symbols) => {
    const bytes = e6000Probe(fftSize, symbols);
    const record = decodePnm(bytes) as UsOfdmaProbeRecord;
    expect(record).toMatchObject({ kind: "us-ofdma-probe", layout: "by-length", fftSize, symbols });
    expect(record.samples.length).toBe(2 * fftSize * symbols);
    expect(record.samples[0]).toBe((fftSize === 2048 ? 571 : 827) % 1000);
    expect(encodePnm(record)).toEqual(bytes);
    expect(expectedLength(bytes.subarray(0, 900))).toBe(bytes.length);
  },
);

it("an E6000 probe that is still arriving is truncated, with the length it will have", () => {
  const bytes = e6000Probe(2048, 2);
  expect(() => decodePnm(bytes.subarray(0, 9000))).toThrow(
    expect.objectContaining({ code: "TRUNCATED", expected: `${bytes.length} bytes`, found: "9000 bytes" }),
  );
});
