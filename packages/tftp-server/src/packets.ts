/** Opcodes of RFC 1350, section 5, and RFC 2347 (OACK). */
const OPCODE = { read: 1, write: 2, data: 3, ack: 4, error: 5, optionAck: 6 } as const;

/** Error codes of RFC 1350, appendix I, and RFC 2347 (8). */
export const ERROR_CODE = {
  notDefined: 0,
  fileNotFound: 1,
  accessViolation: 2,
  diskFull: 3,
  illegalOperation: 4,
  unknownTransferId: 5,
} as const;

export interface RequestPacket {
  kind: "request";
  operation: "read" | "write";
  /** The file name as it came, not yet decoded or checked. */
  nameBytes: Uint8Array;
  /** Transfer mode in lower case; `octet` is the only one that keeps bytes as they are. */
  mode: string;
  /** Option names in lower case with their values, the first of equal names (RFC 2347). */
  options: ReadonlyMap<string, string>;
}

export type Packet =
  | RequestPacket
  | { kind: "data"; block: number; data: Uint8Array }
  | { kind: "ack"; block: number }
  | { kind: "error"; errorCode: number; message: string };

/**
 * Reads one datagram by the layouts of RFC 1350, section 5, and RFC 2347. Undefined means that it is
 * not a packet that a server can receive: unknown opcode, too short, or a text without its NUL.
 */
export function parsePacket(datagram: Uint8Array): Packet | undefined {
  if (datagram.length < 4) return undefined;
  const value = uint16At(datagram, 2);
  switch (uint16At(datagram, 0)) {
    case OPCODE.read:
      return parseRequest("read", datagram);
    case OPCODE.write:
      return parseRequest("write", datagram);
    case OPCODE.data:
      return { kind: "data", block: value, data: datagram.subarray(4) };
    case OPCODE.ack:
      return { kind: "ack", block: value };
    case OPCODE.error:
      return { kind: "error", errorCode: value, message: printable(datagram.subarray(4)) };
    default:
      return undefined;
  }
}

/** True where the datagram claims to be a request, so that its sender may be told that it is malformed. */
export function looksLikeRequest(datagram: Uint8Array): boolean {
  if (datagram.length < 2) return false;
  const opcode = uint16At(datagram, 0);
  return opcode === OPCODE.read || opcode === OPCODE.write;
}

export function encodeAck(block: number): Uint8Array {
  return Uint8Array.of(0, OPCODE.ack, (block >> 8) & 0xff, block & 0xff);
}

export function encodeData(block: number, data: Uint8Array): Uint8Array {
  const packet = new Uint8Array(4 + data.length);
  packet.set([0, OPCODE.data, (block >> 8) & 0xff, block & 0xff]);
  packet.set(data, 4);
  return packet;
}

export function encodeError(errorCode: number, message: string): Uint8Array {
  return Buffer.from(`\0${String.fromCharCode(OPCODE.error)}\0${String.fromCharCode(errorCode)}${message}\0`);
}

/** OACK (RFC 2347): the options that the server grants, with the values that hold. */
export function encodeOptionAck(options: ReadonlyMap<string, string>): Uint8Array {
  const body = [...options].map(([name, value]) => `${name}\0${value}\0`).join("");
  return Buffer.from(`\0${String.fromCharCode(OPCODE.optionAck)}${body}`);
}

function parseRequest(operation: "read" | "write", datagram: Uint8Array): RequestPacket | undefined {
  if (datagram.at(-1) !== 0) return undefined;
  const nameEnd = datagram.indexOf(0, 2);
  const nameBytes = datagram.subarray(2, nameEnd);
  const [mode, ...words] = Buffer.from(datagram.subarray(nameEnd + 1, -1))
    .toString("latin1")
    .split("\0");
  if (nameEnd === datagram.length - 1 || !mode || words.length % 2 !== 0) return undefined;
  const options = new Map<string, string>();
  for (let index = 0; index < words.length; index += 2) {
    const name = words[index]!.toLowerCase();
    if (!options.has(name)) options.set(name, words[index + 1]!);
  }
  return { kind: "request", operation, nameBytes, mode: mode.toLowerCase(), options };
}

/** Text of a peer with every character replaced that could forge a log line. */
function printable(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = Buffer.from(end === -1 ? bytes : bytes.subarray(0, end)).toString("latin1");
  return text.slice(0, 200).replaceAll(/[^\x20-\x7e]/g, "?");
}

function uint16At(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}
