import type { TimeSpan } from "../../api/recordings-client.ts";

/** No more is shown closer than this. */
const LEAST_SPAN_MS = 2000;

/** A stretch of time with its length kept, moved so that it does not leave what there is to show. */
export function clampSpan(span: TimeSpan, bounds: TimeSpan): TimeSpan {
  const lengthMs = Math.min(
    Math.max(span.toMs - span.fromMs, LEAST_SPAN_MS),
    Math.max(bounds.toMs - bounds.fromMs, LEAST_SPAN_MS),
  );
  const fromMs = Math.max(bounds.fromMs, Math.min(span.fromMs, bounds.toMs - lengthMs));
  return { fromMs, toMs: fromMs + lengthMs };
}

/** Zooms about a moment; above 1 shows more time. */
export function zoomSpan(span: TimeSpan, anchorMs: number, factor: number, bounds: TimeSpan): TimeSpan {
  const share = (anchorMs - span.fromMs) / (span.toMs - span.fromMs);
  const lengthMs = Math.max(LEAST_SPAN_MS, (span.toMs - span.fromMs) * factor);
  const fromMs = anchorMs - share * lengthMs;
  return clampSpan({ fromMs, toMs: fromMs + lengthMs }, bounds);
}

/** Moves by a share of what is shown. */
export function scrollSpan(span: TimeSpan, share: number, bounds: TimeSpan): TimeSpan {
  const byMs = (span.toMs - span.fromMs) * share;
  return clampSpan({ fromMs: span.fromMs + byMs, toMs: span.toMs + byMs }, bounds);
}

const STEPS_S = [
  1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
];

/** Round moments of local time for labels, at least `leastPx` apart on a strip of `widthPx`. */
export function timeTicks(
  span: TimeSpan,
  widthPx: number,
  leastPx: number,
): { stepMs: number; ticks: number[] } {
  const lengthMs = span.toMs - span.fromMs;
  const leastMs = (leastPx / Math.max(1, widthPx)) * lengthMs;
  const stepMs = (STEPS_S.find((step) => step * 1000 >= leastMs) ?? STEPS_S.at(-1)!) * 1000;
  const zoneMs = -new Date(span.fromMs).getTimezoneOffset() * 60_000;
  const ticks: number[] = [];
  for (
    let timeMs = Math.ceil((span.fromMs + zoneMs) / stepMs) * stepMs - zoneMs;
    timeMs <= span.toMs;
    timeMs += stepMs
  ) {
    ticks.push(timeMs);
  }
  return { stepMs, ticks };
}
