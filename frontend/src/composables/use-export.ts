import { messageOf } from "@pnmlab/kit";
import { computed, ref } from "vue";
import { useRoute } from "vue-router";
import type { ExportSubject } from "../model/export/export-subject.ts";
import { titleOf } from "../model/export/export-subject.ts";
import { exportFileName } from "../model/export/file-name.ts";
import { MatrixCsv, matrixCsvBytes } from "../model/export/matrix-csv.ts";
import { PAPER_LOOK } from "../model/export/picture-look.ts";
import { pictureSvg } from "../model/export/picture-svg.ts";
import { imageUrl, pngOf } from "../model/export/raster.ts";
import { saveFile } from "../model/export/save-file.ts";
import { frameSettingsRows } from "../model/export/settings-rows.ts";
import { tracesCsv } from "../model/export/traces-csv.ts";
import { traceExportOf } from "../model/export/traces-json.ts";
import { viewReport } from "../model/export/view-report.ts";
import type { PlotSnapshot } from "../model/plot-snapshot.ts";
import { recordingName } from "../model/recordings/recording-name.ts";
import { queryOfView } from "../model/view-query.ts";
import { type PlotTheme, readPlotTheme } from "../render/plot-theme.ts";
import { announce, announceFailure } from "./use-announcer.ts";
import { useLab } from "./use-lab.ts";
import type { LiveEvents } from "./use-live-events.ts";
import type { LiveMonitor } from "./use-live-monitor.ts";

/** Width of exported pictures, CSS pixels; an image of pixels has twice as many. */
const PICTURE_WIDTH = 1440;
const PIXEL_RATIO = 2;
const OUTCOME_MS = 5000;
/** Frames that are asked for at once. */
const MATRIX_CHUNK = 200;

