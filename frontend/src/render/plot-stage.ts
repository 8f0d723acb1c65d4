import { messageOf } from "@pnmlab/kit";
import { decodeSpectrumFrame, type SpectrumFrame } from "@pnmlab/protocol/frame";
import { BEAT_MS } from "../model/beat.ts";
import { PlayOut } from "../model/play-out.ts";
import type { PlotData } from "../model/plot-data.ts";
import { DEFAULT_VIEW, type PlotView } from "../model/plot-view.ts";
import { QuietLine } from "../model/timeline/quiet-line.ts";
import type { FontSource, PictureSource, PlotKind, StageCommand, StageReport } from "./commands.ts";
import { LivePlot } from "./live-plot.ts";
import type { PlotTheme } from "./plot-theme.ts";
import type { PlotCanvas } from "./surface.ts";

/** Frames of this many closed monitors are kept. */
const PARKED = 2;

interface PlotEntry {
  /** The one that is drawn. */
  plot: LivePlot;
  /** Takes what comes live, also while a recording is drawn. */
  live: LivePlot;
  canvas: PlotCanvas;
  /** What a picture that takes the place of another has to be told. */
  told: Map<string, PlotCommand>;
  view: PlotView;
  kind: PlotKind;
  subject: string;
  /** The stream whose frames come live. */
  streamId: number | undefined;
  /** Live frames that wait for their turn. */
  playOut: PlayOut<SpectrumFrame>;
  quietLine: QuietLine;
  /** Capture time of the newest frame that the page was not told of yet. */
  heardMs: number | undefined;
  reportedAtMs: number;
  cursorAtMs: number;
  changed: boolean;
  /** When a recording that is shown stands still, unless another frame comes before. */
  settlesAtMs: number;
  /** The user waits for the next figures. */
  prompt: boolean;
}

type PlotCommand = Exclude<StageCommand, { type: "fonts" | "theme" | "create" | "destroy" }>;

/** Figures that frames have changed go to the page at most this often, as often as it shows them. */
const REPORT_EVERY_MS = BEAT_MS;
/** What is under the pointer is told anew so often while it stands still. */
const CURSOR_EVERY_MS = 250;
/** Those that answer the user come soon, but not with every step of a drag. */
const PROMPT_EVERY_MS = 100;
/** A recording that has not moved for this long stands still, and its figures are those of the frame shown. */
const SETTLED_MS = 150;
/** What the figures are taken of; the rest of a view only changes how they look. */
const MEASURED: ReadonlySet<string> = new Set<keyof PlotView>([
  "frozen",
  "markers",
  "activeMarker",
  "masks",
  "traces",
  "traceOptions",
  "watched",
]);

export interface StageHost {
  report(report: StageReport): void;
  requestFrame(callback: () => void): void;
  now(): number;
  loadFonts(fonts: FontSource[]): Promise<void>;
}

/**
 * All live pictures of the page with one loop that draws those that changed. The same stage runs in a
 * worker and, where the browser has no OffscreenCanvas, on the page itself.
 */
export class PlotStage {
  readonly #host: StageHost;
  readonly #plots = new Map<number, PlotEntry>();
  /** Frames of closed monitors by subject, oldest first. */
  readonly #parked = new Map<string, PlotData>();
  #theme: PlotTheme | undefined;
  #scheduled = false;
  /** A font that is used before it is there stays replaced for good in a worker, so drawing waits for it. */
  #fontsSettled = false;

  constructor(host: StageHost) {
    this.#host = host;
  }

