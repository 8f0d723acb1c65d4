import type { PlotView } from "./plot-view.ts";

/** Time that a row of CSS pixels may stand for: below it a frame is higher than a label, above it a day is a strip. */
const LEAST_MS_PER_PX = 10;
const MOST_MS_PER_PX = 600_000;

export type TimeView = Pick<PlotView, "msPerPx" | "scrollMs">;

/** Stretches of time that the whole waterfall can be set to show. */
export const TIME_SPANS = [
  { label: "1 min", lengthMs: 60_000 },
  { label: "10 min", lengthMs: 600_000 },
  { label: "1 h", lengthMs: 3_600_000 },
  { label: "24 h", lengthMs: 86_400_000 },
] as const;

/**
 * Shows `factor` times as much time. The row at `depthPx` from the top keeps its place; where the waterfall is not
 * scrolled, the newest frame stays at the top.
 */
export function zoomTime({ msPerPx, scrollMs }: TimeView, factor: number, depthPx: number): TimeView {
  const zoomed = clampMsPerPx(msPerPx * factor);
  if (scrollMs === 0) return { msPerPx: zoomed, scrollMs };
  return { msPerPx: zoomed, scrollMs: Math.max(0, scrollMs + depthPx * (msPerPx - zoomed)) };
}

/** Scrolls by so much time, but no further back than `mostMs`. */
export function scrollTime({ scrollMs }: Pick<TimeView, "scrollMs">, byMs: number, mostMs: number) {
  // What lies further back already, as after a zoom, is not pulled.
  return { scrollMs: Math.min(Math.max(0, scrollMs + byMs), Math.max(scrollMs, mostMs)) };
}

/** The whole waterfall shows a length of time. */
export function showTime({ scrollMs }: TimeView, lengthMs: number, heightPx: number): TimeView {
  return { msPerPx: clampMsPerPx(lengthMs / Math.max(1, heightPx)), scrollMs };
}

/** Why a stretch of time cannot fill the waterfall yet; undefined where more than the next shorter one is there. */
export function hindranceOfSpan(index: number, reachMs: number): string | undefined {
  const shorter = TIME_SPANS[index - 1];
  if (!shorter || reachMs > shorter.lengthMs) return undefined;
  return `There are spectra of ${timeWords(reachMs)} only`;
}

/** A length of time in the largest unit that leaves one place at least: `80 s`, `12 min`, `1.5 h`. */
export function timeWords(lengthMs: number): string {
  const seconds = lengthMs / 1000;
  if (seconds < 100) return `${Math.round(seconds)}\u00a0s`;
  const minutes = seconds / 60;
  if (minutes < 60) return `${Math.round(minutes)}\u00a0min`;
  const hours = minutes / 60;
  return `${hours < 10 ? Math.round(hours * 10) / 10 : Math.round(hours)}\u00a0h`;
}

function clampMsPerPx(msPerPx: number): number {
  return Math.min(MOST_MS_PER_PX, Math.max(LEAST_MS_PER_PX, msPerPx));
}
