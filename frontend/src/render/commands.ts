import type { RecordingStep, UpstreamChannel } from "@pnmlab/protocol";
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
export type PictureSource = "live" | "recording";

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
  /** The stream whose frames are shown as they come; undefined for none. */
  | { type: "follow"; plotId: number; streamId: number | undefined }
  /** A frame of a recording. */
  | { type: "frame"; plotId: number; bytes: ArrayBuffer }
  /**
   * Shows the other picture on the same canvas. "recording" begins an empty one each time; what comes live goes
   * on into the one that is set aside.
   */
  | { type: "source"; plotId: number; source: PictureSource }
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

/** WebSockets that the page opens where pictures are drawn, and the frames that it wants to see itself. */
export type FeedCommand =
  | { type: "openSocket"; socketId: number; url: string }
  | { type: "sendText"; socketId: number; text: string }
  | { type: "closeSocket"; socketId: number }
  /** A frame that came by no WebSocket. */
  | { type: "liveFrame"; bytes: ArrayBuffer }
  | { type: "tap"; streamId: number; on: boolean };

/** What the page sends to where it is drawn. */
export type StageMessage = { stage: StageCommand } | { feed: FeedCommand };

/** What comes back. */
export type StageAnswer = { stage: StageReport } | { feed: FeedReport };

/** What the page is told of its WebSockets. */
export type FeedReport =
  | { type: "opened"; socketId: number }
  | { type: "text"; socketId: number; text: string }
  | { type: "closed"; socketId: number; code: number; reason: string }
  /** A frame of a stream that the page taps. */
  | { type: "frame"; bytes: ArrayBuffer };

/** What came live since the last time, also while a recording is shown. */
export interface HeardFrames {
  /** Capture time of the newest frame, Unix milliseconds. */
  newestMs: number;
  /** Power of the quiet bins, oldest first. */
  steps: RecordingStep[];
}

/** What the stage tells the page. */
export type StageReport =
  | { type: "heard"; plotId: number; heard: HeardFrames }
  /** `prompt` where they answer what the user did. */
  | { type: "figures"; plotId: number; report: PlotReport; prompt: boolean }
  | { type: "cursor"; plotId: number; reading: CursorReading | undefined }
  | { type: "answer"; plotId: number; id: number; answer: PlotAnswers[PlotQuestion["kind"]] }
  | { type: "failed"; plotId: number; message: string };
