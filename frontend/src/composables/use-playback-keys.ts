import { announce } from "./use-announcer.ts";
import { useHotkeys } from "./use-hotkeys.ts";
import type { LiveMonitor } from "./use-live-monitor.ts";

/** Keys that lead into the past and through it. Those of playing take the place of others only while it plays. */
export function usePlaybackKeys(monitor: LiveMonitor, keep: () => void, backToLive: () => void): void {
  const { playback } = monitor;
  const group = "Playback";
  /** From live, the first press goes to the newest frame that is recorded. */
  const inPlayback = async (run: () => void) => {
    if (playback.active.value) run();
    else if (await monitor.openPlayback()) run();
    else announce(monitor.noPlayback.value);
  };
  useHotkeys([
    { keys: ",", does: "One frame back", group, run: () => void inPlayback(() => playback.step(-1)) },
    { keys: ".", does: "One frame on", group, run: () => void inPlayback(() => playback.step(1)) },
    { keys: "<", does: "Slower", group, run: () => void inPlayback(() => playback.changeSpeed(-1)) },
    { keys: ">", does: "Faster", group, run: () => void inPlayback(() => playback.changeSpeed(1)) },
    { keys: "K", does: "Keep the last minutes", group, run: keep },
  ]);
  useHotkeys(() =>
    playback.active.value
      ? [
          { keys: "Space", does: "Play or pause", group, run: playback.toggle },
          { keys: "L", does: "Back to live", group, run: backToLive },
        ]
      : [],
  );
}
