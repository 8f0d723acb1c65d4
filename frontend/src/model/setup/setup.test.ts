import type { UtscOptions, UtscRequest } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { ApiError } from "../../api/api-error.ts";
import { SyntheticSetup } from "../../api/synthetic/synthetic-setup.ts";
import { aSession } from "../testing.ts";
import { columnTruth } from "./column-truth.ts";
import { draftOf, passingChannels, pastIssue, readDraft, type SetupDraft, withOperands } from "./draft.ts";
import { expectationLines } from "./expectation.ts";
import { fieldWords, SETUP_GROUPS } from "./fields.ts";
import { tellingRules } from "./judge.ts";
import { bandRequest, parseOwnPresets, SPLIT_BANDS, withPreset } from "./presets.ts";
import { issuesOfError } from "./refusal.ts";
import { ruleIssues } from "./rule-issues.ts";
import { rulerEndMhz, snapBox } from "./ruler.ts";
import { formText, parseFieldText, parseMacAddress, readableValue } from "./units.ts";

const options: UtscOptions = new SyntheticSetup().options("lab", 72);
const channels = [
  { ifIndex: 105, name: "OFDMA1", kind: "ofdma" as const, lowerFrequencyHz: 44e6, upperFrequencyHz: 84e6 },
];
const midSplit = bandRequest(SPLIT_BANDS.find(({ id }) => id === "5-85")!, options);
const read = (change: SetupDraft) =>
  readDraft({ ...draftOf(midSplit, options), ...change }, options, channels);

test("the drawer refuses what the set-up page refuses, with the same value in its place", () => {
  const wide = { ...midSplit, spanHz: 3_000_000_000 };
  const ofPage = readDraft(draftOf(wide, options), options, channels).issues.get("spanHz")!;
  const ofDrawer = ruleIssues(wide, options, channels).span!;
  expect(ofDrawer.use).toBe(ofPage.use);
  expect(`${ofDrawer.message}.`).toBe(ofPage.message);
  expect(ruleIssues(midSplit, options, channels)).toEqual({});
});

test("every writable column has its place in the table, once", () => {
  const placed = SETUP_GROUPS.flatMap(({ fields }) => fields);
  expect(placed.toSorted()).toEqual(options.fields.map(({ field }) => field).toSorted());
});

test.each([
  ["Hz", 45_000_000, "45.000"],
  ["Hz", 27_185_001, "27.185001"],
  ["us", 120_000, "120"],
  ["us", 1_250, "1.25"],
  ["ms", 60_000, "60"],
  ["tenthDb", -1000, "-100.0"],
  ["ticks", 123_456, "1234.56"],
] as const)("a value in %s is shown in the engineer's unit and read back exactly", (unit, value, text) => {
  expect(formText(value, unit)).toBe(text);
  expect(parseFieldText(text, { kind: "integer", unit })).toBe(value);
});

test("a value in words carries its unit and a true minus sign", () => {
  expect(readableValue(-125, { kind: "integer", unit: "tenthDb" })).toBe("\u221212.5 dB");
  expect(readableValue("blackmanHarris", { kind: "enumeration", unit: null })).toBe("Blackman-Harris");
  expect(readableValue("iuc9", { kind: "enumeration", unit: null })).toBe("IUC 9");
});

test("a MAC address is read however it is written, and nothing else is taken for one", () => {
  for (const text of ["0010.181A.2D11", "00-10-18-1a-2d-11", "0010181a2d11", " 00:10:18:1a:2d:11 "]) {
    expect(parseMacAddress(text)).toBe("00:10:18:1a:2d:11");
  }
  expect(parseMacAddress("1a2d")).toBeUndefined();
  expect(parseMacAddress("10.20.0.11")).toBeUndefined();
});

