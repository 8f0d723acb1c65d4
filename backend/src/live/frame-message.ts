import { encodeSpectrumFrame, type SpectrumFrame, setWithheld, spectrumFrameLength } from "@pnmlab/protocol";

/** FIN and the opcode of a binary message. */
const BINARY = 0x82;
const SHORT_LENGTH = 126;
const LONG_LENGTH = 127;
/** Memory of so many messages of a size is kept for the next ones: about as many as are on their way at one time. */
const SPARE_MESSAGES = 32;
/** Ports differ in their number of bins; more sizes than these are seldom live at once. */
const SPARE_SIZES = 4;

/**
 * A frame as it stands on a WebSocket: one whole, unmasked message of the server with its header (RFC 6455,
 * section 5.2), made once for all browsers that watch.
 */
export interface FrameMessage {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The bytes are in use until `release` has been called as often. */
  use(): void;
  readonly release: () => void;
}

/** Makes the messages of frames, in memory that is used again: frames are all that a backend allocates much of. */
export class FrameMessages {
  /** By length in bytes. */
  readonly #spare = new Map<number, Uint8Array<ArrayBuffer>[]>();

  /** @returns the message, in use by the caller */
  make(frame: SpectrumFrame): FrameMessage {
    const length = spectrumFrameLength(frame.levelsHundredthsDbmv.length);
    const headerLength = length < SHORT_LENGTH ? 2 : length <= 0xffff ? 4 : 10;
    const bytes = encodeSpectrumFrame(frame, headerLength, this.#take(headerLength + length));
    writeHeader(bytes, headerLength, length);
    let users = 1;
    return {
      bytes,
      use: () => {
        users += 1;
      },
      release: () => {
        users -= 1;
        if (users === 0) this.#giveBack(bytes);
      },
    };
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    return this.#spare.get(length)?.pop() ?? new Uint8Array(length);
  }

  #giveBack(bytes: Uint8Array<ArrayBuffer>): void {
    const spare = this.#spare.get(bytes.byteLength) ?? [];
    if (spare.length < SPARE_MESSAGES) spare.push(bytes);
    // The size used last stands last.
    this.#spare.delete(bytes.byteLength);
    this.#spare.set(bytes.byteLength, spare);
    if (this.#spare.size > SPARE_SIZES) this.#spare.delete(this.#spare.keys().next().value!);
  }
}

/** A copy of such a message that tells how many frames gave way to it. */
export function withWithheld(bytes: Uint8Array<ArrayBuffer>, withheld: number): Uint8Array<ArrayBuffer> {
  const own = bytes.slice();
  const headerLength = own[1] === LONG_LENGTH ? 10 : own[1] === SHORT_LENGTH ? 4 : 2;
  setWithheld(own.subarray(headerLength), withheld);
  return own;
}

function writeHeader(bytes: Uint8Array<ArrayBuffer>, headerLength: number, length: number): void {
  const header = new DataView(bytes.buffer, 0, headerLength);
  header.setUint8(0, BINARY);
  if (headerLength === 2) header.setUint8(1, length);
  else if (headerLength === 4) {
    header.setUint8(1, SHORT_LENGTH);
    header.setUint16(2, length);
  } else {
    header.setUint8(1, LONG_LENGTH);
    header.setBigUint64(2, BigInt(length));
  }
}
