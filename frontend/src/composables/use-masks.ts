import { type ComputedRef, computed, type Ref, ref, watch } from "vue";
import { formatSigned } from "../model/format.ts";
import { type LinePoint, orderedLine } from "../model/level-line.ts";
import { maskText } from "../model/marker-query.ts";
import { maskFileOf, readMaskFile } from "../model/mask-file.ts";
import { freeName, measuredChannels, noiseBandwidthOf, withPoint } from "../model/mask-making.ts";
import {
  type MaskReport,
  type MaskSource,
  type MaskSpec,
  type MaskTrace,
  MOST_MASKS,
} from "../model/mask-spec.ts";
import { announce } from "./use-announcer.ts";
import type { LiveMonitor } from "./use-live-monitor.ts";
import { useMaskAlarm } from "./use-mask-alarm.ts";
import { useSettings } from "./use-settings.ts";

/** How a mask is made from what is on the screen. */
export type MaskRecipe =
  | { from: "plan"; channelMarginDb: number; idleDbmv: number }
  | { from: "floor"; upperDb: number }
  | { from: "reference"; trace: "reference" | "average" | "max"; upperDb?: number; lowerDb?: number }
  | { from: "points" };

/** The masks of this browser, their verdicts, and the ways to make and change them. */
export interface Masks {
  list: ComputedRef<readonly MaskSpec[]>;
  reportOf(id: number): MaskReport | undefined;
  /** Points are added by clicking into this mask; undefined while none is drawn. */
  drawing: Ref<number | undefined>;
  /** Makes a mask and turns it on; says why where that cannot be done. */
  make(
    recipe: MaskRecipe,
    judged: { trace: MaskTrace; consecutiveFrames: number },
  ): Promise<string | undefined>;
  /** Shows a mask that is kept elsewhere: turns on the one of its name, or adds it. Says why it cannot. */
  show(mask: Pick<MaskSpec, "name" | "source" | "trace" | "consecutiveFrames">): string | undefined;
  /** @param anew whether the judge has to begin again */
  change(id: number, part: Partial<Omit<MaskSpec, "id" | "revision">>, anew?: boolean): void;
  remove(id: number): void;
  setPoints(id: number, points: readonly LinePoint[], step?: boolean): void;
  addPoint(point: LinePoint): void;
  exported(): string;
  /** Adds the masks of a file; says what does not fit. */
  imported(text: string): string | undefined;
}

