import type { DetectionState, PlantEvent } from "@pnmlab/protocol";
import { NO_LEVEL, type SpectrumFrame } from "@pnmlab/protocol/frame";
import { describe, expect, test } from "vitest";
import { SyntheticEvents } from "../../api/synthetic/synthetic-events.ts";
import { syntheticRfPorts } from "../../api/synthetic/synthetic-lab.ts";
import { readFrameStream } from "../frame-stream.ts";
import { burstChanceWords } from "./burst-chance.ts";
import { commonCauseWords } from "./common-cause.ts";
import { channelNamesOf } from "./event-channels.ts";
import { eventsAsTsv, sortEvents } from "./event-columns.ts";
import { figureWords } from "./event-figures.ts";
import { filterEvents } from "./event-filter.ts";
import { recordingLink } from "./event-links.ts";
import { mergeEvents, stepEvent } from "./event-order.ts";
import { pinsOf } from "./event-pin.ts";
import { needsSomebody, standingOf } from "./event-standing.ts";
import {
  detectionTrouble,
  hiddenMainsWords,
  relationWords,
  replaySourceWords,
  replayWords,
  restingWords,
  seenInWords,
  sentenceWords,
  statisticWords,
} from "./event-words.ts";
import { evidenceView } from "./evidence.ts";
import { hourChart } from "./hour-bars.ts";
import { timelinePins, tracePins, waterfallPins } from "./pin-places.ts";
import { changeOf, draftOf, rehearsalKinds, rehearsalWords, sliderStep } from "./threshold-draft.ts";

const NOW_MS = 1_800_000_000_000;
const lab = new SyntheticEvents(NOW_MS);
const [ingress, rise, silent] = (await lab.events({})) as [PlantEvent, PlantEvent, PlantEvent];
const all = [ingress, rise, silent];
const rfPorts = new Map([
  [ingress.cmtsId, { status: "ready", value: syntheticRfPorts(), atMs: NOW_MS } as const],
]);
const numbersOf = (events: readonly PlantEvent[]) => events.map(({ number }) => number);

describe("the filter", () => {
  test.each([
    ["kind:ingress", [3]],
    ["kind:noiserise", [2]],
    ["port:3/1", [2, 1]],
    ["severity:major", [3]],
    ["state:muted", [1]],
    ["channel:us2", [3]],
    ["dbc>-25", [3]],
    ["dbc<\u221225", []],
    ["level>=-19.3", [3]],
    ["mhz<10", [2]],
    ["mill lane", [2]],
    ["port:3/1 crew", [2]],
    ["", [3, 2, 1]],
    ["kind:", [] as number[]],
  ])("%s", (filter, numbers) => {
    expect(numbersOf(filterEvents(all, filter, (event) => channelNamesOf(event, rfPorts)))).toEqual(numbers);
  });
});

test("an event is muted before it is acknowledged before it is open, and only what is raised and open needs somebody", () => {
  expect(all.map(standingOf)).toEqual(["open", "acknowledged", "muted"]);
  expect(standingOf({ ...silent, acknowledged: rise.acknowledged })).toBe("muted");
  expect(all.filter(needsSomebody)).toEqual([ingress]);
  expect(needsSomebody({ ...ingress, state: "cleared" })).toBe(false);
});

test("of a burst it is said how seldom a capture meets it, of other events not", () => {
  const burst = { ...ingress, detector: "D3" };
  expect(burstChanceWords({ ...burst, dutyPct: 7.7 })).toBe("seen 1 in 13 captures");
  expect(burstChanceWords({ ...burst, dutyPct: 90 })).toBe("seen in nearly every capture");
  expect(burstChanceWords({ ...burst, dutyPct: 100, count: 1 })).toBe("seen in one capture so far");
  expect(burstChanceWords({ ...burst, dutyPct: 100 / 260, count: 1 })).toBe("seen 1 in 260 captures");
  expect(burstChanceWords({ ...ingress, dutyPct: 7.7 })).toBeUndefined();
});

test("an event that comes again takes the place of what was known, and new ones stand in front", () => {
  const known = mergeEvents([], [rise, silent]);
  expect(numbersOf(mergeEvents(known, [ingress]))).toEqual([3, 2, 1]);
  const changed = mergeEvents(known, [{ ...rise, state: "cleared" }]);
  expect(changed).toHaveLength(2);
  expect(changed[0]!.state).toBe("cleared");
});

