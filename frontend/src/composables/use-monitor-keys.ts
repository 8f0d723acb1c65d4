import type { Ref } from "vue";
import { formatClock } from "../model/format.ts";
import type { Hotkey } from "../model/hotkeys.ts";
import { stepScale } from "../model/plot-view.ts";
import { monitorSummary } from "../model/summary.ts";
import { TRACE_NAMES, TRACE_ROLES } from "../model/trace-options.ts";
import { announce } from "./use-announcer.ts";
import { useHotkeys } from "./use-hotkeys.ts";
import type { LiveMonitor } from "./use-live-monitor.ts";
import type { BoxUse } from "./use-plot-gestures.ts";

/** Traces that have a number; persistence has a letter of its own. */
const NUMBERED = TRACE_ROLES.filter((role) => role !== "persistence");

/** The keys of the live page. Every one moves the view only, except starting and stopping. */
export function useMonitorKeys(
  monitor: LiveMonitor,
  boxArmed: Ref<BoxUse | undefined>,
  fullScreen: () => void,
): void {
  const { control, report, target } = monitor;
  const centre = () => (control.view.value.range.startHz + control.view.value.range.stopHz) / 2;
  const key =
    (group: string) =>
    (keys: string, does: string, run: () => void): Hotkey => ({ keys, does, group, run });
  const capture = key("Capture");
  const trace = key("Traces");
  const view = key("View");
  const scale = () => control.view.value.scale;
  const toggle = (flag: Ref<boolean>) => {
    flag.value = !flag.value;
  };

  const arm = (use: BoxUse) => {
    boxArmed.value = boxArmed.value === use ? undefined : use;
    monitor.qualify.armed.value = false;
  };

  useHotkeys([
    capture("Ctrl Enter", "Start or stop the capture", () => {
      void (monitor.active.value ? monitor.stop() : monitor.start());
    }),
    capture("S", "Single: one capture, then stop", () => {
      if (monitor.working.value === undefined && target.value.port.utsc !== null) void monitor.single();
    }),
    capture("Shift C", "Compare the files with the result table by SNMP", () => {
      if (monitor.canCompare.value) monitor.comparing.value = true;
    }),
    capture("Space", "Freeze the display; the capture goes on", () => toggle(monitor.frozen)),
    capture("L", "Back to live", () => {
      monitor.frozen.value = false;
      control.change({ scrollMs: 0 });
    }),
    ...NUMBERED.map((role, index) =>
      trace(String(index + 1), `${TRACE_NAMES[role]} on or off`, () => control.toggle(role)),
    ),
    ...NUMBERED.map((role, index) =>
      trace(`Shift ${index + 1}`, `Select ${TRACE_NAMES[role]}`, () => control.select(role)),
    ),
    trace("0", "Start the selected trace again, or both holds", () => {
      const { selected } = control;
      if (selected.value) monitor.plot.resetTraces([selected.value]);
      else monitor.plot.resetTraces();
    }),
    trace("D", "Persistence", () => control.toggle("persistence")),
    trace("R", "Take the average as reference", () => {
      const now = report.value;
      if (!now) {
        announce("There is no average yet");
        return;
      }
      monitor.plot.takeReference("average", `average of ${formatClock(now.capturedAtMs)}`);
      monitor.reference.noteAverage();
      if (!control.view.value.traces.reference) control.toggle("reference");
      announce("Average taken as reference");
    }),
    view("+", "Zoom in", () => control.zoom(centre(), 0.5, true)),
    view("−", "Zoom out", () => control.zoom(centre(), 2, true)),
    view("←", "Pan down in frequency; with an active marker the marker by a bin", () => control.pan(-0.1)),
    view("→", "Pan up in frequency; with an active marker the marker by a bin", () => control.pan(0.1)),
    view("↑", "Reference up one division", () =>
      control.setScale({ ...scale(), refDbmv: scale().refDbmv + scale().dbPerDivision }),
    ),
    view("↓", "Reference down one division", () =>
      control.setScale({ ...scale(), refDbmv: scale().refDbmv - scale().dbPerDivision }),
    ),
    view("Ctrl +", "Finer levels", () => control.setScale(stepScale(scale(), -1))),
    view("Ctrl −", "Coarser levels", () => control.setScale(stepScale(scale(), 1))),
    view("Y", "Auto level once", () => control.autoLevel(report.value)),
    view("Z", "Box zoom with the next drag", () => arm("zoom")),
    view("B", "Draw a box on trace or waterfall with the next drag: statistics, zoom, qualify box", () => {
      arm("measure");
      announce(boxArmed.value ? "Drag on trace or waterfall to draw a box" : "Not drawing");
    }),
    view("Backspace", "Zoom back", () => control.back()),
    view("Shift Backspace", "Zoom forward", () => control.forward()),
    view("O", "Channel plan on or off", () => control.change({ showPlan: !control.view.value.showPlan })),
    view("E", "Radio services on or off", () => toggle(monitor.showServices)),
    view("W", "Next waterfall palette", () => control.nextPalette()),
    view("]", "Drawer", () => toggle(monitor.drawerOpen)),
    view("[", "Timeline", () => toggle(monitor.timelineOpen)),
    view("F", "Full screen: the pane under the pointer, else the whole page", fullScreen),
    view("Shift W", "Trace or waterfall, where only one of them is shown", monitor.panes.swap),
    view("I", "Say what the plot shows", () => announce(monitorSummary(report.value, control.view.value))),
    view("Esc", "Leave box zoom or the drawing of a box", () => {
      boxArmed.value = undefined;
      monitor.qualify.armed.value = false;
      monitor.plot.setCursor(undefined, undefined);
    }),
  ]);
}

/** Arms the drag that draws the qualify box, or says why there is none on this port. */
export function drawQualifyBox({ qualify }: Pick<LiveMonitor, "qualify">): void {
  const { armed, hindrance } = qualify;
  if (hindrance.value === undefined) armed.value = !armed.value;
  announce(hindrance.value ?? (armed.value ? "Drag on the trace to draw the qualify box" : "Not drawing"));
}