test("a request comes out of the form as it went in", () => {
  const request: UtscRequest = {
    ...midSplit,
    triggerMode: "cmMac",
    cmMacAddr: "00:10:18:1a:2d:11",
    logicalChIfIndex: 105,
    triggerCount: 10,
    freeRunDurationMs: 30_000,
  };
  const { request: back, issues } = readDraft(draftOf(request, options), options, channels);
  expect(back).toEqual(request);
  expect([...issues]).toEqual([]);
});

test("operands of another trigger are not part of the request", () => {
  const { request } = read({ cmMacAddr: "00:10:18:1a:2d:11", sid: "8", triggerCount: "3" });
  expect(request).toEqual(midSplit);
});

test("a value outside a rule is refused with the rule, its source and the nearest value that passes", () => {
  const { issues, request } = read({ spanHz: "85" });
  expect(issues.get("spanHz")).toMatchObject({
    rule: "span.wideband",
    use: "80.000",
    source: { kind: "profile" },
  });
  expect(issues.size).toBe(1);
  expect(request?.spanHz).toBe(85_000_000);
  expect(read({ centerFrequencyHz: "45.01" }).issues.get("centerFrequencyHz")).toMatchObject({
    rule: "centre.grid",
    use: "45.000",
  });
  expect(read({ repeatPeriodUs: "20" }).issues.get("repeatPeriodUs")).toMatchObject({ use: "0" });
  expect(read({ repeatPeriodUs: "30" }).issues.get("repeatPeriodUs")).toMatchObject({ use: "50" });
});

test("a span that begins below 0 MHz is refused by the relation of both columns", () => {
  const { issues } = read({ centerFrequencyHz: "30" });
  expect(issues.get("spanHz")?.rule).toBe("span.aboveZero");
});

test("the rule beside a field is the vendor's where there is one; a relation stands alone only", () => {
  const { rules } = options.fields.find(({ field }) => field === "spanHz")!;
  expect(tellingRules(rules).map(({ id }) => id)).toEqual(["span.wideband"]);
  const relation = rules.filter(({ limit }) => limit.kind === "relation");
  expect(tellingRules(relation)).toEqual(relation);
});

test("a trigger on a modem needs the modem, and finds its channel by itself", () => {
  expect(read({ triggerMode: "cmMac" }).issues.get("cmMacAddr")?.rule).toBe("modem.required");
  const { issues, situation } = read({ triggerMode: "cmMac", cmMacAddr: "0010.181a.2d11" });
  expect(issues.size).toBe(0);
  expect(situation.channelKind).toBeUndefined();
  const chosen = read({ triggerMode: "cmMac", cmMacAddr: "0010.181a.2d11", logicalChIfIndex: "105" });
  expect(chosen.situation.channelKind).toBe("ofdma");
});

test("what is no value at all is refused by its kind and makes no request", () => {
  const { issues, request } = read({ spanHz: "wide", bins: "", cmMacAddr: "x" });
  expect(issues.get("spanHz")).toMatchObject({ message: "Span is a number in MHz.", rule: null });
  expect(issues.get("bins")?.message).toBe("Bins is a whole number.");
  expect(issues.has("cmMacAddr")).toBe(false);
  expect(request).toBeUndefined();
});

test("a value beyond the MIB is refused where no rule of the port says so", () => {
  const { issues, request } = read({ destinationIndex: "-1" });
  expect(issues.get("destinationIndex")?.source?.name).toBe("DOCS-PNM-MIB");
  expect(request).toBeUndefined();
});

test.each(SPLIT_BANDS)("the preset $name covers its band with values that this port takes", (band) => {
  const request = bandRequest(band, options);
  expect(request.centerFrequencyHz - request.spanHz / 2).toBeGreaterThanOrEqual(0);
  expect(request.centerFrequencyHz + request.spanHz / 2).toBeGreaterThanOrEqual(band.stopMhz * 1e6);
  expect([...readDraft(draftOf(request, options), options, channels).issues]).toEqual([]);
});

