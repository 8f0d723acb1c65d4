/** Frames one after the other, each as its length (u32, little-endian) and its wire bytes. */
export function packFrames(frames: readonly ArrayBuffer[]): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(frames.reduce((sum, { byteLength }) => sum + 4 + byteLength, 0));
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const frame of frames) {
    view.setUint32(at, frame.byteLength, true);
    packed.set(new Uint8Array(frame), at + 4);
    at += 4 + frame.byteLength;
  }
  return packed;
}

/** The same taken apart, each frame in a buffer of its own. */
export function unpackFrames(packed: Uint8Array): ArrayBuffer[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const frames: ArrayBuffer[] = [];
  for (let at = 0; at + 4 <= packed.length; ) {
    const length = view.getUint32(at, true);
    frames.push(Uint8Array.from(packed.subarray(at + 4, at + 4 + length)).buffer);
    at += 4 + length;
  }
  return frames;
}
