import type { UtscCapability, UtscSession } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { DEFAULT_VIEW } from "./plot-view.ts";
import { isActive, sessionOfPort, sessionWords, startStep } from "./session-words.ts";
import { statusReadouts } from "./status-readouts.ts";
import { aSession } from "./testing.ts";
import { truthRows } from "./truth.ts";
import { checkForm, defaultRequest, formOf, requestOf } from "./utsc-form.ts";
import { queryOfView, viewOfQuery } from "./view-query.ts";

const capability: UtscCapability = {
  triggerModes: ["freeRunning"],
  outputFormats: ["timeIQ", "fftPower"],
  windows: ["rectangular"],
  description: "",
};

test("the default request takes Blackman-Harris where it is offered and rectangular elsewhere", () => {
  expect(defaultRequest(capability)).toEqual({
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    bins: 1600,
    repeatPeriodUs: 100_000,
    outputFormat: "fftPower",
    window: "rectangular",
  });
  expect(defaultRequest({ ...capability, windows: ["rectangular", "blackmanHarris"] }).window).toBe(
    "blackmanHarris",
  );
});

test("the default request takes the repeat period that shows the mains, where the CMTS is known to take it", () => {
  expect(defaultRequest({ ...capability, repeatPeriodUs: 103_000 }).repeatPeriodUs).toBe(103_000);
  expect(defaultRequest(null).repeatPeriodUs).toBe(100_000);
});

test("a form that passes gives the request it was made from", () => {
  const request = defaultRequest(capability);
  expect(checkForm(formOf(request), capability)).toEqual({ ok: true, request });
});

test("the window of our own FFT is asked for with samples of time, and goes with them", () => {
  const form = { ...formOf(defaultRequest(capability)), ownWindow: "flatTop" as const };
  const ofForm = (outputFormat: "timeIQ" | "fftPower") => {
    const verdict = checkForm({ ...form, outputFormat }, capability);
    if (!verdict.ok) throw new Error("refused");
    return verdict.request;
  };
  expect(ofForm("timeIQ").ownWindow).toBe("flatTop");
  expect(formOf(ofForm("timeIQ")).ownWindow).toBe("flatTop");
  expect(requestOf(ofForm("timeIQ"), ofForm("fftPower")).ownWindow).toBeUndefined();
  expect(formOf(defaultRequest(capability)).ownWindow).toBe("");
});

test("what a request leaves out or tells to the hertz stays so through the form", () => {
  const { window: _, ...left } = defaultRequest(capability);
  const request = {
    ...left,
    centerFrequencyHz: 45_000_125,
    spanHz: 80_000_050,
    qualifyCenterFrequencyHz: 27_185_250,
    qualifyBandwidthHz: 400_125,
    qualifyThresholdTenthDb: -205,
  };
  for (const asked of [request, { ...request, outputFormat: "timeIQ" as const }]) {
    const verdict = checkForm(formOf(asked), capability);
    expect(verdict).toEqual({ ok: true, request: asked });
    expect(requestOf(asked, asked)).toEqual(asked);
  }
  expect(requestOf({ ...request, window: "hann" }, request).window).toBeUndefined();
});

test("each value that cannot be is refused at its field, with one that can", () => {
  const form = {
    ...formOf(defaultRequest(capability)),
    span: "120",
    window: "hann" as const,
    bins: "8",
    repeat: "x",
  };
  const verdict = checkForm(form, capability);
  expect(verdict.ok).toBe(false);
  if (verdict.ok) return;
  expect(verdict.issues.span).toMatchObject({ use: "90.000" });
  expect(verdict.issues.window).toMatchObject({ use: "rectangular" });
  expect(verdict.issues.repeat!.message).toMatch(/time in ms/);
  const bins = checkForm({ ...formOf(defaultRequest(capability)), bins: "8" }, capability);
  expect(bins).toEqual({ ok: false, issues: { bins: { message: "Bins is at least 16" } } });
});

test("what the CMTS changed is marked and named with what was asked", () => {
  const session = aSession({
    accepted: { window: "rectangular" },
    observed: { repeatPeriodUs: 104_000 },
  });
  const rows = new Map(truthRows(session).map((row) => [row.key, row]));
  expect(rows.get("window")).toMatchObject({ requested: "BH-4", accepted: "Rect", acceptedDiffers: true });
  expect(rows.get("repeat")).toMatchObject({ requested: "100", observed: "104", observedDiffers: true });
  expect(rows.get("centre")).toMatchObject({ acceptedDiffers: false, observedDiffers: false });
  const readouts = new Map(
    statusReadouts(session, undefined, DEFAULT_VIEW.scale, DEFAULT_VIEW).map((cell) => [cell.key, cell]),
  );
  expect(readouts.get("window")).toMatchObject({ label: "Window · asked BH-4", differs: true });
  expect(readouts.get("repeat")).toMatchObject({
    label: "Repeat · asked 100",
    value: "104 ms",
    differs: true,
  });
  expect(readouts.get("span")).toMatchObject({ label: "Span", value: "80.000 MHz", differs: false });
});

