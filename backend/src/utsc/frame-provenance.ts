import { createHash } from "node:crypto";
import {
  decodePnm,
  describeHeader,
  type HeaderField,
  PnmDecodeError,
  type UtscLayout,
} from "@pnmlab/pnm-codec";
import type { FrameProvenance, SpectrumFrame } from "@pnmlab/protocol";
import { type FrameOrigin, MAX_HEAD_BYTES, type OriginReading } from "@pnmlab/recording";
import type { IncomingFile } from "../contracts.ts";
import { type CaptureContext, type FileReading, hintsOf } from "./capture-frame.ts";

/** Frames of a session whose origin is kept: 20 s at 62 frames a second, a minute at the pace of most CMTSs. */
export const KEPT_FRAMES = 1200;

/** Of a file that is longer, or that a recording says is, no fields are listed: listing them takes as much memory. */
const LONGEST_LISTED = 16 * 1024 * 1024;

const LAYOUTS: readonly string[] = [
  "e6000-328",
  "common-header",
  "vendor-header",
  "headerless",
  "manual",
  "unknown",
] satisfies UtscLayout[];

/** What its file says of a frame. */
type FileProvenance = Omit<
  FrameProvenance,
  "sessionId" | "captureId" | "target" | "agent" | "statusPoll" | "configuration"
>;

type FrameTimes = Pick<SpectrumFrame, "sequence" | "capturedAtMs" | "receivedAtMs">;

interface KeptFrame extends FrameTimes {
  number: number;
  file: Omit<FrameOrigin, "number">;
}

/**
 * Where the newest `KEPT_FRAMES` frames of a session come from. Of a file the name, the hash and the bytes in front
 * of its samples are kept, once for all its captures, and what was read from it once for all files that read the
 * same: some 0.9 kB a frame, 1.1 MB a session when full, whatever the number of bins. The header is decoded when
 * somebody asks.
 */
export class FrameOrigins {
  readonly #frames: KeptFrame[] = [];
  #newestReading: OriginReading | undefined;
  #newestText = "";

  /** Takes the frames of one file, oldest first. A file without a modification time is what SNMP gave. */
  add(
    { fileName, bytes, modifiedAt }: Omit<IncomingFile, "modifiedAt"> & { modifiedAt?: Date },
    reading: FileReading | undefined,
    context: CaptureContext,
    frames: readonly SpectrumFrame[],
  ): void {
    if (reading === undefined) return;
    const file = {
      fileName,
      sizeBytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest(),
      modifiedAtMs: modifiedAt?.getTime(),
      // Of a file that claims to have a longer one no fields are listed.
      head: reading.headerLength > MAX_HEAD_BYTES ? new Uint8Array() : copyOf(bytes, reading.headerLength),
      reading: this.#shared(originReadingOf(reading, context)),
    };
    for (const [k, { sequence, capturedAtMs, receivedAtMs }] of frames.entries()) {
      this.#frames[sequence % KEPT_FRAMES] = { sequence, capturedAtMs, receivedAtMs, number: k + 1, file };
    }
  }

  /** The origin of a frame; undefined where it is not kept, or has not come. */
  of(sequence: number): FileProvenance | undefined {
    const frame = this.#kept(sequence);
    return frame && provenanceOf({ ...frame.file, number: frame.number }, frame);
  }

  /** The same as a recording holds it. */
  recorded({
    sequence,
    capturedAtMs,
  }: Pick<FrameTimes, "sequence" | "capturedAtMs">): FrameOrigin | undefined {
    const frame = this.#kept(sequence);
    return frame?.capturedAtMs === capturedAtMs ? { ...frame.file, number: frame.number } : undefined;
  }

  #kept(sequence: number): KeptFrame | undefined {
    const frame = this.#frames[sequence % KEPT_FRAMES];
    return frame?.sequence === sequence ? frame : undefined;
  }

  /** Files of a stream are read alike: equal readings are kept once. */
  #shared(reading: OriginReading): OriginReading {
    const text = JSON.stringify(reading);
    if (this.#newestReading === undefined || text !== this.#newestText) {
      this.#newestReading = reading;
      this.#newestText = text;
    }
    return this.#newestReading;
  }
}

/** What the origin of a frame, live or recorded, tells of it. */
export function provenanceOf(origin: FrameOrigin, frame: FrameTimes): FileProvenance {
  const { fileName, sizeBytes, sha256, modifiedAtMs, number, reading } = origin;
  return {
    sequence: frame.sequence,
    capturedAt: new Date(frame.capturedAtMs).toISOString(),
    receivedAt: new Date(frame.receivedAtMs).toISOString(),
    source: modifiedAtMs === undefined ? "snmp" : "file",
    fileName,
    sizeBytes,
    sha256: Buffer.from(sha256).toString("hex"),
    modifiedAt: modifiedAtMs === undefined ? null : new Date(modifiedAtMs).toISOString(),
    place: { number, of: reading.captures },
    header: headerOf(origin),
    reading: { ...reading.reading, anomalies: reading.anomalies },
    calibration: reading.calibration,
  };
}

function originReadingOf(file: FileReading, context: CaptureContext): OriginReading {
  const { layout, confidence, reason, alternatives } = file.reading;
  const { centerFrequencyHz, spanHz, bins, outputFormat } = context.accepted;
  return {
    layout: file.layout,
    endianness: file.endianness,
    captures: file.captures,
    reading: {
      layout,
      confidence,
      reason,
      alternatives: alternatives.map((other) => ({ layout: other.layout, reason: other.reason })),
    },
    anomalies: [...file.anomalies],
    calibration: { kHundredthsDb: file.kHundredthsDb ?? null, source: file.kSource },
    configuration: {
      centerFrequencyHz,
      spanHz,
      bins,
      outputFormat,
      kHundredthsDb: context.kHundredthsDb ?? null,
    },
  };
}

/** Into memory of its own, so that the file's can go. */
function copyOf(bytes: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from(bytes.subarray(0, length));
}

/** The fields in front of the samples. Samples do not matter for them, only how many bytes there are: zeros do. */
function headerOf({ fileName, sizeBytes, head, reading }: FrameOrigin): HeaderField[] {
  if (head.length === 0 || sizeBytes > LONGEST_LISTED) return [];
  const bytes = new Uint8Array(sizeBytes);
  bytes.set(head);
  const { layout, endianness, configuration } = reading;
  const kHundredthsDb = configuration.kHundredthsDb ?? undefined;
  const { utsc, ...hints } = hintsOf(
    fileName,
    { accepted: configuration, kHundredthsDb },
    isLayout(layout) ? layout : undefined,
  );
  try {
    return describeHeader(decodePnm(bytes, { ...hints, utsc: { ...utsc, endianness } }));
  } catch (error) {
    if (error instanceof PnmDecodeError) return [];
    throw error;
  }
}

/** A later program may have recorded one that is not known here. */
function isLayout(name: string): name is UtscLayout {
  return LAYOUTS.includes(name);
}
