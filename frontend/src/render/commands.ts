import type { UpstreamChannel } from "@pnmlab/protocol";
import type { PlotAnswers, PlotQuestion } from "../model/plot-question.ts";
import type { CursorReading, PlotReport } from "../model/plot-report.ts";
import type { PlotView } from "../model/plot-view.ts";
import type { ReferenceSpectrum } from "../model/reference-trace.ts";
import type { TraceRole, TraceSource } from "../model/trace-options.ts";
import type { PlotTheme } from "./plot-theme.ts";
import type { PlotCursor, Scene } from "./scene.ts";
import type { PlotCanvas } from "./surface.ts";

export type PlotKind = "monitor" | "tile";

/** Where the frames of a picture come from: as they are captured, or from a recording. */
export type FrameSource = "live" | "recording";

export interface FontSource {
  family: string;
  url: string;
  weight: string;
}

/** What the page tells the stage that draws. Frames come as the bytes of the wire. */
export type StageCommand =
  | { type: "fonts"; fonts: FontSource[] }
  | { type: "theme"; theme: PlotTheme }
  | {
      type: "create";
      plotId: number;
      kind: PlotKind;
      /** What is looked at; its frames wait under this name when a monitor closes, for the next one. */
      subject: string;
      plot: PlotCanvas;
    }
  | { type: "destroy"; plotId: number }
  | {
      type: "resize";
      plotId: number;
      width: number;
      height: number;
      gutters: { left: number; right: number };
      pixelRatio: number;
    }
  /** The parts that differ from what was said before; the others stay as they are. */
  | { type: "view"; plotId: number; view: Partial<PlotView> }
  | { type: "plan"; plotId: number; channels: UpstreamChannel[] }
  | { type: "rearms"; plotId: number; rearms: number }
  | { type: "frame"; plotId: number; bytes: ArrayBuffer; source: FrameSource }
  /**
   * Shows the other picture on the same canvas. "recording" begins an empty one each time; what comes live goes
   * on into the one that is set aside.
   */
  | { type: "source"; plotId: number; source: FrameSource }
  /**
   * Older frames that the waterfall shows in front of those received, in the place of the ones given before; wire
   * bytes of one frame each. Those on another axis are passed over. `report.waterfall` says what is missing.
   */
  | { type: "history"; plotId: number; frames: ArrayBuffer[] }
  | { type: "cursor"; plotId: number; cursor: PlotCursor | undefined; selection: Scene["selection"] }
  | { type: "ask"; plotId: number; id: number; question: PlotQuestion }
  | { type: "resetTraces"; plotId: number; roles: TraceRole[] }
  /** Puts a spectrum by to compare with. */
  | { type: "reference"; plotId: number; reference: ReferenceSpectrum }
  /** Makes a trace of now the reference. */
  | { type: "takeReference"; plotId: number; source: TraceSource; label: string };

/** What the stage tells the page. */
export type StageReport =
  | { type: "figures"; plotId: number; report: PlotReport }
  | { type: "cursor"; plotId: number; reading: CursorReading | undefined }
  | { type: "answer"; plotId: number; id: number; answer: PlotAnswers[PlotQuestion["kind"]] }
  | { type: "failed"; plotId: number; message: string };
