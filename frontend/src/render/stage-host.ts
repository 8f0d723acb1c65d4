import interLatinUrl from "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url";
import { Emitter } from "@pnmlab/kit";
import type { LiveStage } from "../api/live-stage.ts";
import type { StageAnswer, StageCommand, StageMessage, StageReport } from "./commands.ts";
import { PageFeed } from "./page-feed.ts";
import { readPlotTheme } from "./plot-theme.ts";
import { stageThread } from "./stage-thread.ts";
import type { PlotCanvas } from "./surface.ts";

/** The page's end of the stage, wherever that runs. */
export interface StageHandle {
  send(command: StageCommand, transfer?: Transferable[]): void;
  /** The WebSockets that feed the pictures. */
  readonly feed: LiveStage;
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
  let inWorker = typeof Worker !== "undefined" && "transferControlToOffscreen" in HTMLCanvasElement.prototype;
  let thread: Thread;
  const take = (answer: StageAnswer) => {
    if ("feed" in answer) feed.take(answer.feed);
    else reports.emit("report", answer.stage);
  };
  const feed = new PageFeed((command) => thread.send({ feed: command }));
  const fail = (message: string) => {
    // Pictures that it drew are gone with their canvases; everything else goes on with the page's own thread.
    inWorker = false;
    thread = pageThread(take);
    begin();
    reports.emit("report", { type: "failed", plotId: -1, message });
    feed.lose(message);
  };
  thread = inWorker ? workerThread(take, fail) : pageThread(take);
  const send: StageHandle["send"] = (command, transfer) => thread.send({ stage: command }, transfer);
  const handle: StageHandle = {
    send,
    feed,
    onReport: (plotId, listener) =>
      reports.on("report", (report) => {
        if (report.plotId === plotId || report.plotId === -1) listener(report);
      }),
    take: (canvas) => (inWorker ? canvas.transferControlToOffscreen() : canvas),
    refreshTheme: () => send({ type: "theme", theme: readPlotTheme(document.documentElement) }),
  };
  const begin = () => {
    handle.refreshTheme();
    const url = new URL(interLatinUrl, location.href).href;
    send({ type: "fonts", fonts: [{ family: "Inter Variable", url, weight: "100 900" }] });
  };
  begin();
  return handle;
}

interface Thread {
  send(message: StageMessage, transfer?: Transferable[]): void;
}

function workerThread(take: (answer: StageAnswer) => void, fail: (message: string) => void): Thread {
  const worker = new Worker(new URL("./plot-worker.ts", import.meta.url), { type: "module", name: "plots" });
  worker.addEventListener("message", (event: MessageEvent<StageAnswer>) => take(event.data));
  worker.addEventListener("error", (event) => {
    worker.terminate();
    fail(event.message || "the drawing worker could not be loaded");
  });
  return { send: (message, transfer = []) => worker.postMessage(message, transfer) };
}

function pageThread(take: (answer: StageAnswer) => void): Thread {
  const handle = stageThread(
    {
      requestFrame: (callback) => void requestAnimationFrame(callback),
      now: () => Date.now(),
      loadFonts: async () => void (await document.fonts.ready),
    },
    take,
  );
  return { send: (message) => handle(message) };
}
