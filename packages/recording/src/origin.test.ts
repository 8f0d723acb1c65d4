import { encodeSpectrumFrame, type SpectrumFrame } from "@pnmlab/protocol";
import { expect, it } from "vitest";
import { encodeHead, encodeRecord, RECORD_HEADER_BYTES, RecordKind } from "./layout.ts";
import { type FrameOrigin, OriginEncoder, type OriginReading } from "./origin.ts";
import { RecordingParser } from "./parser.ts";
import { scanSegment } from "./scan.ts";
import { head } from "./test-support/head.ts";

const headBytes = encodeHead(head);

const reading: OriginReading = {
  layout: "e6000-328",
  endianness: "big",
  captures: 2,
  reading: {
    layout: "328-byte header, 16-bit samples",
    confidence: "high",
    reason: "the length is that of a 328-byte header and 1,600 samples of 0.01 dB µV",
    alternatives: [{ layout: "headerless", reason: "the bytes divide by 2" }],
  },
  anomalies: ["51 bytes of the header are not known"],
  calibration: { kHundredthsDb: -8600, source: "snmp" },
  configuration: {
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    bins: 1600,
    outputFormat: "fftPower",
    kHundredthsDb: -8600,
  },
};

function originOf(sequence: number, change: Partial<FrameOrigin> = {}): FrameOrigin {
  const header = Uint8Array.from({ length: 328 }, (_, at) => at & 0xff);
  // A time that counts up at offset 4, and a counter far from it.
  new DataView(header.buffer).setUint32(4, 1_780_000_000 + sequence);
  header[300] = sequence;
  return {
    fileName: `PNM/utsc/pnmlab_mfz8k2_c1_Störung_${sequence}`,
    sizeBytes: 3528,
    sha256: Uint8Array.from({ length: 32 }, (_, at) => (at * 7 + sequence) & 0xff),
    modifiedAtMs: 1_780_000_000_050.25 + sequence,
    number: 1,
    head: header,
    reading,
    ...change,
  };
}

const frameOf = (sequence: number) =>
  encodeRecord(
    RecordKind.frame,
    encodeSpectrumFrame({
      streamId: 3,
      sequence,
      capturedAtMs: 1000 + sequence * 50,
      receivedAtMs: 1010 + sequence * 50,
      firstBinHz: 5e6,
      binSpacingHz: 5e6,
      resolutionBandwidthHz: 50_000,
      kHundredthsDb: -8600,
      gapBefore: false,
      uncalibrated: false,
      withheld: 0,
      levelsHundredthsDbmv: new Int16Array(16).fill(-sequence),
    } satisfies SpectrumFrame),
  );

function fileOf(frames: readonly (readonly [number, FrameOrigin | undefined])[]): Uint8Array {
  const encoder = new OriginEncoder();
  const records = frames.flatMap(([sequence, origin]) => [
    ...(origin ? encoder.encode(sequence, origin) : []),
    frameOf(sequence),
  ]);
  return Buffer.concat([headBytes, ...records]);
}

function read(file: Uint8Array, chunkBytes = 64) {
  const parser = new RecordingParser();
  const frames: (readonly [number, FrameOrigin | undefined])[] = [];
  for (let at = 0; at < file.length; at += chunkBytes) {
    for (const piece of parser.push(file.subarray(at, at + chunkBytes))) {
      if (piece.kind === "frame") frames.push([piece.frame.sequence, piece.origin]);
    }
  }
  return frames;
}

it.each([1, 64, 1_000_000])(
  "gives every frame its origin back as it was, from chunks of %d bytes",
  (chunkBytes) => {
    const bySnmp = {
      ...reading,
      layout: "headerless",
      calibration: { kHundredthsDb: null, source: "none" as const },
    };
    const frames = [
      [1, originOf(1)],
      [2, originOf(2, { number: 2 })],
      [3, undefined],
      [
        4,
        originOf(4, {
          reading: bySnmp,
          head: new Uint8Array(),
          modifiedAtMs: undefined,
          fileName: "docsPnmCmtsUtscResultOutput",
        }),
      ],
      [5, originOf(5)],
      [6, originOf(6, { head: new Uint8Array(291).fill(9) })],
    ] as const;
    expect(read(fileOf(frames), chunkBytes)).toEqual(frames);
  },
);

it("takes fewer than 200 bytes a frame behind a 328-byte header, and what files have in common once", () => {
  const encoder = new OriginEncoder();
  const records = [1, 2, 3].map((sequence) => encoder.encode(sequence, originOf(sequence)));
  expect(records.map((some) => some.length)).toEqual([2, 1, 1]);
  expect(records[2]![0]!.length).toBeLessThan(200);
});

it("records no origin that could not be read again, and those after it", () => {
  const tooMuch = { ...reading, anomalies: Array.from({ length: 51 }, String) };
  const frames = [
    [1, originOf(1, { fileName: "x".repeat(1025) })],
    [2, originOf(2, { head: new Uint8Array(1025) })],
    [3, originOf(3, { reading: tooMuch })],
    [4, originOf(4, { reading: tooMuch })],
    [5, originOf(5)],
    [6, originOf(6, { modifiedAtMs: Date.UTC(1969, 0) })],
  ] as const;
  expect(read(fileOf(frames)).map(([, origin]) => origin?.fileName)).toEqual([
    ...[undefined, undefined, undefined, undefined],
    originOf(5).fileName,
    undefined,
  ]);
});