test("without a list of spans a preset is as wide as its band", () => {
  const free = { fields: options.fields.map((option) => ({ ...option, rules: [] })) };
  const request = bandRequest({ startMhz: 5, stopMhz: 65 }, free);
  expect(request).toMatchObject({ centerFrequencyHz: 35e6, spanHz: 60e6, bins: 1200 });
});

test("own presets survive storing; what does not fit is left out, and a name is kept once", () => {
  const preset = { name: "Elm St", savedAt: "2026-11-21T09:00:00.000Z", request: midSplit };
  expect(parseOwnPresets(JSON.stringify([preset]))).toEqual([preset]);
  expect(parseOwnPresets('[{"name":"x"}]')).toEqual([]);
  expect(parseOwnPresets("{broken")).toEqual([]);
  const newer = { ...preset, savedAt: "2026-11-22T09:00:00.000Z" };
  expect(withPreset([preset], newer)).toEqual([newer]);
});

test("a column is compared as asked, accepted and observed; jitter is not a difference", () => {
  const option = (field: string) => options.fields.find((one) => one.field === field)!;
  const session = aSession({
    accepted: { window: "rectangular", repeatPeriodUs: 150_000 },
    observed: { repeatPeriodUs: 151_900 },
  });
  expect(columnTruth(session, option("window"))).toMatchObject({
    accepted: "Rectangular",
    acceptedDiffers: true,
    observed: null,
  });
  expect(columnTruth(session, option("repeatPeriodUs"))).toEqual({
    accepted: "150 ms",
    observed: "151.9 ms",
    acceptedDiffers: true,
    observedDiffers: false,
  });
  expect(columnTruth(undefined, option("spanHz")).accepted).toBeNull();
});

test("a drawn box becomes the nearest span of the port, on the grid of its centre", () => {
  const { situation } = read({});
  expect(snapBox(10e6, 81e6, options, situation)).toEqual({ centerFrequencyHz: 45_500_000, spanHz: 80e6 });
  expect(snapBox(1e6, 150e6, options, situation)).toEqual({ centerFrequencyHz: 80e6, spanHz: 160e6 });
  expect(rulerEndMhz(85e6)).toBe(204);
  expect(rulerEndMhz(320e6)).toBe(320);
});

test("what a start gives is reckoned from the request, and from frames only where there are any", () => {
  const lines = (request: UtscRequest, session = aSession()) =>
    new Map(expectationLines(request, 150, session).map(({ name, text }) => [name, text]));
  expect(lines(midSplit).get("Frames")).toBe("10.0 /s");
  expect(lines(midSplit).get("One capture lasts")).toBe("20.0 µs");
  expect(lines(midSplit).get("Chance to see a burst")).toBe(
    "88 % within a minute, of 120 bursts of 10 µs a second",
  );
  expect(lines({ ...midSplit, triggerMode: "cmMac" }).has("Chance to see a burst")).toBe(false);
  expect(lines(midSplit).get("Re-arms")).toBe("after 150 files, about every 15 s");
  expect(lines({ ...midSplit, bins: 800 }).get("Data")).toBe("not known before the first file");
  expect(lines({ ...midSplit, triggerMode: "cmMac" }).get("Frames")).toBe("as often as the trigger comes");
});

test("a timestamp gives one run, and a time that is past is refused with the time of the CMTS", () => {
  const lines = (request: UtscRequest) =>
    new Map(expectationLines(request, 150, undefined).map(({ name, text }) => [name, text]));
  const timed = { ...midSplit, triggerMode: "timestamp" as const };
  expect(lines(timed).get("Frames")).toBe("10.0 /s from the time set");
  expect(lines(timed).get("Ends")).toBe("after one run; the time comes once");
  expect(lines(timed).has("Re-arms")).toBe(false);
  expect(lines({ ...timed, repeatPeriodUs: 0 }).get("Frames")).toBe("one, at the time set");
  expect(pastIssue(5000, 5000)?.message).toContain("is past: the sysUpTime of the CMTS is 50 s");
  expect(pastIssue(5001, 5000)).toBeUndefined();
  expect(pastIssue(5000, undefined)).toBeUndefined();
});

