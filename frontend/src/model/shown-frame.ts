import type { FrameRing } from "./frame-ring.ts";
import { firstAtOrAfter } from "./kept-frames.ts";
import type { Marker, MarkerReading } from "./marker.ts";
import type { PlotData } from "./plot-data.ts";
import type { PlotView } from "./plot-view.ts";

/** The single frame that is behind what the user looks at. */
export interface ShownFrame {
  /** `max` and `min` where it set the extreme under the active marker, `time` where that stands on a past frame. */
  of: "newest" | "max" | "min" | "time";
  /** Undefined where the frame is no longer kept in the page. */
  frame: { sequence: number; capturedAtMs: number } | undefined;
}

/** A held extreme knows its time to this much. */
const HELD_TOLERANCE_MS = 100;

/**
 * The frame that the trace under the active marker shows: that of a held extreme, the past frame of a marker in
 * time, else the newest that is in the traces, which stays the same while the picture is frozen.
 */
export function shownFrameOf(
  data: PlotData,
  { markers, activeMarker }: Pick<PlotView, "markers" | "activeMarker">,
  readings: readonly MarkerReading[],
): ShownFrame | undefined {
  const { ring, heldFrames } = data;
  if (!ring || ring.length <= heldFrames) return undefined;
  const end = ring.endIndex - heldFrames;
  const marker = markers.find(({ number }) => number === activeMarker);
  const reading = readings.find(({ number }) => number === activeMarker);
  if (marker?.timeMs !== undefined) return { of: "time", frame: frameAtTime(ring, reading?.timeMs) };
  if (reading && reading.bin >= 0 && (marker?.trace === "max" || marker?.trace === "min")) {
    const index = heldIndex(data, ring, end, marker, reading.bin);
    return { of: marker.trace, frame: index === undefined ? undefined : frameAt(ring, index) };
  }
  return { of: "newest", frame: frameAt(ring, end - 1) };
}

/** Of the frames of about that time the one whose level is the most extreme in the bin. */
function heldIndex(
  data: PlotData,
  ring: FrameRing,
  end: number,
  { trace }: Marker,
  bin: number,
): number | undefined {
  const sign = trace === "min" ? -1 : 1;
  const heldMs = data.traces?.heldAtMs(trace === "min" ? "min" : "max", bin) ?? Number.NaN;
  if (Number.isNaN(heldMs)) return undefined;
  let best: number | undefined;
  let bestLevel = Number.NEGATIVE_INFINITY;
  for (let index = firstAtOrAfter(ring, heldMs - HELD_TOLERANCE_MS); index < end; index += 1) {
    if (ring.timeAt(index) > heldMs + HELD_TOLERANCE_MS) break;
    const level = sign * ring.levelsAt(index)[bin]!;
    if (level <= bestLevel) continue;
    best = index;
    bestLevel = level;
  }
  return best;
}

function frameAtTime(ring: FrameRing, timeMs = Number.NaN) {
  const index = Number.isNaN(timeMs) ? ring.endIndex : firstAtOrAfter(ring, timeMs);
  return index < ring.endIndex && ring.timeAt(index) === timeMs ? frameAt(ring, index) : undefined;
}

function frameAt(ring: FrameRing, index: number) {
  return { sequence: ring.sequenceAt(index), capturedAtMs: ring.timeAt(index) };
}
