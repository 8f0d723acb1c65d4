import { createHash } from "node:crypto";
import { generic } from "@pnmlab/docsis-mib";
import type { SpectrumFrame, UtscAccepted } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { captureBytes, deliver, REQUEST, startFixture, until } from "../_test/utsc/fixture.ts";
import { type CaptureContext, decodeCaptures } from "./capture-frame.ts";
import { FrameOrigins, KEPT_FRAMES } from "./frame-provenance.ts";

const context: CaptureContext = {
  accepted: {
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    bins: 800,
    outputFormat: "fftPower",
    window: "hann",
    repeatPeriodUs: 50_000,
  } as UtscAccepted,
  kHundredthsDb: -8600,
  sampleRateHz: undefined,
  resolutionBandwidthHz: undefined,
  samples: generic.samples,
};

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const frameOf = (sequence: number) =>
  ({
    sequence,
    capturedAtMs: 1_780_000_000_000 + sequence,
    receivedAtMs: 1_780_000_000_100,
  }) as SpectrumFrame;

function addFile(origins: FrameOrigins, bytes: Uint8Array, sequences: readonly number[]) {
  const [capture] = decodeCaptures(bytes, `pnmlab_a_c1_${sequences[0]}`, context);
  const file = { fileName: `pnmlab_a_c1_${sequences[0]}`, bytes, modifiedAt: new Date(1_780_000_000_050) };
  origins.add(file, capture!.reading, context, sequences.map(frameOf));
}

test("a frame tells its file, the hash of its bytes, the reading that was chosen and K with its source", () => {
  const origins = new FrameOrigins();
  const bytes = captureBytes();
  addFile(origins, bytes, [1]);
  expect(origins.of(1)).toMatchObject({
    source: "file",
    fileName: "pnmlab_a_c1_1",
    sizeBytes: bytes.length,
    sha256: sha256(bytes),
    modifiedAt: "2026-05-28T20:26:40.050Z",
    place: { number: 1, of: 1 },
    reading: { layout: "e6000-328", reason: expect.stringContaining("328-byte header") },
    calibration: { kHundredthsDb: -8600, source: "snmp" },
  });
});

test("the header is listed as it stands in the file although only its own bytes are kept", () => {
  const origins = new FrameOrigins();
  const bytes = captureBytes();
  addFile(origins, bytes, [1]);
  const { header } = origins.of(1)!;
  const ifIndex = header.find(({ name }) => name === "ifIndex");
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  expect(ifIndex).toMatchObject({ length: 4, value: view.getUint32(ifIndex!.offset) });
  expect(header[0]).toEqual({ name: "File type", value: "PNN", offset: 0, length: 3 });
  expect(Math.max(...header.map(({ offset, length }) => offset + length))).toBe(328);
});

test("captures of one file know their place in it", () => {
  const origins = new FrameOrigins();
  const bytes = captureBytes(1600);
  addFile(origins, bytes, [4, 5]);
  expect([4, 5].map((sequence) => origins.of(sequence)!.place)).toEqual([
    { number: 1, of: 2 },
    { number: 2, of: 2 },
  ]);
  expect(origins.of(5)!.sha256).toBe(sha256(bytes));
});

test("the newest frames are kept and older ones forgotten", () => {
  const origins = new FrameOrigins();
  const bytes = captureBytes();
  for (let sequence = 1; sequence <= KEPT_FRAMES + 1; sequence += 1) addFile(origins, bytes, [sequence]);
  expect(origins.of(1)).toBeUndefined();
  expect(origins.of(2)?.fileName).toBe("pnmlab_a_c1_2");
  expect(origins.of(KEPT_FRAMES + 1)?.sequence).toBe(KEPT_FRAMES + 1);
  expect(origins.of(KEPT_FRAMES + 2)).toBeUndefined();
});

test("a session tells with a frame what its configuration and its newest status poll took", async () => {
  const fixture = startFixture();
  const { service } = fixture;
  const { id } = await service.start(REQUEST);
  await until(() => service.get(id)?.state === "running");
  deliver(fixture);
  const frame = service.frame(id, 1);
  expect(frame.configuration!.requests).toBeGreaterThan(2);
  expect(frame.target).toEqual({ host: "10.0.0.1", port: 161, profile: "sim" });
  await until(() => service.frame(id, 1).statusPoll?.requests === 1);
  expect(() => service.frame(id, 2)).toThrow(`session ${id} has no frame 2: the newest is 1`);
  expect(() => service.frame("none", 1)).toThrow("there is no capture session none");
});
