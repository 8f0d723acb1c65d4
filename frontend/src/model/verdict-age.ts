import { formatClock } from "./format.ts";

/**
 * Words for verdicts that no frame renews, as while a capture is stalled or stopped: `as of 09:42:51`; undefined while
 * frames come, in playback, and before the first frame.
 */
export function verdictAge(picture: {
  isPast: boolean;
  isReceiving: boolean;
  newestMs: number | undefined;
}): string | undefined {
  const { isPast, isReceiving, newestMs } = picture;
  if (isPast || isReceiving || newestMs === undefined || Number.isNaN(newestMs)) return undefined;
  return `as of ${formatClock(newestMs)}`;
}