const readoutsOf = (session: UtscSession) =>
  new Map(
    statusReadouts(session, undefined, DEFAULT_VIEW.scale, DEFAULT_VIEW).map((cell) => [cell.key, cell]),
  );

test.each(["timeIQ", "rawAdc"] as const)(
  "the window of %s is that of our own FFT, whatever the CMTS reads back, and no difference",
  (outputFormat) => {
    const session = aSession({
      accepted: { window: "rectangular", outputFormat },
      observed: { outputFormat, ownWindow: "flatTop", resolutionBandwidthHz: 200_435 },
    });
    const row = truthRows(session).find(({ key }) => key === "window")!;
    expect(row).toMatchObject({ accepted: "Rect", observed: "Flat top, own FFT", observedDiffers: false });
    const cell = readoutsOf(session).get("window")!;
    expect(cell).toMatchObject({ label: "Window · ENBW", differs: false });
    expect(cell.value).toMatch(/^Flat top, own FFT · 200\.\d+ kHz$/);
    expect(cell.source).toContain("does not apply");
  },
);

test("before the first file of time samples, and in recordings of old, the window is the one that was always used", () => {
  const { observed: _, ...armed } = aSession({ accepted: { outputFormat: "timeIQ", window: "rectangular" } });
  expect(readoutsOf({ ...armed, observed: null }).get("window")!.value).toBe("BH-4, own FFT");
  const old = aSession({ accepted: { window: "hann" }, observed: { outputFormat: "timeIQ" } });
  expect(readoutsOf(old).get("window")!.value).toBe("BH-4, own FFT");
});

test("averaging by the CMTS stands on the status line, amber where it is not none", () => {
  const cell = (averaging?: number) =>
    readoutsOf(aSession({ accepted: averaging === undefined ? {} : { averaging } })).get("averaging");
  expect(cell(0)).toMatchObject({ label: "CMTS avg", value: "none", differs: false });
  expect(cell(8)).toMatchObject({ value: "8", differs: true });
  expect(cell(8)!.source).toContain("bursts read lower");
  expect(cell()).toMatchObject({ value: "not read", differs: false });
});

test.each([
  ["freeRunning", true],
  ["cmMac", false],
  ["idleSid", false],
] as const)(
  "in trigger mode %s another pace than the repeat period is a difference: %s",
  (triggerMode, differs) => {
    const session = aSession({ accepted: { triggerMode }, observed: { repeatPeriodUs: 200_000 } });
    const cell = readoutsOf(session).get("repeat")!;
    expect(cell).toMatchObject({ value: "200 ms", differs });
    expect(cell.label.includes("asked")).toBe(differs);
  },
);

test("jitter of the observed period is no difference", () => {
  const rows = truthRows(aSession({ observed: { repeatPeriodUs: 101_000 } }));
  expect(rows.find((row) => row.key === "repeat")!.observedDiffers).toBe(false);
});

test("states are said in words, with age where they are stale", () => {
  const now = Date.parse("2026-11-21T09:42:51Z");
  const stalled = aSession({ state: "stalled", newestFrameAt: "2026-11-21T09:42:03Z" });
  expect(sessionWords(stalled, now)).toEqual({ tone: "warn", text: "Stalled, newest 00:00:48 old" });
  expect(sessionWords(undefined, now).text).toBe("Idle");
  expect(startStep(aSession({ state: "armed" }))!.title).toBe("Armed, step 2 of 3");
  expect(startStep(aSession({ state: "receiving" }))).toBeUndefined();
});

test("the monitor shows the active session of its port, else the newest", () => {
  const old = aSession({ id: "old", state: "receiving", createdAt: "2026-01-01T00:00:00Z" });
  const stopped = aSession({ id: "new", state: "stopped", createdAt: "2026-01-02T00:00:00Z" });
  const elsewhere = aSession({ id: "other", rfPortIfIndex: 99, createdAt: "2026-01-03T00:00:00Z" });
  const pick = (...sessions: UtscSession[]) => sessionOfPort(sessions, "cmts", 72)?.id;
  expect(pick(stopped, old, elsewhere)).toBe("old");
  expect(pick(stopped, { ...old, state: "stopped" })).toBe("new");
  expect(isActive(aSession({ state: "failed", desired: "running" }))).toBe(true);
  expect(isActive(aSession({ state: "failed", desired: "stopped" }))).toBe(false);
});

test("the address restores the view, and says nothing of what is at its default", () => {
  expect(queryOfView(DEFAULT_VIEW, false, "channels")).toEqual({});
  const view = {
    ...DEFAULT_VIEW,
    range: { startHz: 20e6, stopHz: 30.5e6 },
    scale: { refDbmv: -10, dbPerDivision: 5 },
  };
  const query = queryOfView(view, true, "truth");
  expect(viewOfQuery(query)).toEqual({
    view: { range: { startHz: 20e6, stopHz: 30.5e6 }, scale: { refDbmv: -10, dbPerDivision: 5 } },
    tab: "truth",
  });
  expect(viewOfQuery({ f: "9_1", l: "x", tab: "nonsense" })).toEqual({ view: {}, tab: "channels" });
});
