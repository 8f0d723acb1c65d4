/** Below this a device had no time of day and counted seconds from its own start. */
const FIRST_WALL_CLOCK_S = 1_000_000_000;

/** Whether a capture time is Unix time. */
export function hasWallClock(timeS: number): boolean {
  return timeS >= FIRST_WALL_CLOCK_S;
}
