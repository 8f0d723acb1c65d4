import { encodeSpectrumFrame } from "@pnmlab/protocol/frame";
import { expect, test } from "vitest";
import type { PlotAnswers } from "../model/plot-question.ts";
import { changedParts, DEFAULT_VIEW } from "../model/plot-view.ts";
import { referenceOf } from "../model/reference-trace.ts";
import { spectrumFrame } from "../testing/spectrum-frame.ts";
import type { StageCommand, StageReport } from "./commands.ts";
import { PlotStage } from "./plot-stage.ts";
import type { PlotTheme } from "./plot-theme.ts";
import type { PlotCanvas } from "./surface.ts";

const AXIS = { firstBinHz: 10e6, binSpacingHz: 100e3, bins: 3 };

/** A stage with one picture that is never drawn: what it knows is asked for. */
class Bench {
  readonly reports: StageReport[] = [];
  readonly #stage = new PlotStage({
    report: (report) => this.reports.push(report),
    requestFrame: () => {},
    now: () => 0,
    loadFonts: () => new Promise(() => {}),
  });

  constructor() {
    const plot = { width: 1, height: 1, getContext: () => ({}) } as unknown as PlotCanvas;
    this.say({ type: "theme", theme: { well: "#000000" } as PlotTheme });
    this.say({ type: "create", plotId: 1, kind: "monitor", subject: "a", plot });
    this.say({ type: "view", plotId: 1, view: DEFAULT_VIEW });
    this.say({ type: "follow", plotId: 1, streamId: spectrumFrame(1, [0]).streamId });
  }

  say(command: StageCommand): void {
    this.#stage.handle(command);
  }

  frame(source: "live" | "recording", sequence: number, levelDbmv: number): void {
    const frame = spectrumFrame(sequence, [levelDbmv, levelDbmv, levelDbmv]);
    if (source === "live") this.#stage.takeFrame(frame);
    else this.say({ type: "frame", plotId: 1, bytes: encodeSpectrumFrame(frame).buffer });
  }

  levelOf(of: "reference" | "live"): number | undefined {
    this.say({ type: "ask", plotId: 1, id: 7, question: { kind: "line", of } });
    const last = this.reports.at(-1);
    const line = last?.type === "answer" ? last.answer : undefined;
    return Array.isArray(line) ? (line[0] as { levelDbmv: number }).levelDbmv : undefined;
  }

  /** Channels of the bands that the first mask is judged by. */
  bandsOfMask(): string[] | undefined {
    this.say({ type: "ask", plotId: 1, id: 7, question: { kind: "snapshot" } });
    const last = this.reports.at(-1);
    const snapshot = last?.type === "answer" ? (last.answer as PlotAnswers["snapshot"]) : undefined;
    return snapshot?.report.masks[0]?.bands.map(({ label }) => label);
  }
}

test("the reference stays through playback, each place that is gone to, and back to live", () => {
  const bench = new Bench();
  bench.frame("live", 1, -20);
  bench.say({ type: "reference", plotId: 1, reference: referenceOf(AXIS, [-30, -30, -30], "before") });
  for (let seek = 0; seek < 2; seek += 1) {
    bench.say({ type: "source", plotId: 1, source: "recording" });
    bench.frame("recording", 1, -25);
    expect(bench.levelOf("reference")).toBe(-30);
  }
  bench.say({ type: "reference", plotId: 1, reference: referenceOf(AXIS, [-31, -31, -31], "of then") });
  bench.say({ type: "source", plotId: 1, source: "live" });
  expect(bench.levelOf("reference")).toBe(-31);
});

test("frames that come live while a recording is shown do not get into its picture, nor the other way round", () => {
  const bench = new Bench();
  bench.frame("live", 1, -20);
  bench.say({ type: "source", plotId: 1, source: "recording" });
  bench.frame("recording", 1, -25);
  bench.frame("live", 2, -21);
  expect(bench.levelOf("live")).toBe(-25);
  bench.say({ type: "source", plotId: 1, source: "live" });
  bench.frame("recording", 2, -26);
  expect(bench.levelOf("live")).toBe(-21);
});

test("a view is sent by the parts that changed, those that are gone too", () => {
  const before = { ...DEFAULT_VIEW, activeMarker: 2 };
  expect(changedParts(before, undefined)).toBe(before);
  const range = { startHz: 1, stopHz: 2 };
  expect(changedParts({ ...before, range, activeMarker: undefined }, before)).toStrictEqual({
    range,
    activeMarker: undefined,
  });
  expect(changedParts({ ...before }, before)).toEqual({});
});

test("a picture that cannot take a frame is given up, and the others still get it", () => {
  const bench = new Bench();
  const plot = { width: 1, height: 1, getContext: () => ({}) } as unknown as PlotCanvas;
  bench.say({ type: "create", plotId: 2, kind: "tile", subject: "b", plot });
  bench.say({ type: "view", plotId: 2, view: DEFAULT_VIEW });
  bench.say({ type: "follow", plotId: 2, streamId: spectrumFrame(1, [0]).streamId });
  // A list that is none makes the first picture throw with its next frame.
  bench.say({ type: "view", plotId: 1, view: { watched: [undefined as never] } });
  bench.frame("live", 1, -20);
  expect(bench.reports.filter(({ type }) => type === "failed")).toMatchObject([{ plotId: 1 }]);
  bench.say({ type: "ask", plotId: 2, id: 8, question: { kind: "line", of: "live" } });
  expect(bench.reports.at(-1)).toMatchObject({ type: "answer", answer: [{ levelDbmv: -20 }, {}, {}] });
});

test("a mask of the plan is judged again by the plan that comes after the frame", () => {
  const bench = new Bench();
  const channel = {
    ifIndex: 5,
    name: "US1",
    kind: "scQam" as const,
    lowerFrequencyHz: 9.9e6,
    upperFrequencyHz: 10.3e6,
  };
  const measured = [{ ifIndex: 5, dbmvPerHz: -60 }];
  const source = { from: "plan" as const, channelMarginDb: 6, idleDbmv: -44, measured };
  const mask = { id: 1, revision: 0, name: "a", isOn: true, source, trace: "live" as const };
  bench.say({
    type: "view",
    plotId: 1,
    view: { masks: [{ ...mask, consecutiveFrames: 1 }] },
  });
  bench.say({ type: "source", plotId: 1, source: "recording" });
  bench.frame("recording", 1, -25);
  expect(bench.bandsOfMask()).toEqual([""]);
  bench.say({ type: "plan", plotId: 1, channels: [channel] });
  expect(bench.bandsOfMask()).toContain("US1");
});