test("going from event to event follows their time and goes around", () => {
  expect(stepEvent(all, undefined, 1)).toBe(ingress);
  expect(stepEvent(all, silent.id, 1)).toBe(rise);
  expect(stepEvent(all, silent.id, -1)).toBe(ingress);
  expect(stepEvent(all, ingress.id, 1)).toBe(silent);
  expect(stepEvent([], undefined, 1)).toBeUndefined();
});

test("a column without a value comes last in both directions, and equal ones stay newest first", () => {
  const byLevel = (isDescending: boolean) => numbersOf(sortEvents(all, { column: "level", isDescending }));
  expect(byLevel(true)).toEqual([3, 2, 1]);
  expect(byLevel(false)).toEqual([2, 3, 1]);
  expect(numbersOf(sortEvents(all, { column: "severity", isDescending: true }))).toEqual([3, 2, 1]);
  expect(numbersOf(sortEvents(all, { column: "port", isDescending: true }))).toEqual([2, 1, 3]);
});

test("the log as text has one line per event and one cell per column, whatever a comment holds", () => {
  const lines = eventsAsTsv([{ ...ingress, comment: "a\tb\nc" }]).split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]!.split("\t")).toHaveLength(lines[0]!.split("\t").length);
  expect(lines[1]).toContain("a b c");
});

test("the same on other ports is named by port, whether the other event is known or not", () => {
  expect(commonCauseWords({ ...ingress, alsoOn: [] }, all)).toBeUndefined();
  expect(commonCauseWords({ ...ingress, alsoOn: [rise.id] }, all)).toBe("the same on us-conn 3/1");
  expect(commonCauseWords({ ...ingress, alsoOn: ["us-conn 5/2", "us-conn 5/3", "us-conn 5/3"] }, all)).toBe(
    "the same on us-conn 5/2 and us-conn 5/3",
  );
});

test("an event leads to the recording that it started, else to the ring of its port at its time", () => {
  const at = ingress.firstMs;
  expect(recordingLink(ingress)).toBe(`/live/lab-cmts-1/72?tab=events&event=event-3&at=${at}`);
  expect(recordingLink({ ...ingress, recordingId: "r 1" })).toBe(`/recordings/r%201?at=${at}`);
});

test("a statistic is said with the unit in its name", () => {
  expect(statisticWords("excess over neighbours in dB, live", 19.2)).toBe("19.2 dB");
  expect(statisticWords("comb over random offsets in standard deviations", 7)).toBe("7.0 sigma");
  expect(statisticWords("time without a burst in s", 312)).toBe("312.0 s");
  expect(statisticWords("share of samples at full scale", 0.000125)).toBe("0.000125");
  expect(figureWords("spacingHz", 6e6)).toEqual({ name: "Spacing", value: "6.000 MHz" });
  expect(figureWords("slopeDbPerOctave", -3.25)).toEqual({ name: "Slope", value: "\u22123.3 dB per octave" });
  expect(figureWords("teeth", 7)).toEqual({ name: "Teeth", value: "7" });
});

test("levels in the backend's sentences have the page's minus sign, and its other hyphens stay", () => {
  expect(sentenceWords("the level was -20.2 dBmV where mask “node-7” allows -40.0 dBmV: 19.8 dB over")).toBe(
    "the level was \u221220.2 dBmV where mask “node-7” allows \u221240.0 dBmV: 19.8 dB over",
  );
  expect(sentenceWords("Short-wave broadcast of 5-10 MHz")).toBe("Short-wave broadcast of 5-10 MHz");
});

test("an event that is not measured against a channel does not say that none is near", () => {
  expect(relationWords({ dBc: -24.26, channels: [] })).toBe("−24.3 dBc");
  expect(relationWords({ dBc: null, channels: ["1", "2", "3", "4"] })).toBe(
    "not measured, it lies in 4 channels",
  );
  expect(relationWords({ dBc: null, channels: ["1"] })).toBe("not measured, it lies in a channel");
  expect(relationWords({ dBc: null, channels: [] })).toBe("has none");
});

test("a replay says whether it fires again, with value and threshold, and from which frames", async () => {
  const replay = await lab.replay(ingress.id);
  expect(replayWords(ingress, replay)).toBe("Fires again: 19.2 dB over 13.0 dB");
  expect(replayWords(ingress, { ...replay, fires: false, value: null })).toBe("Does not fire again");
  expect(replaySourceWords(replay)).toBe("600 frames of the ring");
});