it("gives a frame no origin that has another number", () => {
  const [common, own] = new OriginEncoder().encode(1, originOf(1));
  const file = Buffer.concat([headBytes, common!, own!, frameOf(2), frameOf(1)]);
  expect(read(file)).toEqual([
    [2, undefined],
    [1, undefined],
  ]);
});

it("passes over what a later version adds to readings and origins", () => {
  const later = {
    ...reading,
    window: "hann",
    configuration: { ...reading.configuration, outputFormat: "x" },
  };
  const [common, own] = new OriginEncoder().encode(
    1,
    originOf(1, { reading: later as unknown as OriginReading }),
  );
  const longer = encodeRecord(
    RecordKind.origin,
    Buffer.concat([own!.subarray(RECORD_HEADER_BYTES), Buffer.from([1, 2, 3])]),
  );
  const { outputFormat: _, ...configuration } = reading.configuration;
  const known = originOf(1, { reading: { ...reading, configuration } });
  expect(read(Buffer.concat([headBytes, common!, longer, frameOf(1)]))).toEqual([[1, known]]);
});

it("refuses a reading or an origin whose lengths or fields do not fit, in words", () => {
  const [common, own] = new OriginEncoder()
    .encode(1, originOf(1))
    .map((r) => r.subarray(RECORD_HEADER_BYTES));
  const readReading = (content: Uint8Array) => () =>
    read(Buffer.concat([headBytes, encodeRecord(RecordKind.reading, content)]));
  const aboutFiles = "what the recording tells of how the files of a recording were read cannot be read";
  expect(readReading(common!)).not.toThrow();
  expect(readReading(new Uint8Array(1))).toThrow(aboutFiles);
  expect(readReading(common!.subarray(0, 200))).toThrow(aboutFiles);
  expect(readReading(common!.subarray(0, 500))).toThrow(aboutFiles);
  expect(readReading(Buffer.concat([common!.subarray(0, 330), Buffer.from("{}")]))).toThrow(aboutFiles);

  const readOrigin = (content: Uint8Array) => () =>
    read(
      Buffer.concat([
        headBytes,
        encodeRecord(RecordKind.reading, common!),
        encodeRecord(RecordKind.origin, content),
      ]),
    );
  const set = (at: number, ...values: number[]) => {
    const bytes = own!.slice();
    bytes.set(values, at);
    return bytes;
  };
  const aboutFrame = "what the recording tells of the file of a frame cannot be read";
  expect(readOrigin(own!)).not.toThrow();
  expect(readOrigin(new Uint8Array(55))).toThrow(aboutFrame);
  // Length of the file, which capture of it, length of its name, and of the changes; then the name.
  expect(readOrigin(set(4, 1, 0, 0, 0))).toThrow(aboutFrame);
  expect(readOrigin(set(16, 3))).toThrow(aboutFrame);
  expect(readOrigin(set(16, 0))).toThrow(aboutFrame);
  const laterThanYears = new Uint8Array(Float64Array.of(Date.UTC(10_000, 0)).buffer);
  expect(readOrigin(set(8, ...laterThanYears))).toThrow(aboutFrame);
  expect(readOrigin(set(52, 255, 255))).toThrow(aboutFrame);
  expect(readOrigin(set(54, 255, 255))).toThrow(aboutFrame);
  expect(readOrigin(set(56, 0x30))).toThrow(aboutFrame);
  expect(readOrigin(own!.subarray(0, own!.length - 1))).toThrow(aboutFrame);
  const orphan = Buffer.concat([headBytes, encodeRecord(RecordKind.origin, own!)]);
  expect(() => read(orphan)).toThrow(aboutFrame);
});

it("refuses changes that lie outside of the bytes that they change", () => {
  const whole = new OriginEncoder();
  whole.encode(1, originOf(1));
  const [record] = whole.encode(2, originOf(2));
  const content = record!.slice(RECORD_HEADER_BYTES);
  const view = new DataView(content.buffer);
  const at = 56 + view.getUint16(52, true);
  const [common] = new OriginEncoder().encode(1, originOf(1));
  const refuses = (place: number, value: number) => {
    const bytes = content.slice();
    new DataView(bytes.buffer).setUint16(place, value, true);
    const file = Buffer.concat([headBytes, common!, encodeRecord(RecordKind.origin, bytes)]);
    expect(() => read(file)).toThrow("what the recording tells of the file of a frame cannot be read");
  };
  refuses(at, 328);
  refuses(at + 2, 0xffff);
});

it("finds the frames of a segment whose origin is damaged up to the damage, and cuts a torn origin off", () => {
  const whole = fileOf([
    [1, originOf(1)],
    [2, originOf(2)],
  ]);
  const [, own] = new OriginEncoder().encode(3, originOf(3));
  const damaged = own!.slice();
  damaged[60]! ^= 1;
  for (const tail of [Buffer.concat([damaged, frameOf(3)]), own!.subarray(0, 50)]) {
    const scan = scanSegment(Buffer.concat([whole, tail]))!;
    expect(scan.wholeBytes).toBe(whole.length);
    expect(scan.built!.head).toMatchObject({ frames: 2, lastSequence: 2 });
  }
});
