import { expect, test } from "vitest";
import {
  decodeSpectrumFrame,
  encodeSpectrumFrame,
  NO_LEVEL,
  type SpectrumFrame,
  setWithheld,
} from "./frame.ts";

const frame: SpectrumFrame = {
  streamId: 7,
  sequence: 42,
  capturedAtMs: 1_795_000_000_123.5,
  receivedAtMs: 1_795_000_000_200.25,
  firstBinHz: 5e6,
  binSpacingHz: 50_000,
  resolutionBandwidthHz: 100_217.5,
  kHundredthsDb: -8600,
  gapBefore: true,
  uncalibrated: false,
  withheld: 0,
  levelsHundredthsDbmv: Int16Array.of(-5900, 0, 1234, NO_LEVEL, 32767),
};

test("a frame survives its way over the wire", () => {
  const bytes = encodeSpectrumFrame(frame);
  expect(bytes.length).toBe(64 + 5 * 2);
  expect(decodeSpectrumFrame(bytes.buffer)).toEqual(frame);
});

test("the count of withheld frames is written per client without encoding again", () => {
  const bytes = encodeSpectrumFrame(frame);
  setWithheld(bytes, 9);
  expect(decodeSpectrumFrame(bytes.buffer)).toEqual({ ...frame, withheld: 9 });
});

test("the share of clipped samples goes along, and is not there in frames that were written without it", () => {
  for (const share of [1, 0.5, 1.2e-4, 1e-6, 1e-8]) {
    const { clippedShare } = decodeSpectrumFrame(
      encodeSpectrumFrame({ ...frame, clippedShare: share }).buffer,
    );
    expect(Math.abs(clippedShare! / share - 1)).toBeLessThan(0.0006);
  }
  const none = encodeSpectrumFrame({ ...frame, clippedShare: 0 });
  expect(none).toEqual(encodeSpectrumFrame(frame));
  expect([none[58], none[59]]).toEqual([0, 0]);
  expect(decodeSpectrumFrame(none.buffer)).not.toHaveProperty("clippedShare");
});

test("a message that is no frame, or has another length than it says, is refused", () => {
  const bytes = encodeSpectrumFrame(frame);
  expect(() => decodeSpectrumFrame(bytes.slice(0, 20).buffer)).toThrow("not a spectrum frame");
  expect(() => decodeSpectrumFrame(bytes.slice(0, 70).buffer)).toThrow("5 bins has 70 bytes");
  bytes[0] = 0;
  expect(() => decodeSpectrumFrame(bytes.buffer)).toThrow("not a spectrum frame");
});
