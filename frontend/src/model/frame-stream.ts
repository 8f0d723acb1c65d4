import { PnmLabError } from "@pnmlab/kit";
import { decodeSpectrumFrame, type SpectrumFrame } from "@pnmlab/protocol/frame";

/** A frame out of a recording: its bytes as on the wire, and the frame that shares their memory. */
export interface RecordedFrame {
  frame: SpectrumFrame;
  bytes: ArrayBuffer;
}

/**
 * Frames of a stream: before each the length of its bytes as a u32, little-endian.
 *
 * @throws PnmLabError `FRAME_INVALID` where a length points beyond the end or a frame is none.
 */
export function readFrameStream(stream: ArrayBuffer): RecordedFrame[] {
  const view = new DataView(stream);
  const frames: RecordedFrame[] = [];
  let offset = 0;
  while (offset < stream.byteLength) {
    const left = stream.byteLength - offset;
    const length = left >= 4 ? view.getUint32(offset, true) : Number.POSITIVE_INFINITY;
    if (length > left - 4) {
      throw new PnmLabError("FRAME_INVALID", `the stream of frames ends within frame ${frames.length + 1}`);
    }
    const bytes = stream.slice(offset + 4, offset + 4 + length);
    frames.push({ frame: decodeSpectrumFrame(bytes), bytes });
    offset += 4 + length;
  }
  return frames;
}
