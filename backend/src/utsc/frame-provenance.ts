import { createHash } from "node:crypto";
import { decodePnm, describeHeader, type HeaderField, PnmDecodeError } from "@pnmlab/pnm-codec";
import type { FrameProvenance, SpectrumFrame } from "@pnmlab/protocol";
import type { IncomingFile } from "../contracts.ts";
import { type CaptureContext, type FileReading, hintsOf } from "./capture-frame.ts";

/** Frames of a session whose origin is kept: 20 s at 62 frames a second, a minute at the pace of most CMTSs. */
export const KEPT_FRAMES = 1200;

/** No header of a CMTS capture is longer; of one that claims to be, no fields are listed. */
const LONGEST_HEADER = 1024;

/** What its file says of a frame. */
type FrameOrigin = Omit<
  FrameProvenance,
  "sessionId" | "captureId" | "target" | "agent" | "statusPoll" | "configuration"
>;

interface KeptFile {
  fileName: string;
  sizeBytes: number;
  sha256: string;
  /** Undefined for what SNMP gave. */
  modifiedAtMs: number | undefined;
  head: Uint8Array;
  context: CaptureContext;
  reading: FileReading;
}

interface KeptFrame {
  sequence: number;
  capturedAtMs: number;
  receivedAtMs: number;
  number: number;
  file: KeptFile;
}

/**
 * Where the newest `KEPT_FRAMES` frames of a session come from. Of a file the name, the hash and the bytes in front
 * of its samples are kept, once for all its captures, and what was read from it once for all files that read the
 * same: some 0.9 kB a frame, 1.1 MB a session when full, whatever the number of bins. The header is decoded when
 * somebody asks.
 */
export class FrameOrigins {
  readonly #frames: KeptFrame[] = [];
  #newestReading: FileReading | undefined;
  #newestText = "";

  /** Takes the frames of one file, oldest first. A file without a modification time is what SNMP gave. */
  add(
    { fileName, bytes, modifiedAt }: Omit<IncomingFile, "modifiedAt"> & { modifiedAt?: Date },
    reading: FileReading | undefined,
    context: CaptureContext,
    frames: readonly SpectrumFrame[],
  ): void {
    if (reading === undefined) return;
    const file: KeptFile = {
      fileName,
      sizeBytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      modifiedAtMs: modifiedAt?.getTime(),
      head: reading.headerLength > LONGEST_HEADER ? new Uint8Array() : copyOf(bytes, reading.headerLength),
      context,
      reading: this.#shared(reading),
    };
    for (const [k, { sequence, capturedAtMs, receivedAtMs }] of frames.entries()) {
      this.#frames[sequence % KEPT_FRAMES] = { sequence, capturedAtMs, receivedAtMs, number: k + 1, file };
    }
  }

  /** The origin of a frame; undefined where it is not kept, or has not come. */
  of(sequence: number): FrameOrigin | undefined {
    const frame = this.#frames[sequence % KEPT_FRAMES];
    if (frame?.sequence !== sequence) return undefined;
    const { fileName, sizeBytes, sha256, modifiedAtMs, reading } = frame.file;
    const { layout, confidence, reason, alternatives } = reading.reading;
    return {
      sequence,
      capturedAt: new Date(frame.capturedAtMs).toISOString(),
      receivedAt: new Date(frame.receivedAtMs).toISOString(),
      source: modifiedAtMs === undefined ? "snmp" : "file",
      fileName,
      sizeBytes,
      sha256,
      modifiedAt: modifiedAtMs === undefined ? null : new Date(modifiedAtMs).toISOString(),
      place: { number: frame.number, of: reading.captures },
      header: headerOf(frame.file),
      reading: {
        layout,
        confidence,
        reason,
        alternatives: alternatives.map((other) => ({ layout: other.layout, reason: other.reason })),
        anomalies: [...reading.anomalies],
      },
      calibration: { kHundredthsDb: reading.kHundredthsDb ?? null, source: reading.kSource },
    };
  }

  /** Files of a stream are read alike: equal readings are kept once. */
  #shared(reading: FileReading): FileReading {
    const text = JSON.stringify(reading);
    if (this.#newestReading === undefined || text !== this.#newestText) {
      this.#newestReading = reading;
      this.#newestText = text;
    }
    return this.#newestReading;
  }
}

/** Into memory of its own, so that the file's can go. */
function copyOf(bytes: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from(bytes.subarray(0, length));
}

/** The fields in front of the samples. Samples do not matter for them, only how many bytes there are: zeros do. */
function headerOf({ fileName, sizeBytes, head, context, reading }: KeptFile): HeaderField[] {
  if (head.length === 0) return [];
  const bytes = new Uint8Array(sizeBytes);
  bytes.set(head);
  const { utsc, ...hints } = hintsOf(fileName, context, reading.layout);
  try {
    return describeHeader(decodePnm(bytes, { ...hints, utsc: { ...utsc, endianness: reading.endianness } }));
  } catch (error) {
    if (error instanceof PnmDecodeError) return [];
    throw error;
  }
}
