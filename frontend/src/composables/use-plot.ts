import type { UpstreamChannel } from "@pnmlab/protocol";
import { onBeforeUnmount, onMounted, type Ref, type ShallowRef, shallowRef, watch } from "vue";
import { onNextBeat } from "../model/beat.ts";
import type { PlotAnswers, PlotQuestion } from "../model/plot-question.ts";
import type { CursorReading, PlotReport } from "../model/plot-report.ts";
import { changedParts, type PlotView } from "../model/plot-view.ts";
import type { ReferenceSpectrum } from "../model/reference-trace.ts";
import type { TraceRole, TraceSource } from "../model/trace-options.ts";
import type { HeardFrames, PictureSource, PlotKind, StageCommand } from "../render/commands.ts";
import type { PlotCursor, Scene } from "../render/scene.ts";
import { type StageHandle, stageHandle } from "../render/stage-host.ts";

export interface PlotOptions {
  kind: PlotKind;
  /** What is looked at: a monitor opened again on the same subject finds its frames there. */
  subject: string;
  plot: Readonly<Ref<HTMLCanvasElement | null>>;
  view: Readonly<Ref<PlotView>>;
  channels: Readonly<Ref<readonly UpstreamChannel[]>>;
  gutters: { left: number; right: number };
  /** Told what came live, a few times a second; for monitors. */
  onHeard?: (heard: HeardFrames) => void;
}

export interface Plot {
  report: ShallowRef<PlotReport | undefined>;
  reading: ShallowRef<CursorReading | undefined>;
  failure: ShallowRef<string | undefined>;
  size: ShallowRef<{ width: number; height: number }>;
  /** Shows the frames of a stream as they come. */
  follow(streamId: number | undefined): void;
  /** Adds a frame of a recording. */
  addFrame(bytes: ArrayBuffer): void;
  /** Draws an empty picture for a recording, or again the one that takes what comes live. */
  show(source: PictureSource): void;
  /** Puts a spectrum by to compare with. */
  setReference(reference: ReferenceSpectrum): void;
  /** Makes a trace of now the reference. */
  takeReference(source: TraceSource, label: string): void;
  /** Older frames for scrolling back further than the plot keeps; they take the place of those given before. */
  setHistory(frames: ArrayBuffer[]): void;
  setCursor(cursor: PlotCursor | undefined, selection: Scene["selection"]): void;
  setRearms(rearms: number): void;
  /** Asks about the data behind the picture; undefined where there is none, or the picture has gone. */
  ask<Kind extends PlotQuestion["kind"]>(
    question: Extract<PlotQuestion, { kind: Kind }>,
  ): Promise<PlotAnswers[Kind]>;
  /** Begins traces again with the next frame; both holds unless others are named. */
  resetTraces(roles?: TraceRole[]): void;
}

let lastPlotId = 0;
let lastQuestionId = 0;

/** One live picture on the shared stage, from the mounting of its canvases to their end. */
export function usePlot(options: PlotOptions): Plot {
  lastPlotId += 1;
  const plotId = lastPlotId;
  const report = shallowRef<PlotReport>();
  const reading = shallowRef<CursorReading>();
  const failure = shallowRef<string>();
  const size = shallowRef({ width: 0, height: 0 });
  let stage: StageHandle | undefined;
  let streamId: number | undefined;
  let stopReports = () => {};
  let newest: PlotReport | undefined;
  let stopReport = () => {};
  const asked = new Map<number, (answer: never) => void>();
  let observer: ResizeObserver | undefined;

  const send = (command: StageCommand, transfer?: Transferable[]) => stage?.send(command, transfer);
  let sentView: PlotView | undefined;
  /** Masks have thousands of points, and a message is copied whole: what did not change is not sent again. */
  const sendView = () => {
    if (!stage) return;
    const view = changedParts(options.view.value, sentView);
    sentView = options.view.value;
    if (Object.keys(view).length > 0) send({ type: "view", plotId, view });
  };

  /** What was asked gets no answer any more. */
  const forgetAsked = () => {
    for (const answer of asked.values()) answer(undefined as never);
    asked.clear();
  };

  /** Figures that answer the user at once, others with whatever else of the page changes. */
  const takeReport = (next: PlotReport, prompt: boolean) => {
    if (prompt) {
      stopReport();
      report.value = next;
    } else {
      newest = next;
      stopReport = onNextBeat(showReport);
    }
  };
  const showReport = () => {
    report.value = newest;
  };

  onMounted(() => {
    const plotElement = options.plot.value!;
    stage = stageHandle();
    const plot = stage.take(plotElement);
    stopReports = stage.onReport(plotId, (message) => {
      if (message.type === "figures") takeReport(message.report, message.prompt);
      else if (message.type === "heard") options.onHeard?.(message.heard);
      else if (message.type === "cursor") reading.value = message.reading;
      else if (message.type === "answer") {
        asked.get(message.id)?.(message.answer as never);
        asked.delete(message.id);
      } else {
        failure.value = message.message;
        forgetAsked();
        stage = undefined;
      }
    });
    send(
      { type: "create", plotId, kind: options.kind, subject: options.subject, plot },
      plot instanceof HTMLCanvasElement ? [] : [plot],
    );
    send({ type: "plan", plotId, channels: [...options.channels.value] });
    send({ type: "follow", plotId, streamId });
    sendView();
    const measure = () => {
      const width = plotElement.clientWidth;
      const height = plotElement.clientHeight;
      if (width === 0 || height === 0) return;
      size.value = { width, height };
      send({
        type: "resize",
        plotId,
        width,
        height,
        gutters: options.gutters,
        pixelRatio: window.devicePixelRatio || 1,
      });
    };
    observer = new ResizeObserver(measure);
    observer.observe(plotElement);
    measure();
  });

  watch(options.view, sendView, { flush: "sync" });
  watch(options.channels, (channels) => send({ type: "plan", plotId, channels: [...channels] }));

  onBeforeUnmount(() => {
    observer?.disconnect();
    stopReports();
    stopReport();
    send({ type: "destroy", plotId });
    stage = undefined;
    forgetAsked();
  });

  return {
    report,
    reading,
    failure,
    size,
    follow(next) {
      streamId = next;
      send({ type: "follow", plotId, streamId });
    },
    addFrame: (bytes) => send({ type: "frame", plotId, bytes }),
    show: (source) => send({ type: "source", plotId, source }),
    setReference: (reference) => send({ type: "reference", plotId, reference }),
    takeReference: (source, label) => send({ type: "takeReference", plotId, source, label }),
    setHistory: (frames) => send({ type: "history", plotId, frames }, frames),
    setCursor: (cursor, selection) => send({ type: "cursor", plotId, cursor, selection }),
    ask: (question) =>
      new Promise((resolve) => {
        if (!stage) return resolve(undefined as never);
        lastQuestionId += 1;
        asked.set(lastQuestionId, resolve);
        send({ type: "ask", plotId, id: lastQuestionId, question });
      }),
    setRearms: (rearms) => send({ type: "rearms", plotId, rearms }),
    resetTraces: (roles = ["max", "min"]) => send({ type: "resetTraces", plotId, roles }),
  };
}
