/** A value with no more digits after the point than mean something; text and NaN as they are. */
export function rounded<Value extends number | string | undefined>(
  value: Value,
  digits: number | undefined,
): Value | number {
  if (typeof value !== "number" || digits === undefined || !Number.isFinite(value)) return value;
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
