import { PnmEncodeError } from "../errors.ts";

/** Two lower-case digits per byte value. */
export const HEX: readonly string[] = Array.from({ length: 256 }, (_, value) =>
  value.toString(16).padStart(2, "0"),
);
const MAC = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i;

const HEX_COLON: readonly string[] = HEX.map((pair) => `${pair}:`);

/** Six bytes at `offset` as `aa:bb:cc:dd:ee:ff`; the caller has checked that they exist. */
export function formatMac(bytes: Uint8Array, offset: number): string {
  let text = "";
  for (let i = 0; i < 5; i++) text += HEX_COLON[bytes[offset + i]!]!;
  return text + HEX[bytes[offset + 5]!]!;
}

/** The six bytes of `aa:bb:cc:dd:ee:ff`. */
export function parseMac(field: string, text: unknown): number[] {
  if (typeof text !== "string" || !MAC.test(text)) {
    throw new PnmEncodeError(field, `${field} is not a MAC address of the form aa:bb:cc:dd:ee:ff`);
  }
  return text.split(":").map((pair) => Number.parseInt(pair, 16));
}