/** What of the picture can be taken away, and how. Live page and playback share it. */
export function useExport(monitor: LiveMonitor, liveEvents: LiveEvents) {
  const { sync, isSimulated } = useLab();
  const route = useRoute();
  const onPaper = ref(false);
  const working = ref<string>();
  const failure = ref<string>();
  /** Frames of the matrix that are written, while it is. */
  const written = ref<number>();
  /** What came of the newest export, for a moment. */
  const outcome = ref<string>();
  let outcomeTimer: ReturnType<typeof setTimeout> | undefined;
  let isCancelled = false;

  const { playback, timeline, report } = monitor;
  const link = () => {
    const { control, tab } = monitor;
    const query = new URLSearchParams(
      queryOfView(control.view.value, true, tab.value, control.coloured.value),
    );
    const transport = playback.transport.value;
    if (transport) query.set("at", String(Math.round(transport.positionMs)));
    return `${location.origin}${route.path}?${query}`;
  };
  const subject = (): ExportSubject => {
    const { cmts, port } = monitor.target.value;
    const view = monitor.control.view.value;
    const isPlayback = playback.active.value;
    const { topMs = 0, bottomMs = 0 } = report.value?.waterfall ?? {};
    return {
      cmtsId: cmts.id,
      cmtsName: cmts.sysName ?? cmts.id,
      isSimulated: isSimulated(cmts.id),
      portName: port.name,
      source: isPlayback ? "recording" : "live",
      recordingName:
        isPlayback && playback.recording.value ? recordingName(playback.recording.value) : undefined,
      session: monitor.shownSession.value,
      channels: (isPlayback ? playback.settings.value?.channels : undefined) ?? port.channels,
      view,
      events: liveEvents.events.value.filter(
        ({ firstMs, lastMs, muted }) => !muted && lastMs >= bottomMs && firstMs <= topMs,
      ),
      link: link(),
      exportedAtMs: Date.now(),
    };
  };
  const look = (): PlotTheme => (onPaper.value ? PAPER_LOOK : readPlotTheme(document.documentElement));
  const nameOf = (snapshot: PlotSnapshot, what: string, extension: string) => {
    const { cmts, port } = monitor.target.value;
    return exportFileName([cmts.id, port.name], snapshot.report.capturedAtMs, what, extension);
  };
  const take = async (theme?: PlotTheme): Promise<PlotSnapshot> => {
    const snapshot = await monitor.plot.ask({
      kind: "snapshot",
      ...(theme && { picture: { width: PICTURE_WIDTH, theme } }),
    });
    if (!snapshot) throw new Error("There is no picture yet: nothing was received on this port");
    return snapshot;
  };
  const drawn = async (theme = look()): Promise<{ snapshot: PlotSnapshot; svg: string }> => {
    const snapshot = await take(theme);
    const { picture } = snapshot;
    if (!picture) throw new Error("There is no picture yet: nothing was received on this port");
    return { snapshot, svg: pictureSvg(subject(), snapshot, { picture, urlOf: imageUrl, look: theme }) };
  };
  const attempt = async (what: string, run: () => Promise<string>) => {
    if (working.value !== undefined) return;
    working.value = what;
    failure.value = undefined;
    try {
      outcome.value = await run();
      announce(outcome.value);
    } catch (cause) {
      failure.value = messageOf(cause);
      outcome.value = failure.value;
      announceFailure(`${what}: ${failure.value}`);
    } finally {
      working.value = undefined;
      clearTimeout(outcomeTimer);
      outcomeTimer = setTimeout(() => {
        outcome.value = undefined;
      }, OUTCOME_MS);
    }
  };
  const save = (what: string, make: () => Promise<{ name: string; parts: BlobPart[]; type: string }>) =>
    attempt(what, async () => {
      const { name, parts, type } = await make();
      saveFile(name, parts, type);
      return `Saved ${name}`;
    });

  /** What the matrix would hold: the selection of the timeline, else the time that the waterfall shows. */
  const matrix = computed(() => {
    const recording = playback.recording.value;
    const bounds = playback.bounds.value;
    const shown = report.value;
    if (!recording || !bounds || !shown) return undefined;
    const { selection } = timeline;
    const isSelection = selection.value !== undefined;
    const wanted = selection.value ?? { fromMs: shown.waterfall.bottomMs, toMs: shown.waterfall.topMs };
    const fromMs = Math.max(bounds.fromMs, wanted.fromMs);
    const toMs = wanted.toMs;
    const perMs = recording.frames / Math.max(1, (recording.lastMs ?? 0) - (recording.firstMs ?? 0));
    const frames = Math.max(0, Math.round((toMs - fromMs) * perMs));
    return { id: recording.id, isSelection, fromMs, toMs, frames, bytes: matrixCsvBytes(frames, shown.bins) };
  });

  const saveMatrix = () =>
    save("Frames as CSV", async () => {
      const plan = matrix.value;
      if (!plan) throw new Error(monitor.noPlayback.value || "Nothing is recorded here");
      const snapshot = await take();
      const of = subject();
      const csv = new MatrixCsv(titleOf(of), frameSettingsRows(of, snapshot));
      const parts: BlobPart[] = [];
      written.value = 0;
      isCancelled = false;
      try {
        let from: { fromMs: number } | { fromSequence: number } = { fromMs: plan.fromMs };
        for (;;) {
          const read = await sync.client.recordings.frames(plan.id, from, MATRIX_CHUNK);
          if (isCancelled) throw new Error("Stopped; nothing was saved");
          const wanted = read
            .map(({ frame }) => frame)
            .filter(({ capturedAtMs }) => capturedAtMs <= plan.toMs);
          // As a part of its own, so that the browser may put it on disk.
          parts.push(new Blob([csv.write(wanted)]));
          written.value += wanted.length;
          if (wanted.length < read.length || read.length < MATRIX_CHUNK) break;
          from = { fromSequence: read.at(-1)!.frame.sequence + 1 };
        }
      } finally {
        written.value = undefined;
      }
      parts.unshift(csv.head());
      const { cmts, port } = monitor.target.value;
      return {
        name: exportFileName([cmts.id, port.name], plan.fromMs, "frames", "csv"),
        parts,
        type: "text/csv",
      };
    });

  return {
    onPaper,
    working,
    failure,
    outcome,
    written,
    matrix,
    saveCsv: () =>
      save("Traces as CSV", async () => {
        const snapshot = await take();
        return {
          name: nameOf(snapshot, "traces", "csv"),
          parts: [tracesCsv(subject(), snapshot)],
          type: "text/csv",
        };
      }),
    saveJson: () =>
      save("Traces as JSON", async () => {
        const snapshot = await take();
        const text = `${JSON.stringify(traceExportOf(subject(), snapshot))}\n`;
        return { name: nameOf(snapshot, "traces", "json"), parts: [text], type: "application/json" };
      }),
    saveMatrix,
    cancelMatrix: () => {
      isCancelled = true;
    },
    saveSvg: () =>
      save("Picture as SVG", async () => {
        const { snapshot, svg } = await drawn();
        return { name: nameOf(snapshot, "picture", "svg"), parts: [svg], type: "image/svg+xml" };
      }),
    savePng: () =>
      save("Picture as PNG", async () => {
        const { snapshot, svg } = await drawn();
        return {
          name: nameOf(snapshot, "picture", "png"),
          parts: [await pngOf(svg, PIXEL_RATIO)],
          type: "image/png",
        };
      }),
    saveReport: () =>
      save("Report", async () => {
        const { snapshot, svg } = await drawn(PAPER_LOOK);
        return {
          name: nameOf(snapshot, "report", "html"),
          parts: [viewReport(subject(), snapshot, svg)],
          type: "text/html",
        };
      }),
    copyPicture: () =>
      attempt("Copy the picture", async () => {
        if (typeof ClipboardItem === "undefined") {
          throw new Error("The browser gives pictures to the clipboard only over HTTPS. Save it as PNG.");
        }
        const { svg } = await drawn();
        await navigator.clipboard.write([new ClipboardItem({ "image/png": await pngOf(svg, PIXEL_RATIO) })]);
        return "The picture is in the clipboard";
      }),
    copyLink: () =>
      attempt("Copy the link", async () => {
        if (!navigator.clipboard) {
          throw new Error(
            "The browser gives links to the clipboard only over HTTPS. Copy it from the address line.",
          );
        }
        await navigator.clipboard.writeText(link());
        return "The link to this view is in the clipboard";
      }),
  };
}

export type Exports = ReturnType<typeof useExport>;
