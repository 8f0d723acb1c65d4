import { computed } from "vue";
import { channelRanges } from "../model/channel-ranges.ts";
import type { Hotkey } from "../model/hotkeys.ts";
import { DEFAULT_VIEW, SPAN_PRESETS } from "../model/plot-view.ts";
import { LEVEL_UNITS, unitName } from "../model/shown-level.ts";
import { TRACE_NAMES, TRACE_ROLES } from "../model/trace-options.ts";
import { DRAWER_TABS, type DrawerTab } from "../model/view-query.ts";
import { useHotkeys } from "./use-hotkeys.ts";
import type { LiveMonitor } from "./use-live-monitor.ts";
import type { Markers } from "./use-markers.ts";

export const DRAWER_NAMES: Record<DrawerTab, string> = {
  channels: "Channels",
  markers: "Markers",
  events: "Events",
  setup: "Set-up",
  truth: "Truth",
};

/** Functions of the live page that have no key of their own, so that the search finds them. */
export function useLiveCommands(monitor: LiveMonitor, markers: Markers): void {
  const { control, plot, target, timeline } = monitor;
  const command =
    (group: string) =>
    (does: string, run: () => void): Hotkey => ({ keys: "", does, group, run });
  const view = command("View");
  const drawer = command("Drawer");
  const trace = command("Traces");
  const display = command("Display");
  const marker = command("Markers");

  useHotkeys(
    computed(() => [
      ...SPAN_PRESETS.map((preset) => view(`Show ${preset.label} MHz`, () => control.show(preset))),
      ...channelRanges(target.value.port.channels).map((range) =>
        view(`Show channel ${range.label}`, () => {
          monitor.selectedChannel.value = range.ifIndex;
          control.show(range);
        }),
      ),
      view("Divide trace and waterfall as at first", () =>
        control.change({ traceShare: DEFAULT_VIEW.traceShare }),
      ),
      view("Whole recording, or the newest ten minutes, on the timeline", timeline.fit),
      ...DRAWER_TABS.map((tab) =>
        drawer(`Open the drawer at ${DRAWER_NAMES[tab]}`, () => {
          monitor.tab.value = tab;
          monitor.drawerOpen.value = true;
        }),
      ),
      ...TRACE_ROLES.map((role) => trace(`Start ${TRACE_NAMES[role]} again`, () => plot.resetTraces([role]))),
      ...LEVEL_UNITS.map((unit) => display(`Levels in ${unitName(unit)}`, () => control.setUnit(unit))),
      marker("Remove all markers", () => markers.clear()),
      marker("Reference level to the active marker", () => markers.referenceToActive()),
    ]),
  );
}