test("a trigger on probes is offered OFDMA channels alone, and gets one; an IUC that is none gives way", () => {
  const probe = { triggerModes: ["quietProbeSymbol" as const] };
  const source = { kind: "mib" as const, name: "DOCS-PNM-MIB", citation: "made up" };
  const fields = options.fields.map((option) => {
    if (option.field === "logicalChIfIndex") {
      const { field } = option;
      const required = { kind: "relation" as const, relation: "required" as const };
      const rules = [
        { id: "needed", field, when: probe, limit: required, text: "needed", source },
        {
          id: "ofdma",
          field,
          when: { ...probe, channelKinds: ["scQam" as const] },
          limit: { kind: "values" as const, values: [] },
          text: "OFDMA only",
          source,
        },
      ];
      return { ...option, usedByTriggerModes: ["quietProbeSymbol" as const, "sid" as const], rules };
    }
    if (option.field !== "burstIuc") return option;
    const { field } = option;
    const limit = { kind: "values" as const, values: ["iuc1", "iuc5"] };
    const when = { triggerModes: ["burstIuc" as const] };
    const rules = [{ id: "named", field, when, limit, text: "named", source }];
    return { ...option, values: ["other", "iuc1", "iuc5"], usedByTriggerModes: when.triggerModes, rules };
  });
  const both = [{ ...channels[0]!, ifIndex: 101, kind: "scQam" as const }, ...channels];
  const draft = { ...draftOf(midSplit, options), triggerMode: "quietProbeSymbol" };
  const { situation } = readDraft(draft, { fields }, both);
  const option = fields.find(({ field }) => field === "logicalChIfIndex")!;
  expect(passingChannels(option, situation, both).map(({ ifIndex }) => ifIndex)).toEqual([105]);
  expect(withOperands(draft, { fields }, both).logicalChIfIndex).toBe("105");
  expect(withOperands({ ...draft, logicalChIfIndex: "101" }, { fields }, both).logicalChIfIndex).toBe("105");
  expect(withOperands({ ...draft, triggerMode: "sid" }, { fields }, both).logicalChIfIndex).toBeUndefined();
  expect(withOperands({ ...draft, triggerMode: "burstIuc" }, { fields }, both).burstIuc).toBe("iuc5");
});

test("names within a sentence keep their capitals where they are abbreviations", () => {
  expect([fieldWords("spanHz"), fieldWords("sid"), fieldWords("qualifyBandwidthHz")]).toEqual([
    "span",
    "SID",
    "qualify width",
  ]);
});

test("an error of the backend is told beside the columns that it names, in each of its forms", () => {
  const source = { kind: "profile" as const, name: "E6000", citation: "guide" };
  const refusal = {
    field: "spanHz" as const,
    rule: "span.wideband",
    value: 85e6,
    message: "Span is 80 or 160 MHz.",
    allowed: "80, 160",
    suggestion: 80e6,
    source,
  };
  const by = (details: object) =>
    issuesOfError(new ApiError("CODE", "the text", 422, { details: { ...details } }));
  expect([...by({ field: "spanHz", refusals: [refusal] })]).toEqual([
    ["spanHz", { message: "Span is 80 or 160 MHz.", rule: "span.wideband", source, use: "80.000" }],
  ]);
  expect(by({ field: "cmMacAddr", rfPorts: [1] }).get("cmMacAddr")?.message).toBe("the text");
  expect(by({ issues: [{ field: "body.bins", message: "too big" }] }).get("bins")?.message).toBe("too big");
  expect(by({ scope: "lineCard" }).size).toBe(0);
  expect(issuesOfError(new Error("no details")).size).toBe(0);
});