describe("the state of the detectors", () => {
  const session = {
    sessionId: "s1",
    hasPlan: true,
    hiddenMainsHz: null,
    trafficRestsFor: null,
    framesAnalysed: 900,
    framesSkipped: 0,
    framesWaiting: 0,
    cpuMsPerFrame: 1,
  };
  const state: DetectionState = {
    worker: "running",
    sentence: "The detectors see every frame.",
    restarts: 0,
    cpuMsPerFrame: 1,
    sessions: [session],
    levels: [],
  };
  test("nothing is said where they see everything", () => {
    expect(detectionTrouble(state)).toBeUndefined();
    expect(detectionTrouble(undefined)).toBeUndefined();
  });
  test("mains rhythms that the times of the frames hide are said of their session", () => {
    const words = (hiddenMainsHz: number[] | null, id = "s1") =>
      hiddenMainsWords({ ...state, sessions: [{ ...session, hiddenMainsHz }] }, id);
    expect(words([50, 60, 100, 120])).toContain("at 50, 60, 100 and 120 Hz cannot be told");
    expect(words([60])).toContain("at 60 Hz cannot be told");
    for (const silent of [words([]), words(null), words([50], "another")]) expect(silent).toBeUndefined();
  });
  test("what a trigger keeps them from judging is said of its session", () => {
    const words = (trafficRestsFor: "idleSid" | null, id = "s1") =>
      restingWords({ ...state, sessions: [{ ...session, trafficRestsFor }] }, id);
    expect(words("idleSid")).toContain("are not judged: the trigger Idle SID selects the frames");
    for (const silent of [words(null), words("idleSid", "another")]) expect(silent).toBeUndefined();
  });
  test("a worker that is started again, frames that were skipped and an unknown plan are said", () => {
    expect(detectionTrouble({ ...state, worker: "restarting", sentence: "Being started again." })).toBe(
      "Being started again.",
    );
    const skipping = { ...state, sessions: [{ ...session, framesSkipped: 100 }] };
    expect(detectionTrouble(skipping)).toContain("skipped 100 of 1\u2009000 frames");
    expect(detectionTrouble(skipping, "another")).toBeUndefined();
    expect(detectionTrouble({ ...state, sessions: [{ ...session, hasPlan: false }] }, "s1")).toContain(
      "not known yet",
    );
  });
});

test("bars by hour stack the worst kind on top and end on a round number", () => {
  const { bars, kinds, total, top, ticks } = hourChart({
    hours: [
      { fromMs: 0, counts: {} },
      { fromMs: 3_600_000, counts: { clipping: 2, anomaly: 3, narrowbandIngress: 4 } },
    ],
  });
  expect(bars[0]).toMatchObject({ total: 0, parts: [] });
  expect(bars[1]!.parts).toEqual([
    { kind: "anomaly", count: 3, below: 0 },
    { kind: "narrowbandIngress", count: 4, below: 3 },
    { kind: "clipping", count: 2, below: 7 },
  ]);
  expect(kinds.map(({ kind }) => kind)).toEqual(["clipping", "narrowbandIngress", "anomaly"]);
  expect([total, top]).toEqual([9, 10]);
  expect(ticks).toEqual([0, 5, 10]);
});

