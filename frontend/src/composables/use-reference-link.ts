import { type Ref, ref, type ShallowRef, shallowRef, watch } from "vue";
import { sideOfText, textOfSide } from "../model/compare/side-id.ts";
import type { PlotReport } from "../model/plot-report.ts";
import { referenceOf } from "../model/reference-trace.ts";
import { announce } from "./use-announcer.ts";
import { useCompareSide } from "./use-compare-side.ts";
import type { Plot } from "./use-plot.ts";
import type { PlotViewControl } from "./use-plot-view.ts";

export interface ReferenceLinkOptions {
  /** What the address names as reference when the page is opened. */
  asked: unknown;
  plot: Plot;
  control: PlotViewControl;
  report: ShallowRef<PlotReport | undefined>;
  recordingId: Readonly<Ref<string | undefined>>;
  /** Time of the frame that is shown, Unix milliseconds. */
  shownMs: () => number | undefined;
  /** Time between two frames, milliseconds. */
  periodMs: () => number;
}

/** What can be written into the address of the reference trace. */
export interface ReferenceLink {
  /** The reference as the address names it; undefined where it is of nothing that is recorded. */
  text: Readonly<Ref<string | undefined>>;
  /** The average was taken as reference: the frames it is made of name it. */
  noteAverage(): void;
  /** Another trace or a file was taken, which no address can name. */
  noteOther(): void;
}

/** Reads the reference that the address names, a recording or a part of one, and writes the one that is taken. */
export function useReferenceLink(options: ReferenceLinkOptions): ReferenceLink {
  const { plot, control, report } = options;
  const asked = sideOfText(options.asked)?.kind === "live" ? undefined : options.asked;
  const text = ref(typeof asked === "string" && sideOfText(asked) ? asked : undefined);
  const read = useCompareSide(shallowRef(text.value));
  watch(read.side, (side) => {
    if (!side || text.value !== options.asked) return;
    const axis = { ...side, bins: side.levelsDbmv.length };
    plot.setReference(referenceOf(axis, side.levelsDbmv, `${read.name.value}, mean of ${side.looks} frames`));
    if (!control.view.value.traces.reference) control.toggle("reference");
  });
  watch(read.failure, (failure) => {
    if (failure === undefined) return;
    text.value = undefined;
    announce(`The reference of the address is not there. ${failure}`);
  });
  watch(
    () => report.value?.referenceLabel,
    (label, before) => {
      if (label === undefined && before !== undefined) text.value = undefined;
    },
  );
  return {
    text,
    noteAverage() {
      const id = options.recordingId.value;
      const toMs = options.shownMs();
      const frames = report.value?.averagedFrames ?? 0;
      text.value =
        id === undefined || toMs === undefined || frames === 0
          ? undefined
          : // Half a period more at either side, so that rounding loses no frame.
            textOfSide({
              kind: "recording",
              id,
              fromMs: toMs - (frames - 0.5) * options.periodMs(),
              toMs: toMs + options.periodMs() / 2,
            });
    },
    noteOther() {
      text.value = undefined;
    },
  };
}
