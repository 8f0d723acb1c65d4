import type { TimeSpan } from "../../api/recordings-client.ts";

export const PLAYBACK_SPEEDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50] as const;
export type PlaybackSpeed = (typeof PLAYBACK_SPEEDS)[number];

/** Where a recording is being played, and how. Times are those of captures, Unix milliseconds. */
export interface Transport {
  playing: boolean;
  speed: PlaybackSpeed;
  positionMs: number;
  /** What can be played. */
  bounds: TimeSpan;
  /** What is played over and over; undefined plays to the end and stops. */
  loop: TimeSpan | undefined;
}

export function newTransport(bounds: TimeSpan, positionMs: number): Transport {
  return {
    playing: false,
    speed: 1,
    positionMs: within(bounds, positionMs),
    bounds,
    loop: undefined,
  };
}

/** The next faster or slower speed. */
export function stepSpeed(speed: PlaybackSpeed, direction: 1 | -1): PlaybackSpeed {
  const index = PLAYBACK_SPEEDS.indexOf(speed) + direction;
  return PLAYBACK_SPEEDS[Math.min(PLAYBACK_SPEEDS.length - 1, Math.max(0, index))]!;
}

/**
 * Where playing leads after a time of the clock on the wall. `wrapped` where the loop began again, `ended`
 * where the end of the recording stopped it.
 */
export function advance(
  transport: Transport,
  elapsedMs: number,
): { transport: Transport; wrapped: boolean; ended: boolean } {
  if (!transport.playing) return { transport, wrapped: false, ended: false };
  const { loop, bounds } = transport;
  const positionMs = transport.positionMs + Math.max(0, elapsedMs) * transport.speed;
  if (loop && transport.positionMs <= loop.toMs && positionMs > loop.toMs) {
    return { transport: { ...transport, positionMs: loop.fromMs }, wrapped: true, ended: false };
  }
  if (positionMs < bounds.toMs) {
    return { transport: { ...transport, positionMs }, wrapped: false, ended: false };
  }
  const ended = { ...transport, positionMs: bounds.toMs, playing: false };
  return { transport: ended, wrapped: false, ended: true };
}

/** A loop with its edges in order and inside of the bounds; undefined where nothing is left of it. */
export function loopWithin(bounds: TimeSpan, span: TimeSpan | undefined): TimeSpan | undefined {
  if (!span) return undefined;
  const fromMs = within(bounds, Math.min(span.fromMs, span.toMs));
  const toMs = within(bounds, Math.max(span.fromMs, span.toMs));
  return toMs > fromMs ? { fromMs, toMs } : undefined;
}

export function within({ fromMs, toMs }: TimeSpan, timeMs: number): number {
  return Math.min(toMs, Math.max(fromMs, timeMs));
}