describe("the evidence", () => {
  const frame = (sequence: number, lineDb: number): SpectrumFrame => {
    const levels = new Int16Array(400).fill(-5000);
    levels[200] = -5000 + lineDb * 100;
    levels[10] = NO_LEVEL;
    return {
      streamId: 1,
      sequence,
      capturedAtMs: sequence * 100,
      receivedAtMs: sequence * 100,
      firstBinHz: 20_000_000,
      binSpacingHz: 50_000,
      resolutionBandwidthHz: 50_000,
      kHundredthsDb: 0,
      gapBefore: false,
      uncalibrated: false,
      withheld: 0,
      levelsHundredthsDbmv: levels,
    };
  };
  const event: PlantEvent = { ...ingress, f0Hz: 30_000_000, bwHz: 50_000 };

  const peakAt = (peakFrame: number, statistic = event.evidence.statistic) => ({
    ...event,
    evidence: { ...event.evidence, peakFrame, statistic },
  });

  test("the frame at which the detector's value was largest is the peak, whatever power others have there", () => {
    const stored = [frame(1, 0), frame(2, 40), frame(3, 10), frame(4, 40)];
    const view = evidenceView(peakAt(3), stored)!;
    expect(view.peak.sequence).toBe(3);
    expect(view.seenIn).toBeUndefined();
    expect(view.panel.series.map(({ name }) => name)).toContain("Frame 3, the peak");
    // Of an event that does not tell it, the middle of the five frames around it.
    expect(evidenceView(event, [...stored, frame(5, 0)])!.peak.sequence).toBe(3);
  });

  test("of what an average or a hold showed it is said that no frame need show it alone", () => {
    const statistic = "excess over neighbours in dB, average of 16 frames";
    const view = evidenceView(peakAt(2, statistic), [frame(1, 0), frame(2, 0), frame(3, 30)])!;
    expect(view.seenIn).toBe("average of 16 frames");
    expect(view.panel.series.map(({ name }) => name)).toContain("Frame 2, the last of those that showed it");
    expect(seenInWords(view.seenIn!, 1250)).toBe(
      "It was seen in the average of 16 frames, up to frame 1\u2009250: no frame need show it alone.",
    );
    expect(seenInWords("between bursts", 2)).toMatch(/^It was seen between bursts, up to frame 2:/);
  });

  test("the peak stands over the power average of the others", () => {
    const view = evidenceView(peakAt(3), [frame(1, 0), frame(2, 0), frame(3, 30), frame(4, 10)])!;
    expect(view.peak.sequence).toBe(3);
    expect(view.others).toBe(3);
    const [average, peak] = view.panel.series;
    expect(peak!.values[200]).toBe(-20);
    // Two frames at -50 dBmV and one at -40: the mean of their powers is 4e-5.
    expect(average!.values[200]).toBeCloseTo(10 * Math.log10(4e-5), 6);
    expect(peak!.values[10]).toBeNaN();
    expect(view.panel.x.values[200]).toBe(30_000_000);
  });

  test("the limit of a mask is drawn in the band that was beyond it", () => {
    const figures = { limitDbmv: -40, worstDb: 10, worstLevelDbmv: -30 };
    const evidence = {
      ...event.evidence,
      statistic: "level beyond the limit in dB",
      value: 10,
      threshold: 0,
    };
    const masked = { ...event, kind: "mask", bwHz: 0, figures, evidence };
    const { panel, hasThresholdLine } = evidenceView(masked, [frame(1, 0), frame(2, 30)])!;
    expect(hasThresholdLine).toBe(true);
    const limit = panel.series.find(({ name }) => name === "Limit of the mask")!;
    const drawn = [...limit.values].filter((level) => !Number.isNaN(level));
    expect(new Set(drawn)).toEqual(new Set([-40]));
    expect(drawn.length).toBeLessThan(6);
  });

  test("the threshold of a line is drawn so far over the neighbours, around the event alone", () => {
    const { panel, hasThresholdLine, around } = evidenceView(event, [frame(1, 0), frame(2, 30)])!;
    expect(hasThresholdLine).toBe(true);
    const line = panel.series[2]!.values;
    // One frame of noise: its median lies 1.59 dB under the mean that the excess is measured from.
    expect(line[200]!).toBeCloseTo(-50 + 1.59 + 13, 0);
    expect(line[0]).toBeNaN();
    expect(around).toEqual({ fromHz: 28_000_000, toHz: 32_000_000 });
  });

  test("a statistic that is none of levels gets no line, and without frames there is no view", () => {
    const comb = { ...event.evidence, statistic: "comb over random offsets in standard deviations" };
    expect(evidenceView({ ...event, evidence: comb }, [frame(1, 0)])!.hasThresholdLine).toBe(false);
    expect(evidenceView(event, [])).toBeUndefined();
  });

  test("what the backend sends is read frame by frame", async () => {
    const frames = readFrameStream(await lab.evidence(ingress.id)).map((one) => one.frame);
    expect(frames.map(({ sequence }) => sequence)).toEqual(ingress.evidence.frames);
    expect(evidenceView(ingress, frames)!.others).toBe(4);
  });
});

