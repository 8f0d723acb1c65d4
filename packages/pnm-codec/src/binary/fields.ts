import type { HeaderField } from "../record.ts";
import type { ByteReader } from "./reader.ts";
import type { ByteWriter } from "./writer.ts";

/** One fixed-size header field: decoding, encoding and the header table all read this description. */
export interface Field<Key extends string = string> {
  key: Key;
  label: string;
  unit: string | undefined;
  type: "u8" | "u16" | "u32" | "i16" | "mac" | "text" | "hex";
  size: number;
}

type Maker = <Key extends string>(key: Key, label: string, unit?: string) => Field<Key>;

const fixed =
  (type: Field["type"], size: number): Maker =>
  (key, label, unit) => ({ key, label, unit, type, size });

export const u8 = fixed("u8", 1);
export const u16 = fixed("u16", 2);
export const u32 = fixed("u32", 4);
export const i16 = fixed("i16", 2);
export const mac = fixed("mac", 6);

/** NUL-padded text of `size` bytes. */
export function text<Key extends string>(key: Key, label: string, size: number): Field<Key> {
  return { key, label, unit: undefined, type: "text", size };
}

/** Bytes shown as hex: extended timestamps and fields nobody has explained. */
export function hex<Key extends string>(key: Key, label: string, size: number): Field<Key> {
  return { key, label, unit: undefined, type: "hex", size };
}

// Field lists are constants that every decode measures several times.
const sizes = new WeakMap<readonly Field[], number>();

/** Bytes the fields take together. */
export function sizeOf(fields: readonly Field[]): number {
  let size = sizes.get(fields);
  if (size === undefined) {
    size = fields.reduce((sum, field) => sum + field.size, 0);
    sizes.set(fields, size);
  }
  return size;
}

/** Reads the fields in order into `target`, keyed by their names. */
export function readFields(
  reader: ByteReader,
  fields: readonly Field[],
  target: Record<string, string | number>,
): void {
  for (const field of fields) target[field.key] = readField(reader, field);
}

function readField(reader: ByteReader, field: Field): string | number {
  switch (field.type) {
    case "u8":
      return reader.u8();
    case "u16":
      return reader.u16();
    case "u32":
      return reader.u32();
    case "i16":
      return reader.i16();
    case "mac":
      return reader.mac();
    case "text":
      return reader.text(field.size);
    case "hex":
      return reader.hex(field.size);
  }
}

/** Writes the fields in order from `source`. */
export function writeFields(
  writer: ByteWriter,
  fields: readonly Field[],
  source: Readonly<Record<string, unknown>>,
): void {
  for (const field of fields) {
    const value = source[field.key];
    if (field.type === "mac") writer.mac(field.key, value);
    else if (field.type === "text") writer.text(field.key, value, field.size);
    else if (field.type === "hex") writer.hex(field.key, value, field.size);
    else if (field.type === "i16") writer.i16(field.key, value);
    else writer.unsigned(field.key, value, field.size as 1 | 2 | 4);
  }
}

/** The fields as rows of the header table, the first one standing at `offset`. */
export function describeFields(
  fields: readonly Field[],
  source: Readonly<Record<string, unknown>>,
  offset: number,
): HeaderField[] {
  let at = offset;
  return fields.map((field) => {
    const row: HeaderField = {
      name: field.label,
      value: source[field.key] as string | number,
      ...(field.unit === undefined ? {} : { unit: field.unit }),
      offset: at,
      length: field.size,
    };
    at += field.size;
    return row;
  });
}
