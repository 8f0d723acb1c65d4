import { durationText } from "@pnmlab/kit";

const MINUS = "\u2212";
const THIN_SPACE = "\u2009";

/** A number with a true minus sign; `none` where it is not finite. */
export function formatNumber(value: number, digits: number, none = "no value"): string {
  if (!Number.isFinite(value)) return none;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** The same with a sign on positive numbers too, for differences and levels near zero. */
export function formatSigned(value: number, digits: number, none = "no value"): string {
  if (!Number.isFinite(value)) return none;
  const text = formatNumber(value, digits);
  return text.startsWith(MINUS) ? text : `+${text}`;
}

/** A level with its unit: `−20.5 dBmV`. */
export function formatLevel(levelDbmv: number): string {
  return Number.isFinite(levelDbmv) ? `${formatNumber(levelDbmv, 1)} dBmV` : "no level";
}

/** A frequency in MHz without the unit: `27.185`. */
export function formatMhz(frequencyHz: number, digits = 3): string {
  return formatNumber(frequencyHz / 1e6, digits);
}

/** A bandwidth with the unit that reads best: `50.0 kHz`, `6.400 MHz`. */
export function formatBandwidth(bandwidthHz: number): string {
  if (bandwidthHz >= 1e6) return `${formatMhz(bandwidthHz)} MHz`;
  return `${formatNumber(bandwidthHz / 1e3, 1)} kHz`;
}

/** A count in groups of three: `5 760`. */
export function formatCount(count: number): string {
  return formatNumber(Math.round(count), 0).replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
}

/** Bytes in decimal units, as storage vendors count: `6 728 B`, `38.8 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e5) return `${formatCount(bytes)} B`;
  if (bytes < 1e6) return `${formatNumber(bytes / 1e3, 1)} kB`;
  if (bytes < 1e9) return `${formatNumber(bytes / 1e6, 1)} MB`;
  return `${formatNumber(bytes / 1e9, 2)} GB`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (value: number) => String(value).padStart(2, "0");

/** Local time of day: `09:38:12`, with tenths `09:38:12.4`. */
export function formatClock(timeMs: number, tenths = false): string {
  const time = new Date(timeMs);
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return tenths ? `${clock}.${Math.floor(time.getMilliseconds() / 100)}` : clock;
}

/** Offset of local time at that moment: `+01:00`. */
function formatOffset(timeMs: number): string {
  const minutes = -new Date(timeMs).getTimezoneOffset();
  return `${minutes < 0 ? MINUS : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

/** Local time with the date left out today: `09:12:07` or `20 Nov 22:41:03`. */
export function formatTime(timeMs: number, nowMs: number): string {
  const time = new Date(timeMs);
  const now = new Date(nowMs);
  const today = time.toDateString() === now.toDateString();
  const year = time.getFullYear() === now.getFullYear() ? "" : ` ${time.getFullYear()}`;
  return today
    ? formatClock(timeMs)
    : `${time.getDate()} ${MONTHS[time.getMonth()]}${year} ${formatClock(timeMs)}`;
}

/** Day and month of local time: `21 Nov`. */
export function formatDay(timeMs: number): string {
  const time = new Date(timeMs);
  return `${time.getDate()} ${MONTHS[time.getMonth()]}`;
}

/** Date, time and offset in full: `21 Nov 09:42:51 +01:00`, with tenths `21 Nov 09:42:51.4 +01:00`. */
export function formatDateTime(timeMs: number, tenths = false): string {
  const time = new Date(timeMs);
  return `${time.getDate()} ${MONTHS[time.getMonth()]} ${formatClock(timeMs, tenths)} ${formatOffset(timeMs)}`;
}

/** UTC for hover texts and exports: `2026-11-21 08:42:51Z`. */
export function formatUtc(timeMs: number): string {
  return new Date(timeMs)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z/, "Z");
}

/** Age up to an hour in words, then the clock time: `14 s ago`, `since 09:12:07`. */
export function formatAgo(timeMs: number, nowMs: number): string {
  const ageMs = Math.max(0, nowMs - timeMs);
  return ageMs < 3_600_000 ? `${durationText(ageMs)} ago` : `at ${formatTime(timeMs, nowMs)}`;
}

/** Age of the newest frame: hundredths below ten seconds, then as a stop watch. */
export function formatAge(ageMs: number): string {
  const age = Math.max(0, ageMs);
  return age < 10_000 ? `${(age / 1000).toFixed(2)} s` : formatStopwatch(age);
}

/** `00:00:48`. */
export function formatStopwatch(durationMs: number): string {
  const seconds = Math.floor(Math.max(0, durationMs) / 1000);
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

const WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** Small counts as words, as a sentence wants them: `four`, `12`. */
export function countWord(count: number): string {
  return WORDS[count] ?? String(count);
}

/** Makes the first letter of a sentence large, unless it begins with a name such as `lab-1` or `fftPower`. */
export function sentenceCase(text: string): string {
  return /^[a-z]+\b(?![-/.\d])/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