describe("pins", () => {
  const box = { left: 0, top: 0, width: 800, height: 300 };
  const xOf = (frequencyHz: number) => frequencyHz / 1e5;
  const pins = pinsOf(all, undefined);

  test("muted events have none unless one is selected; the worst comes late, and the selected last", () => {
    expect(pins.map(({ number }) => number)).toEqual([2, 3]);
    expect(pinsOf(all, silent.id).map(({ number }) => number)).toEqual([2, 3, 1]);
    const isWorse = all.map((event) =>
      event.number === 2 ? { ...event, severity: "critical" as const } : event,
    );
    expect(pinsOf(isWorse, undefined).map(({ number }) => number)).toEqual([3, 2]);
  });

  test("on the trace stand raised events; one that would cover another goes a row down", () => {
    const near = pins.map((pin) => ({ ...pin, f0Hz: 30_000_000 }));
    const places = tracePins(near, box, xOf);
    expect(places.map(({ x }) => x)).toEqual([300, 300]);
    expect(places[0]!.y).toBeGreaterThan(places[1]!.y);
    expect(tracePins([{ ...near[0]!, isRaised: false }], box, xOf)).toEqual([]);
    expect(tracePins([{ ...near[0]!, hasFrequency: false }], box, xOf)).toEqual([]);
  });

  test("at a time of the past the trace shows what was there then, and no longer", () => {
    const past = { ...pins[0]!, isRaised: false, firstMs: 1000, lastMs: 5000 };
    const at = (timeMs: number) => tracePins([past], box, xOf, timeMs).length;
    expect([at(900), at(1000), at(5000), at(5001)]).toEqual([0, 1, 1, 0]);
  });

  test("on the timeline the worst keeps its place, others lean aside, and the rest is counted", () => {
    const many = Array.from({ length: 7 }, (_, index) => ({ ...pins[0]!, number: index, firstMs: 100 }));
    const places = timelinePins(many, () => 100);
    expect(places.at(-1)).toMatchObject({ pin: { number: 6 }, x: 100, behind: 4 });
    expect(places.map(({ x }) => x).sort((a, b) => a - b)).toEqual([80, 100, 120]);
    // None leans to a time before the recording begins.
    const atBegin = timelinePins(many, () => 100, 95);
    expect(atBegin.map(({ x }) => x).sort((a, b) => a - b)).toEqual([100, 120]);
  });

  test("on the waterfall they stand at their beginning, and not at all where that is outside", () => {
    const yOf = (timeMs: number) => (NOW_MS - timeMs) / 1000;
    const places = waterfallPins(pins, box, xOf, yOf);
    expect(places.find(({ pin }) => pin.number === 3)!.y).toBe(90);
    expect(places.some(({ pin }) => pin.number === 2)).toBe(false);
    const past = { ...pins[0]!, isRaised: false, lastMs: NOW_MS - 3_600_000 };
    expect(waterfallPins([past], box, xOf, yOf)).toEqual([]);
  });
});

describe("thresholds", () => {
  test("a draft says what it changes, and nothing where it is back", async () => {
    const settings = await lab.settings();
    const draft = draftOf(settings);
    expect(changeOf(settings, draft)).toBeUndefined();
    const moved = { ...draft, thresholds: { ...draft.thresholds, d1LiveDb: 16 } };
    expect(changeOf(settings, moved)).toEqual({ thresholds: { d1LiveDb: 16 } });
    const without = { ...draft, enabled: draft.enabled.filter((id) => id !== "D6") };
    expect(changeOf(settings, without)?.enabled).not.toContain("D6");
  });

  test("a rehearsal is said in times and by kind, the worst first", () => {
    const counts = { anomaly: 1, clipping: 2 };
    expect(rehearsalWords({ frames: 5740, counts })).toBe("Would have fired 3 times in 5\u2009740 frames");
    expect(rehearsalKinds({ counts })).toEqual(["2 Laser clipping", "1 Anomaly"]);
    expect(rehearsalWords({ frames: 600, counts: {} })).toBe("Would not have fired in 600 frames");
  });

  test("sliders move in round steps of about a hundredth of their range", () => {
    expect(sliderStep({ least: 9, most: 30, unit: "dB" })).toBeCloseTo(0.2, 9);
    expect(sliderStep({ least: 10, most: 86_400, unit: "s" })).toBe(500);
    expect(sliderStep({ least: 1, most: 20, unit: "frames" })).toBe(1);
  });
});
