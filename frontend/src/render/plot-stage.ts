import { messageOf } from "@pnmlab/kit";
import { decodeSpectrumFrame } from "@pnmlab/protocol/frame";
import type { PlotData } from "../model/plot-data.ts";
import type { FontSource, PlotKind, StageCommand, StageReport } from "./commands.ts";
import { LivePlot } from "./live-plot.ts";
import type { PlotTheme } from "./plot-theme.ts";

/** Frames of this many closed monitors are kept. */
const PARKED = 2;

interface PlotEntry {
  plot: LivePlot;
  kind: PlotKind;
  subject: string;
  reportedAtMs: number;
  changed: boolean;
}

/** Figures go to the page at most this often. */
const REPORT_EVERY_MS = 250;

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
      for (const { plot } of this.#plots.values()) plot.setTheme(command.theme);
    } else if (command.type === "create") {
      if (!this.#theme) throw new Error("the stage needs its theme before its first plot");
      const { kind, subject } = command;
      const data = kind === "monitor" ? this.#unpark(subject) : undefined;
      const plot = new LivePlot(kind, command.plot, command.timeline, this.#theme, data);
      this.#plots.set(command.plotId, { plot, kind, subject, reportedAtMs: 0, changed: data !== undefined });
    } else if (command.type === "destroy") {
      this.#park(command.plotId);
    } else this.#handleForPlot(command);
    this.#schedule();
  }

  #handleForPlot(command: Exclude<StageCommand, { type: "fonts" | "theme" | "create" | "destroy" }>): void {
    const entry = this.#plots.get(command.plotId);
    if (!entry) return;
    const { plot } = entry;
    switch (command.type) {
      case "resize":
        plot.resize(
          command.width,
          command.height,
          command.timelineHeight,
          command.gutters,
          command.pixelRatio,
        );
        break;
      case "view":
        plot.setView(command.view);
        entry.changed = true;
        break;
      case "plan":
        plot.setPlan(command.channels);
        entry.changed = true;
        break;
      case "rearms":
        plot.setRearms(command.rearms, this.#host.now());
        break;
      case "frame":
        plot.addFrame(decodeSpectrumFrame(command.bytes));
        entry.changed = true;
        break;
      case "cursor":
        plot.setCursor(command.cursor, command.selection);
        this.#host.report({ type: "cursor", plotId: command.plotId, reading: plot.readCursor() });
        break;
      case "resetHolds":
        plot.resetHolds();
        break;
    }
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
        if (entry.plot.dirty) entry.plot.draw(nowMs);
        if (entry.changed && nowMs - entry.reportedAtMs >= REPORT_EVERY_MS)
          this.#report(plotId, entry, nowMs);
      } catch (cause) {
        this.#plots.delete(plotId);
        this.#host.report({ type: "failed", plotId, message: messageOf(cause) });
      }
    }
    if ([...this.#plots.values()].some((entry) => entry.changed)) this.#schedule();
  }

  #park(plotId: number): void {
    const entry = this.#plots.get(plotId);
    this.#plots.delete(plotId);
    if (entry?.kind !== "monitor") return;
    entry.plot.data.release();
    this.#parked.delete(entry.subject);
    this.#parked.set(entry.subject, entry.plot.data);
    for (const subject of [...this.#parked.keys()].slice(0, -PARKED)) this.#parked.delete(subject);
  }

  #unpark(subject: string): PlotData | undefined {
    const data = this.#parked.get(subject);
    this.#parked.delete(subject);
    return data;
  }

  #report(plotId: number, entry: PlotEntry, nowMs: number): void {
    entry.reportedAtMs = nowMs;
    entry.changed = false;
    const report = entry.plot.report();
    if (report) this.#host.report({ type: "figures", plotId, report });
    const reading = entry.plot.readCursor();
    if (reading) this.#host.report({ type: "cursor", plotId, reading });
  }
}
