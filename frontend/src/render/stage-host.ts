import interLatinUrl from "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url";
import { Emitter } from "@pnmlab/kit";
import type { StageCommand, StageReport } from "./commands.ts";
import { PlotStage } from "./plot-stage.ts";
import { readPlotTheme } from "./plot-theme.ts";
import type { PlotCanvas } from "./surface.ts";

/** The page's end of the stage, wherever that runs. */
export interface StageHandle {
  send(command: StageCommand, transfer?: Transferable[]): void;
  onReport(plotId: number, listener: (report: StageReport) => void): () => void;
  /** Hands a canvas over for drawing; it cannot be drawn on by the page afterwards. */
  take(canvas: HTMLCanvasElement): PlotCanvas;
  /** Reads the colours again, after the theme or the text size changed. */
  refreshTheme(): void;
}

let shared: StageHandle | undefined;

/** The one stage of the page, made on first use and kept: all pictures share its thread and its loop. */
export function stageHandle(): StageHandle {
  shared ??= createStage();
  return shared;
}

function createStage(): StageHandle {
  const reports = new Emitter<{ report: StageReport }>();
  const inWorker =
    typeof Worker !== "undefined" && "transferControlToOffscreen" in HTMLCanvasElement.prototype;
  const send = inWorker
    ? connectWorker((report) => reports.emit("report", report))
    : connectLocal((report) => reports.emit("report", report));
  const handle: StageHandle = {
    send,
    onReport: (plotId, listener) =>
      reports.on("report", (report) => {
        if (report.plotId === plotId || report.plotId === -1) listener(report);
      }),
    take: (canvas) => (inWorker ? canvas.transferControlToOffscreen() : canvas),
    refreshTheme: () => send({ type: "theme", theme: readPlotTheme(document.documentElement) }),
  };
  handle.refreshTheme();
  const url = new URL(interLatinUrl, location.href).href;
  send({ type: "fonts", fonts: [{ family: "Inter Variable", url, weight: "100 900" }] });
  return handle;
}

function connectWorker(report: (report: StageReport) => void): StageHandle["send"] {
  const worker = new Worker(new URL("./plot-worker.ts", import.meta.url), { type: "module", name: "plots" });
  worker.addEventListener("message", (event: MessageEvent<StageReport>) => report(event.data));
  worker.addEventListener("error", (event) => {
    report({
      type: "failed",
      plotId: -1,
      message: event.message || "the drawing worker could not be loaded",
    });
  });
  return (command, transfer = []) => worker.postMessage(command, transfer);
}

function connectLocal(report: (report: StageReport) => void): StageHandle["send"] {
  const stage = new PlotStage({
    report,
    requestFrame: (callback) => void requestAnimationFrame(callback),
    now: () => Date.now(),
    loadFonts: async () => void (await document.fonts.ready),
  });
  return (command) => stage.handle(command);
}
