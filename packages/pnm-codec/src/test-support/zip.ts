import { crc32, deflateRawSync } from "node:zlib";

/** One member of a hand-built archive; what is given beyond name and bytes may contradict them. */
export interface ZipPart {
  name: string;
  bytes: Uint8Array;
  method?: number;
  flags?: number;
  /** Sizes and check sum follow the data and are 0 in the local header. */
  descriptor?: boolean;
  crc?: number;
  size?: number;
  packed?: Uint8Array;
  /** Points at the first member's data instead of having its own. */
  shared?: boolean;
}

/** Builds a zip archive (PKWARE APPNOTE 6.3.10), byte by byte so that a test can make any field wrong. */
export function zipOf(parts: readonly ZipPart[], comment = ""): Uint8Array {
  const chunks: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [index, part] of parts.entries()) {
    const method = part.method ?? 8;
    const packed = part.packed ?? (method === 8 ? deflateRawSync(part.bytes) : part.bytes);
    const name = Buffer.from(part.name);
    const flags = (part.flags ?? 0) | 0x800 | (part.descriptor ? 8 : 0);
    const sums = [part.crc ?? crc32(part.bytes), packed.length, part.size ?? part.bytes.length];
    const common = [...u16(20), ...u16(flags), ...u16(method), ...u32(0)];
    const localSums = (part.descriptor ? [0, 0, 0] : sums).flatMap(u32);
    const nameLength = [...u16(name.length), ...u16(0)];
    const local = Buffer.concat([
      Buffer.from([0x50, 0x4b, 3, 4, ...common, ...localSums, ...nameLength]),
      name,
      packed,
      Buffer.from(part.descriptor ? [0x50, 0x4b, 7, 8, ...sums.flatMap(u32)] : []),
    ]);
    const place = part.shared ? 0 : offset;
    entries.push(
      Buffer.from([0x50, 0x4b, 1, 2, ...u16(20), ...common, ...sums.flatMap(u32), ...nameLength]),
      Buffer.from([...u16(0), ...u16(0), ...u16(0), ...u32(0), ...u32(place)]),
      name,
    );
    if (part.shared && index > 0) continue;
    chunks.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const count = u16(parts.length);
  const end = [0x50, 0x4b, 5, 6, ...u16(0), ...u16(0), ...count, ...count, ...u32(directory.length)];
  const tail = Buffer.from([...end, ...u32(offset), ...u16(comment.length)]);
  return new Uint8Array(Buffer.concat([...chunks, directory, tail, Buffer.from(comment)]));
}

function u16(value: number): number[] {
  return [value & 255, value >>> 8];
}

function u32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}
