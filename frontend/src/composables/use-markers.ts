import { type ComputedRef, computed, type InjectionKey, inject, provide } from "vue";
import { ViewHistory } from "../model/frequency-view.ts";
import {
  DEFAULT_BAND_HZ,
  freeNumber,
  type Marker,
  type MarkerKind,
  type MarkerReading,
  type MarkerTrace,
  MOST_MARKERS,
  markerName,
  shownRoleOf,
  withoutMarker,
} from "../model/marker.ts";
import type { MarkedView } from "../model/marker-query.ts";
import type { PlotQuestion } from "../model/plot-question.ts";
import { announce } from "./use-announcer.ts";
import { type LabMasks, useLabMasks } from "./use-lab-masks.ts";
import { type LevelWatching, watchLevels } from "./use-level-watch.ts";
import type { LiveMonitor } from "./use-live-monitor.ts";
import { type Masks, makeMasks } from "./use-masks.ts";
import { useSettings } from "./use-settings.ts";

type PeakQuestion = Extract<PlotQuestion, { kind: "peak" }>;

/** The markers of the monitor and what can be done with them. Nothing of it reaches the CMTS. */
export interface Markers {
  list: ComputedRef<readonly Marker[]>;
  active: ComputedRef<Marker | undefined>;
  readingOf(number: number): MarkerReading | undefined;
  /** A new marker, active at once; where no place is given at the middle of the view. */
  add(part?: Partial<Marker>): void;
  /** A new marker that refers to the active one. */
  addDelta(): void;
  change(number: number, part: Partial<Marker>): void;
  remove(number: number): void;
  clear(): void;
  activate(number: number | undefined): void;
  /** The next marker by number; false where there is none behind the last. */
  activateNext(direction: 1 | -1): boolean;
  moveTo(number: number, frequencyHz: number): void;
  moveBins(bins: number): void;
  /** Moves the active marker to a peak or to the lowest bin; without one it makes one there. */
  search(step: PeakQuestion["step"]): Promise<void>;
  /** The peak within a reach of a frequency. */
  peakNear(frequencyHz: number, reachHz: number): Promise<number | undefined>;
  centreOnActive(): void;
  referenceToActive(): void;
  toggleTracking(): void;
  /** Centre of the bin that a frequency falls into, and the width of a bin. */
  snap(frequencyHz: number): number;
  /** Remembers the state as one step to go back to. */
  remember(): void;
  undo(): void;
  /** Takes back what was done since, without a way forward: the two clicks of a double click. */
  restore(state: MarkedView): void;
  state(): MarkedView;
}

interface Marks {
  markers: Markers;
  masks: Masks;
  levels: LevelWatching;
  /** Masks of the port that the lab watches. */
  lab: LabMasks;
}

const marksKey: InjectionKey<Marks> = Symbol("markers, masks and followed levels");

/** Markers, masks and followed levels of the live page around this component. */
export function useMarks(): Marks {
  const marks = inject(marksKey);
  if (!marks) throw new Error("useMarks is for the parts of the live page");
  return marks;
}

/** Makes markers, masks and followed levels of a monitor for the components below. */
export function provideMarks(monitor: LiveMonitor): Marks {
  const markers = makeMarkers(monitor);
  const marks = {
    markers,
    masks: makeMasks(monitor, markers.remember),
    levels: watchLevels(monitor, markers.remember),
    lab: useLabMasks(monitor),
  };
  provide(marksKey, marks);
  return marks;
}