export function makeMasks(monitor: LiveMonitor, remember: () => void): Masks {
  const { control, report, plot, target } = monitor;
  const { settings, change: changeSettings } = useSettings();
  const list = computed(() => control.view.value.masks);
  const drawing = ref<number>();

  // A link brings its masks along: those show, and one that this browser has already is not there twice.
  const linked = list.value;
  const stored = settings.value.masks;
  const texts = new Set(linked.map(maskText));
  const own = stored
    .filter((mask) => !texts.has(maskText(mask)))
    .map((mask) => (linked.length > 0 ? { ...mask, isOn: false } : mask));
  control.change({
    masks: [...linked, ...own].slice(0, MOST_MASKS).map((mask, at) => ({ ...mask, id: at + 1 })),
  });
  watch(list, (masks) => changeSettings({ masks }));

  const reports = computed(() => new Map((report.value?.masks ?? []).map((one) => [one.id, one] as const)));
  useMaskAlarm(
    list,
    reports,
    computed(() => settings.value.maskAlarm),
  );

  const update = (id: number, part: Partial<MaskSpec>, anew: boolean) =>
    control.change({
      masks: list.value.map((mask) =>
        mask.id === id ? { ...mask, ...part, revision: mask.revision + (anew ? 1 : 0) } : mask,
      ),
    });
  const addAll = (masks: readonly MaskSpec[]) => {
    remember();
    let id = Math.max(0, ...list.value.map((mask) => mask.id));
    const added = masks.map((mask) => {
      id += 1;
      return { ...mask, id, name: freeName(mask.name, list.value) };
    });
    control.change({ masks: [...list.value, ...added] });
    return id;
  };

  return {
    list,
    reportOf: (id) => reports.value.get(id),
    drawing,
    async make(recipe, judged) {
      if (list.value.length >= MOST_MASKS) return `There are ${MOST_MASKS} masks already; delete one first.`;
      if (!report.value) return "There is no spectrum yet that a mask could be made from.";
      const source = await sourceOf(recipe);
      if (typeof source === "string") return source;
      const id = addAll([{ id: 0, revision: 0, name: nameOf(recipe), isOn: true, source, ...judged }]);
      drawing.value = recipe.from === "points" ? id : undefined;
      return undefined;
    },
    show(mask) {
      const known = list.value.find(({ name }) => name === mask.name);
      if (!known && list.value.length >= MOST_MASKS) {
        return `There are ${MOST_MASKS} masks already; delete one first.`;
      }
      const { name, source, trace, consecutiveFrames } = mask;
      if (known) this.change(known.id, { source, trace, consecutiveFrames, isOn: true }, true);
      else addAll([{ id: 0, revision: 0, isOn: true, name, source, trace, consecutiveFrames }]);
      return undefined;
    },
    change(id, part, anew = false) {
      remember();
      update(id, part, anew);
    },
    remove(id) {
      remember();
      if (drawing.value === id) drawing.value = undefined;
      control.change({ masks: list.value.filter((mask) => mask.id !== id) });
    },
    setPoints(id, points, step = true) {
      if (step) remember();
      update(id, { source: { from: "points", points: orderedLine(points) } }, true);
    },
    addPoint(point) {
      const mask = list.value.find(({ id }) => id === drawing.value);
      if (mask?.source.from !== "points") return;
      this.setPoints(mask.id, withPoint(mask.source.points, point));
    },
    exported: () => maskFileOf(list.value),
    imported(text) {
      const read = readMaskFile(text);
      if (!read.ok) return read.message;
      if (list.value.length + read.masks.length > MOST_MASKS)
        return `More than ${MOST_MASKS} masks are not kept.`;
      addAll(read.masks);
      announce(`${read.masks.length} masks read`);
      return undefined;
    },
  };

  /** The line of a mask, or why there is none. */
  async function sourceOf(recipe: MaskRecipe): Promise<MaskSource | string> {
    const { channels } = target.value.port;
    const noiseBandwidthHz = noiseBandwidthOf(report.value!);
    switch (recipe.from) {
      case "points":
        return { from: "points", points: [] };
      case "plan":
        if (channels.length === 0) return "No channel table was read for this port, so there is no plan.";
        return {
          ...recipe,
          noiseBandwidthHz,
          measured: measuredChannels(report.value!, channels, control.view.value.traceOptions.average.mode),
        };
      case "floor": {
        const line = await plot.ask<"line">({ kind: "line", of: "floor" });
        return line && line.length > 1
          ? { from: "floor", upperDb: recipe.upperDb, line, noiseBandwidthHz }
          : "The noise floor is not known yet.";
      }
      case "reference": {
        const line = await plot.ask<"line">({ kind: "line", of: recipe.trace });
        if (!line || line.length < 2) {
          return recipe.trace === "reference"
            ? "There is no reference trace: set one first (R)."
            : "This trace has no levels yet.";
        }
        return {
          from: "reference",
          upperDb: recipe.upperDb,
          lowerDb: recipe.lowerDb,
          line,
          noiseBandwidthHz,
        };
      }
    }
  }
}

function nameOf(recipe: MaskRecipe): string {
  const db = (value: number) => `${formatSigned(value, Number.isInteger(value) ? 0 : 1)} dB`;
  switch (recipe.from) {
    case "points":
      return "drawn";
    case "plan":
      return `plan ${db(recipe.channelMarginDb)}`;
    case "floor":
      return `floor ${db(recipe.upperDb)}`;
    case "reference": {
      const { upperDb, lowerDb, trace } = recipe;
      if (upperDb !== undefined && upperDb === lowerDb) return `${trace} ± ${Math.abs(upperDb)} dB`;
      const sides = [upperDb, lowerDb === undefined ? undefined : -lowerDb].filter(
        (side) => side !== undefined,
      );
      return `${trace} ${sides.map(db).join(" ")}`;
    }
  }
}
