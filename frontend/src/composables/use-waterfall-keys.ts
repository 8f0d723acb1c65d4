import { computed } from "vue";
import type { Hotkey } from "../model/hotkeys.ts";
import type { ColourLimits } from "../model/plot-view.ts";
import { hindranceOfSpan, TIME_SPANS, timeWords } from "../model/waterfall-time.ts";
import { announce } from "./use-announcer.ts";
import { useHotkeys } from "./use-hotkeys.ts";
import type { LiveMonitor } from "./use-live-monitor.ts";
import type { WaterfallTime } from "./use-waterfall-time.ts";

const COLOUR_STEP_DB = 2;
const FEW = 0.1;

/** Keys and functions of the waterfall: its time, where it is scrolled to, its colour limits. */
export function useWaterfallKeys(monitor: Pick<LiveMonitor, "control">, time: WaterfallTime): void {
  const { control } = monitor;
  const key = (keys: string, does: string, run: () => void): Hotkey => ({
    keys,
    does,
    group: "Waterfall",
    run,
  });
  const zoom = (factor: number) => {
    time.zoom(factor);
    announce(`The waterfall shows ${timeWords(time.lengthMs.value)}`);
  };
  const limits = (part: (limits: ColourLimits) => Partial<ColourLimits>) => {
    const before = control.view.value.colours;
    control.setColours({ ...before, ...part(before) });
    const { lowDbmv, highDbmv } = control.view.value.colours;
    announce(`Colours from ${lowDbmv} to ${highDbmv} dBmV`);
  };
  const raise = (which: keyof ColourLimits, byDb: number) =>
    limits((before) => ({ [which]: before[which] + byDb }));

  useHotkeys(
    computed(() => [
      key("Alt +", "Half as much time", () => zoom(0.5)),
      key("Alt −", "Twice as much time", () => zoom(2)),
      key("PageDown", "A page back in time", () => time.scrollPages(1)),
      key("PageUp", "A page towards now", () => time.scrollPages(-1)),
      key("Alt PageDown", "A tenth of a page back in time", () => time.scrollPages(FEW)),
      key("Alt PageUp", "A tenth of a page towards now", () => time.scrollPages(-FEW)),
      key("Shift PageDown", "To the oldest spectrum", time.toOldest),
      key("Shift PageUp", "To the newest spectrum", time.toNewest),
      key("Alt ↑", "Upper colour limit 2 dB up", () => raise("highDbmv", COLOUR_STEP_DB)),
      key("Alt ↓", "Upper colour limit 2 dB down", () => raise("highDbmv", -COLOUR_STEP_DB)),
      key("Alt Shift ↑", "Lower colour limit 2 dB up", () => raise("lowDbmv", COLOUR_STEP_DB)),
      key("Alt Shift ↓", "Lower colour limit 2 dB down", () => raise("lowDbmv", -COLOUR_STEP_DB)),
      ...TIME_SPANS.map(({ label, lengthMs }, index) =>
        key("", `Show ${label} in the waterfall`, () => {
          const hindrance = hindranceOfSpan(index, time.reachMs.value);
          if (hindrance === undefined) time.show(lengthMs);
          else announce(hindrance);
        }),
      ),
    ]),
  );
}
