/** What mouse, fingers and focus do, for the key sheet. `input` is written as the sheet prints it. */
export interface Gesture {
  input: string;
  does: string;
  group: string;
}

const of = (group: string, rows: readonly (readonly [input: string, does: string])[]): Gesture[] =>
  rows.map(([input, does]) => ({ group, input, does }));

/** Gestures of the live page and of the page of a recording. */
export const MONITOR_GESTURES: readonly Gesture[] = [
  ...of("Mouse on the trace", [
    ["Wheel", "Zoom frequency at the pointer"],
    ["Shift wheel", "Scroll frequency"],
    ["Ctrl wheel; wheel on the level axis", "dB per division"],
    ["Drag", "Pan frequency, and levels when zoomed"],
    ["Right-drag; Z, drag", "Box zoom"],
    ["B, drag", "Statistics of the box; from there zoom and qualify box"],
    ["Drag the level axis", "Reference level; at its top end dB per division"],
    ["Click", "Active marker here"],
    ["Double-click", "Marker at the nearest peak; where there is none, zoom out one step"],
    ["Drag a marker, an edge, a mask point", "Move it; Shift ten times as coarse, Alt fine"],
  ]),
  ...of("Mouse on the waterfall", [
    ["Wheel", "Zoom frequency at the pointer"],
    ["Shift wheel", "Scroll time"],
    ["Ctrl wheel; wheel on the times", "More or less time"],
    ["Wheel on the colour bar", "Lower colour limit"],
    ["Drag a colour limit", "Move it"],
    ["Drag", "Pan frequency and time"],
    ["Drag the times", "Scroll time"],
    ["Right-drag; B, drag", "Statistics of the box"],
    ["Click", "Play from that spectrum"],
    ["Double-click", "Marker in time"],
    ["Drag the frequency axis", "Divide trace and waterfall; double-click as at first"],
  ]),
  ...of("Mouse on the timeline", [
    ["Wheel", "Zoom time at the pointer"],
    ["Shift wheel", "Scroll"],
    ["Drag", "Select a stretch"],
    ["Drag an edge, the playhead", "Move it"],
    ["Click", "Play from there"],
    ["Double-click", "All of it, or the usual ten minutes"],
  ]),
  ...of("Fingers", [
    ["One", "Crosshair; resting, a marker; sideways in a hurry, the other pane"],
    ["Two", "Pan; spread sideways for frequency, upright for dB per division"],
    ["Tap of two", "Zoom back"],
  ]),
  ...of("With the focus on it", [
    ["Playhead, edge of the selection: ← →", "By a hundredth of what is shown; Shift a tenth"],
    ["Divider of the panes: ↑ ↓", "By a fiftieth; Shift a tenth, Home as at first"],
    ["Edge of the drawer: ← →", "Its width"],
    ["Row of channels: ↑ ↓ Home End Enter", "Next row, first, last, show the channel"],
    ["Row of markers: ↑ ↓", "The marker of the next row is the active one"],
    ["Row of events: ↑ ↓ PageUp PageDown", "Next event, fifteen on"],
    ["Level against time: ← →", "Through its points"],
    ["Corner of the qualify box: arrows, Delete", "By a step; remove the box"],
  ]),
];