function makeMarkers(monitor: LiveMonitor): Markers {
  const { control, report, plot } = monitor;
  const { settings } = useSettings();
  const history = new ViewHistory<MarkedView>();
  const list = computed(() => control.view.value.markers);
  const active = computed(() => list.value.find(({ number }) => number === control.view.value.activeMarker));
  const readings = computed(
    () => new Map((report.value?.markers ?? []).map((reading) => [reading.number, reading] as const)),
  );
  const state = (): MarkedView => {
    const { markers, activeMarker, masks, watched } = control.view.value;
    return { markers, activeMarker, masks, watched };
  };
  const remember = () => history.push(state());
  const activate = (number: number | undefined) => control.change({ activeMarker: number });
  const change = (number: number, part: Partial<Marker>) =>
    control.change({
      markers: list.value.map((marker) => (marker.number === number ? { ...marker, ...part } : marker)),
    });
  /** Where a marker is now, which a tracking one knows from its reading. */
  const placeOf = (marker: Marker) =>
    marker.isTracking
      ? (readings.value.get(marker.number)?.frequencyHz ?? marker.frequencyHz)
      : marker.frequencyHz;
  const snap = (frequencyHz: number) => {
    const data = report.value;
    if (!data) return frequencyHz;
    const firstHz = data.startHz + data.binSpacingHz / 2;
    const bin = Math.round((frequencyHz - firstHz) / data.binSpacingHz);
    return firstHz + Math.min(Math.max(bin, 0), data.bins - 1) * data.binSpacingHz;
  };
  /** The steadiest of the traces that are shown. */
  const defaultTrace = (): MarkerTrace => {
    const { traces } = control.view.value;
    return (["average", "live", "max", "min"] as const).find((trace) => traces[trace]) ?? "average";
  };
  const add = (part: Partial<Marker> = {}) => {
    const number = freeNumber(list.value);
    if (number === undefined) {
      announce(`There are ${MOST_MARKERS} markers already; delete one first`);
      return;
    }
    const { startHz, stopHz } = control.view.value.range;
    const marker: Marker = {
      number,
      kind: "normal",
      trace: active.value?.trace ?? defaultTrace(),
      isTracking: false,
      ...part,
      frequencyHz: snap(part.frequencyHz ?? (startHz + stopHz) / 2),
    };
    remember();
    control.change({ markers: [...list.value, marker], activeMarker: number });
    announce(`${markerName(marker)} at ${(marker.frequencyHz / 1e6).toFixed(3)} MHz`);
  };
  const ask = (
    step: PeakQuestion["step"],
    trace: MarkerTrace,
    fromHz: number | undefined,
    reachHz?: number,
  ) =>
    plot.ask<"peak">({
      kind: "peak",
      trace,
      step,
      fromHz,
      ...(reachHz !== undefined && { reachHz }),
      excursionDb: settings.value.peakExcursionDb,
      thresholdDbmv: settings.value.peakThresholdDbmv ?? undefined,
    });
  const moveTo = (number: number, frequencyHz: number) =>
    change(number, { frequencyHz: snap(frequencyHz), isTracking: false });

  return {
    list,
    active,
    readingOf: (number) => readings.value.get(number),
    add,
    addDelta() {
      const reference = active.value;
      if (!reference) return add();
      const bins = (report.value?.bins ?? 100) / 50;
      const frequencyHz = placeOf(reference) + bins * (report.value?.binSpacingHz ?? 1e4);
      add({ kind: "delta", reference: reference.number, frequencyHz, trace: reference.trace });
    },
    change(number, part) {
      remember();
      change(number, part);
      // A trace that is made only while it is shown is shown for the marker on it.
      const role = part.trace && shownRoleOf(part.trace);
      if (role && !control.view.value.traces[role]) control.toggle(role);
    },
    remove(number) {
      remember();
      const left = withoutMarker(list.value, number);
      const { activeMarker } = control.view.value;
      const next = left.findLast((marker) => marker.number < number) ?? left[0];
      control.change({
        markers: left,
        activeMarker: activeMarker === number ? next?.number : activeMarker,
      });
    },
    clear() {
      remember();
      control.change({ markers: [], activeMarker: undefined });
    },
    activate,
    activateNext(direction) {
      const numbers = list.value.map(({ number }) => number).toSorted((a, b) => direction * (a - b));
      const at = numbers.indexOf(control.view.value.activeMarker ?? Number.NaN);
      const next = numbers[at + 1];
      if (next === undefined) return false;
      activate(next);
      const marker = list.value.find(({ number }) => number === next)!;
      announce(`${markerName(marker)} at ${(placeOf(marker) / 1e6).toFixed(3)} MHz`);
      return true;
    },
    moveTo,
    moveBins(bins) {
      const marker = active.value;
      if (!marker || !report.value) return;
      remember();
      moveTo(marker.number, placeOf(marker) + bins * report.value.binSpacingHz);
    },
    async search(step) {
      const marker = active.value;
      const found = await ask(step, marker?.trace ?? defaultTrace(), marker && placeOf(marker));
      if (!found) {
        announce(
          step === "highest" || step === "lowest"
            ? `No peak of ${settings.value.peakExcursionDb} dB found`
            : "No further peak that way",
        );
        return;
      }
      if (!marker) return add({ frequencyHz: found.frequencyHz });
      remember();
      moveTo(marker.number, found.frequencyHz);
    },
    async peakNear(frequencyHz, reachHz) {
      return (await ask("nearest", defaultTrace(), frequencyHz, reachHz))?.frequencyHz;
    },
    centreOnActive() {
      if (!active.value) return;
      const { startHz, stopHz } = control.view.value.range;
      const half = (stopHz - startHz) / 2;
      const centreHz = placeOf(active.value);
      control.show({ startHz: centreHz - half, stopHz: centreHz + half });
    },
    referenceToActive() {
      const reading = active.value && readings.value.get(active.value.number);
      if (!reading || reading.isInDb || Number.isNaN(reading.levelDbmv)) return;
      control.setScale({ ...control.view.value.scale, refDbmv: Math.ceil(reading.levelDbmv) });
    },
    toggleTracking() {
      const marker = active.value;
      if (!marker) return;
      remember();
      change(marker.number, { isTracking: !marker.isTracking, frequencyHz: placeOf(marker) });
      announce(`${markerName(marker)} ${marker.isTracking ? "stays" : "tracks its peak"}`);
    },
    snap,
    remember,
    undo() {
      const before = history.back(state());
      if (before) control.change(before);
      else announce("Nothing to take back");
    },
    restore: (before) => control.change(before),
    state,
  };
}

/** What a kind of marker needs besides its place. */
export function partsOfKind(kind: MarkerKind, marker: Marker, others: readonly Marker[]): Partial<Marker> {
  const reference = others.find(({ number }) => number !== marker.number)?.number;
  switch (kind) {
    case "delta":
      return reference === undefined ? {} : { kind, reference: marker.reference ?? reference };
    case "bandPower":
      return { kind, reference: undefined, bandHz: marker.bandHz ?? DEFAULT_BAND_HZ };
    case "normal":
    case "noise":
      return { kind, reference: undefined };
  }
}
