/** `_YYYY-MM-DD_HH.MM.SS.mmm`, with colons on some devices, wherever it stands in the name. */
const TIMESTAMP = /_(\d{4})-(\d\d)-(\d\d)_(\d\d)[.:](\d\d)[.:](\d\d)[.:](\d{3})(?:_|$)/;

/** The zones of the world lie whole quarters of an hour apart. */
const ZONE_STEP_MS = 15 * 60_000;

/** A CMTS whose clock is off by more than this tells us less than the file system does. */
const MAX_CLOCK_ERROR_MS = 5000;

/**
 * Time of a capture, Unix milliseconds: the timestamp that the CMTS put into the file's name, in whatever
 * time zone its clock runs, or the file's modification time where the name has none or one that cannot be
 * meant (more than 5 s from the modification time in every zone).
 */
export function captureTimeMs(fileName: string, modifiedAtMs: number): number {
  const match = TIMESTAMP.exec(fileName);
  if (match === null) return modifiedAtMs;
  const [year, month, day, hour, minute, second, millisecond] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const asUtcMs = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  const zoneMs = Math.round((asUtcMs - modifiedAtMs) / ZONE_STEP_MS) * ZONE_STEP_MS;
  const capturedAtMs = asUtcMs - zoneMs;
  return Math.abs(capturedAtMs - modifiedAtMs) <= MAX_CLOCK_ERROR_MS ? capturedAtMs : modifiedAtMs;
}
