import { decodeText } from "../binary/text.ts";

/** Little-endian u16, the caller having checked that it is there. */
export function u16At(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! | (bytes[offset + 1]! << 8);
}

/** Little-endian u32, the caller having checked that it is there. */
export function u32At(bytes: Uint8Array, offset: number): number {
  return (u16At(bytes, offset) | (u16At(bytes, offset + 2) << 16)) >>> 0;
}

/**
 * A member's name: UTF-8, which programs write whatever the format's text says, and Latin-1 for bytes that are
 * none. Undefined for an empty name.
 */
export function nameAt(bytes: Uint8Array, offset: number, size: number): string | undefined {
  const characters = Array.from(decodeText(bytes, offset, size), (character) =>
    character >= "\udc80" && character <= "\udcff"
      ? String.fromCharCode(character.charCodeAt(0) - 0xdc00)
      : character,
  );
  const name = characters.join("");
  return name === "" ? undefined : name;
}