  handle(command: StageCommand): void {
    if (command.type === "fonts") {
      void this.#host.loadFonts(command.fonts).finally(() => {
        this.#fontsSettled = true;
        this.#schedule();
      });
    } else if (command.type === "theme") {
      this.#theme = command.theme;
      for (const { plot, live } of this.#plots.values()) {
        plot.setTheme(command.theme);
        if (live !== plot) live.setTheme(command.theme);
      }
    } else if (command.type === "create") {
      if (!this.#theme) throw new Error("the stage needs its theme before its first plot");
      const { kind, subject } = command;
      const data = kind === "monitor" ? this.#unpark(subject) : undefined;
      const plot = new LivePlot(kind, command.plot, this.#theme, data);
      this.#plots.set(command.plotId, {
        plot,
        live: plot,
        canvas: command.plot,
        told: new Map(),
        view: DEFAULT_VIEW,
        kind,
        subject,
        streamId: undefined,
        playOut: new PlayOut(),
        quietLine: new QuietLine(),
        heardMs: undefined,
        settlesAtMs: Number.POSITIVE_INFINITY,
        prompt: true,
        reportedAtMs: 0,
        cursorAtMs: 0,
        changed: data !== undefined,
      });
    } else if (command.type === "destroy") {
      this.#park(command.plotId);
    } else this.#handleForPlot(command);
    this.#schedule();
  }

  /** A frame as it is captured, for all pictures that follow its stream. */
  takeFrame(frame: SpectrumFrame): void {
    for (const [plotId, entry] of this.#plots) {
      if (entry.streamId !== frame.streamId) continue;
      try {
        this.#takeLive(entry, frame);
      } catch (cause) {
        this.#fail(plotId, cause);
      }
    }
    this.#schedule();
  }

  #takeLive(entry: PlotEntry, frame: SpectrumFrame): void {
    for (const due of entry.playOut.push(frame, frame.capturedAtMs, this.#host.now())) {
      entry.live.addFrame(due);
    }
    entry.live.setPlayOut(entry.playOut.delayMs);
    if (entry.plot === entry.live) entry.changed = true;
    if (entry.kind !== "monitor") return;
    entry.quietLine.add(frame);
    entry.heardMs = Math.max(entry.heardMs ?? 0, frame.capturedAtMs);
  }

  /** A picture that cannot be drawn is given up, and the others go on. */
  #fail(plotId: number, cause: unknown): void {
    this.#plots.delete(plotId);
    this.#host.report({ type: "failed", plotId, message: messageOf(cause) });
  }

  #handleForPlot(command: PlotCommand): void {
    const entry = this.#plots.get(command.plotId);
    if (!entry) return;
    if (command.type === "resize" || command.type === "plan") entry.told.set(command.type, command);
    const { plot } = entry;
    switch (command.type) {
      case "resize":
        plot.resize(command.width, command.height, command.gutters, command.pixelRatio);
        break;
      case "view":
        entry.view = { ...entry.view, ...command.view };
        if (Object.keys(command.view).some((part) => MEASURED.has(part))) entry.prompt = true;
        plot.setView(entry.view);
        entry.changed = true;
        break;
      case "plan":
        plot.setPlan(command.channels);
        entry.quietLine.setChannels(command.channels);
        entry.changed = true;
        break;
      case "rearms":
        entry.live.setRearms(command.rearms, this.#host.now());
        break;
      case "frame":
        // One that comes when no recording is shown any more is too late.
        if (plot === entry.live) return;
        plot.addFrame(decodeSpectrumFrame(command.bytes));
        entry.changed = true;
        entry.settlesAtMs = this.#host.now() + SETTLED_MS;
        break;
      case "follow":
        entry.streamId = command.streamId;
        break;
      case "source":
        this.#show(entry, command.source);
        break;
      case "history":
        plot.setHistory(command.frames.map((bytes) => decodeSpectrumFrame(bytes)));
        entry.changed = true;
        break;
      case "cursor":
        plot.setCursor(command.cursor, command.selection);
        this.#host.report({ type: "cursor", plotId: command.plotId, reading: plot.readCursor() });
        break;
      case "ask": {
        const { plotId, id } = command;
        this.#host.report({ type: "answer", plotId, id, answer: plot.answer(command.question) });
        break;
      }
      case "reference":
        plot.setReference(command.reference);
        entry.changed = true;
        entry.prompt = true;
        break;
      case "takeReference":
        plot.takeReference(command.source, command.label);
        entry.changed = true;
        entry.prompt = true;
        break;
      case "resetTraces":
        plot.resetTraces(command.roles);
        entry.prompt = true;
        break;
    }
  }

  #show(entry: PlotEntry, source: PictureSource): void {
    // What is compared with stays the same, whatever is shown.
    const { reference } = entry.plot.data;
    if (source === "live") entry.plot = entry.live;
    else entry.plot = new LivePlot(entry.kind, entry.canvas, this.#theme!, undefined);
    entry.plot.setView(entry.view);
    entry.plot.setReference(reference);
    entry.prompt = true;
    for (const command of entry.told.values()) this.#handleForPlot(command);
    entry.changed = true;
  }

  #schedule(): void {
    if (this.#scheduled || !this.#fontsSettled) return;
    this.#scheduled = true;
    this.#host.requestFrame(() => {
      this.#scheduled = false;
      this.#draw();
    });
  }

  #draw(): void {
    const nowMs = this.#host.now();
    for (const [plotId, entry] of this.#plots) {
      try {
        for (const frame of entry.playOut.due(nowMs)) {
          entry.live.addFrame(frame);
          if (entry.plot === entry.live) entry.changed = true;
        }
        const isDrawn = entry.plot.dirty;
        if (isDrawn) entry.plot.draw(nowMs);
        if (nowMs >= entry.settlesAtMs) {
          entry.settlesAtMs = Number.POSITIVE_INFINITY;
          entry.prompt = true;
          entry.changed = true;
        }
        const everyMs = entry.prompt ? PROMPT_EVERY_MS : REPORT_EVERY_MS;
        if (nowMs - entry.reportedAtMs >= everyMs) this.#report(plotId, entry, nowMs);
        if (isDrawn && nowMs - entry.cursorAtMs >= CURSOR_EVERY_MS) this.#reportCursor(plotId, entry, nowMs);
      } catch (cause) {
        this.#fail(plotId, cause);
      }
    }
    const isUnderWay = ({ changed, heardMs, playOut, settlesAtMs }: PlotEntry) =>
      changed || heardMs !== undefined || playOut.waiting > 0 || settlesAtMs < Number.POSITIVE_INFINITY;
    if ([...this.#plots.values()].some(isUnderWay)) this.#schedule();
  }

  #park(plotId: number): void {
    const entry = this.#plots.get(plotId);
    this.#plots.delete(plotId);
    if (entry?.kind !== "monitor") return;
    for (const frame of entry.playOut.flush()) entry.live.addFrame(frame);
    entry.live.data.release();
    this.#parked.delete(entry.subject);
    this.#parked.set(entry.subject, entry.live.data);
    for (const subject of [...this.#parked.keys()].slice(0, -PARKED)) this.#parked.delete(subject);
  }

  #unpark(subject: string): PlotData | undefined {
    const data = this.#parked.get(subject);
    this.#parked.delete(subject);
    return data;
  }

  #report(plotId: number, entry: PlotEntry, nowMs: number): void {
    if (entry.heardMs !== undefined) {
      const heard = { newestMs: entry.heardMs, steps: entry.quietLine.take() };
      entry.reportedAtMs = nowMs;
      entry.heardMs = undefined;
      this.#host.report({ type: "heard", plotId, heard });
    }
    if (!entry.changed) return;
    entry.reportedAtMs = nowMs;
    entry.changed = false;
    const report = entry.plot.report();
    if (report) {
      this.#host.report({ type: "figures", plotId, report, prompt: entry.prompt });
      entry.prompt = false;
    }
  }

  /** What is under the pointer changes with the frames, and is read where the user looks. */
  #reportCursor(plotId: number, entry: PlotEntry, nowMs: number): void {
    const reading = entry.plot.readCursor();
    if (!reading) return;
    entry.cursorAtMs = nowMs;
    this.#host.report({ type: "cursor", plotId, reading });
  }
}
