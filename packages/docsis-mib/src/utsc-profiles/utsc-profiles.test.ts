import { expect, test } from "vitest";
import {
  defaultRepeatPeriodUs,
  detectUtscProfile,
  effectiveValues,
  fieldOffers,
  needsProbe,
  refusalsOf,
  UTSC_FIELD_NAMES,
  UTSC_PROFILES,
  type UtscChannelKind,
  type UtscOffer,
  type UtscProfile,
  type UtscValues,
  utscFields,
  utscProfile,
  warningsOf,
} from "./index.ts";

const everything: UtscOffer = {
  portName: "us-conn 0/1",
  triggerModes: [
    "freeRunning",
    "miniSlotCount",
    "sid",
    "idleSid",
    "cmMac",
    "quietProbeSymbol",
    "burstIuc",
    "timestamp",
    "activeProbeSymbol",
  ],
  outputFormats: ["timeIQ", "fftPower", "rawAdc", "fftIQ", "fftAmplitude", "fftDb"],
  windows: ["rectangular", "hann", "blackmanHarris", "hamming", "flatTop", "gaussian", "chebyshev"],
};
const base: UtscValues = {
  centerFrequencyHz: 50_000_000,
  spanHz: 80_000_000,
  bins: 800,
  repeatPeriodUs: 100_000,
  outputFormat: "fftPower",
};
const judge = (
  profile: UtscProfile,
  requested: UtscValues,
  channelKind: UtscChannelKind = "none",
  offer = everything,
) => {
  const effective = effectiveValues(profile, offer, requested);
  const subject = { profile, offer, requested, effective, channelKind };
  return { effective, refusals: refusalsOf(subject), warnings: warningsOf(subject) };
};
const broken = (id: string, overrides: UtscValues, channelKind?: UtscChannelKind) =>
  judge(utscProfile(id)!, { ...base, ...overrides }, channelKind).refusals.map(({ rule }) => rule);

test("the 23 writable columns are those of the MIB, in its order", () => {
  expect(UTSC_FIELD_NAMES.map((field) => Number(utscFields[field].object.oid.split(".").at(-1)))).toEqual(
    Array.from({ length: 23 }, (_, k) => k + 2),
  );
});

test.each(UTSC_PROFILES.map((profile) => [profile.id, profile] as const))(
  "every rule, adjustment, closed column and quirk of %s says who claims it",
  (_, profile) => {
    const claims = [
      ...profile.rules,
      ...profile.adjustments,
      ...profile.quirks,
      ...Object.values(profile.closed),
    ];
    for (const { source } of claims) expect(source.citation).toMatch(/\w{3}/);
    const ids = profile.quirks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  },
);

test.each([
  ["generic", "PNM Lab CMTS simulator, generic DOCSIS 3.1 CCAP", ""],
  ["commscope-e6000-core", "ARRIS E6000 CER_V13.00.00.0000", "1.3.6.1.4.1.4998.2.1"],
  ["casa-evo", "CASA DCTS VCCAP 10.10", "1.3.6.1.4.1.20858.2.600"],
  ["casa-c100g", "CASA DCTS C100G, Cisco interoperable", "1.3.6.1.4.1.20858.2.600"],
  ["cisco-cbr8", "Cisco IOS Software, cBR Software", "1.3.6.1.4.1.9.1.2141"],
  ["cisco-cbr8", "a router", "1.3.6.1.4.1.9.1.2141"],
  ["generic", "a router", "1.3.6.1.4.1.99999.1"],
])("%s is told by %s and %s", (id, sysDescr, sysObjectId) => {
  const identity = { sysDescr, sysObjectId, portDescriptions: ["us-conn 0/0"], windows: [] };
  expect(detectUtscProfile(identity).profile.id).toBe(id);
});

test("an I-CCAP is told from a CCAP Core by its ports, and by its windows where the ports say nothing", () => {
  const identity = { sysDescr: "CER_V13.01", sysObjectId: "", portDescriptions: [], windows: [] };
  expect(needsProbe(identity.sysDescr, "")).toBe(true);
  expect(needsProbe("Cisco IOS", "")).toBe(false);
  expect(detectUtscProfile(identity).profile.id).toBe("commscope-e6000-core");
  const iccap = [
    { ...identity, portDescriptions: ["cable-upstreamRfPort 3/0"] },
    { ...identity, windows: ["rectangular", "hann"] },
  ];
  for (const one of iccap) expect(detectUtscProfile(one).profile.id).toBe("commscope-e6000-iccap");
});

test("the six parameters of old are enough for every CMTS that captures ten times a second", () => {
  for (const id of ["generic", "commscope-e6000-core", "commscope-e6000-iccap", "cisco-cbr8"]) {
    expect(broken(id, {}), id).toEqual([]);
  }
  expect(broken("casa-c100g", { repeatPeriodUs: 400_000 })).toEqual([]);
  expect(broken("casa-evo", { repeatPeriodUs: 400_000 })).toEqual([]);
});

test.each<[string, string[], UtscValues, UtscChannelKind?]>([
  ["commscope-e6000-core", ["span.wideband"], { spanHz: 85_000_000 }],
  ["commscope-e6000-core", ["centre.grid"], { centerFrequencyHz: 50_010_000 }],
  ["commscope-e6000-core", ["centre.wideband"], { centerFrequencyHz: 250_000_000 }],
  ["commscope-e6000-core", ["bins.fft"], { bins: 1024 }],
  [
    "commscope-e6000-core",
    ["bins.time"],
    { outputFormat: "timeIQ", spanHz: 102_400_000, centerFrequencyHz: 60_000_000 },
  ],
  ["commscope-e6000-core", ["span.wideband.time"], { outputFormat: "timeIQ", bins: 1024 }],
  ["commscope-e6000-core", ["window.offered"], { window: "hann" }],
  ["commscope-e6000-iccap", [], { window: "hann" }],
  ["commscope-e6000-core", ["repeat.range"], { repeatPeriodUs: 20_000 }],
  ["commscope-e6000-core", ["repeat.range"], { repeatPeriodUs: 2_000_000 }],
  ["commscope-e6000-core", [], { repeatPeriodUs: 0 }],
  ["commscope-e6000-core", ["freeRun.watchdog"], { freeRunDurationMs: 120_000 }],
  ["commscope-e6000-core", ["averaging.fixed"], { averaging: 4 }],
  ["commscope-e6000-core", ["qualifyBandwidthHz.unsupported"], { qualifyBandwidthHz: 1_000_000 }],
  ["commscope-e6000-core", ["trigger.offered"], { triggerMode: "timestamp", timestampTicks: 5 }],
  ["commscope-e6000-core", ["trigger.channel"], { triggerMode: "idleSid" }],
  ["commscope-e6000-core", [], { triggerMode: "idleSid", logicalChIfIndex: 7 }, "scQam"],
  [
    "commscope-e6000-core",
    ["centre.narrowband", "span.narrowband"],
    { triggerMode: "idleSid", logicalChIfIndex: 7, centerFrequencyHz: 110_000_000, spanHz: 160_000_000 },
    "scQam",
  ],
  [
    "commscope-e6000-core",
    [],
    { triggerMode: "idleSid", logicalChIfIndex: 7, centerFrequencyHz: 110_000_000, spanHz: 160_000_000 },
    "ofdma",
  ],
  [
    "commscope-e6000-core",
    ["cmMacAddr.required", "triggerCount.range"],
    { triggerMode: "cmMac", logicalChIfIndex: 7, triggerCount: 0 },
    "scQam",
  ],
  ["casa-c100g", ["files.perRun"], {}],
  ["casa-c100g", ["repeat.range"], { repeatPeriodUs: 50_000 }],
  ["casa-c100g", ["freeRun.range"], { repeatPeriodUs: 400_000, freeRunDurationMs: 60_000 }],
  ["casa-c100g", ["destinationIndex.unsupported"], { repeatPeriodUs: 400_000, destinationIndex: 2 }],
  [
    "casa-evo",
    ["trigger.offered"],
    { repeatPeriodUs: 400_000, triggerMode: "cmMac", cmMacAddr: "00:00:00:00:00:01" },
  ],
  ["cisco-cbr8", ["bins.least"], { bins: 200 }],
  ["cisco-cbr8", ["format.offered"], { outputFormat: "fftDb" }],
  ["generic", ["centerFrequencyHz.aboveZero"], { centerFrequencyHz: 30_000_000 }],
  ["generic", ["repeatPeriodUs.withinFreeRun"], { repeatPeriodUs: 2_000_000, freeRunDurationMs: 1000 }],
  ["generic", ["sid.required"], { triggerMode: "sid" }],
  ["generic", ["logicalChIfIndex.required", "sid.required"], { triggerMode: "activeProbeSymbol" }],
  ["generic", ["logicalChIfIndex.ofdma"], { triggerMode: "quietProbeSymbol", logicalChIfIndex: 7 }, "scQam"],
])("%s refuses by %j", (id, rules, overrides, channelKind) => {
  expect(broken(id, overrides, channelKind)).toEqual(rules);
});

test("a refusal names the value, the rule and the nearest value that is taken", () => {
  const profile = utscProfile("commscope-e6000-core")!;
  expect(judge(profile, { ...base, spanHz: 85_000_000 }).refusals[0]).toMatchObject({
    field: "spanHz",
    rule: "span.wideband",
    message: "Span 85 MHz is refused: Free running uses the wideband FFT: 80, 160, 320 MHz.",
    suggestion: 80_000_000,
    source: { kind: "profile", name: "CommScope E6000, CCAP Core" },
  });
  const suggestion = (overrides: UtscValues, id = profile.id) =>
    judge(utscProfile(id)!, { ...base, ...overrides }).refusals[0]?.suggestion;
  expect(suggestion({ centerFrequencyHz: 50_030_000 })).toBe(50_050_000);
  expect(suggestion({ centerFrequencyHz: 20_010_000 })).toBe(40_000_000);
  expect(suggestion({ repeatPeriodUs: 49_999 })).toBe(50_000);
  expect(suggestion({ repeatPeriodUs: 20_000 })).toBe(50_000);
  expect(suggestion({ window: "hann" })).toBeNull();
  expect(suggestion({ repeatPeriodUs: 200_000 }, "casa-evo")).toBe(400_000);
});

test("what the capability row leaves out is refused in the name of the port, before the profile is asked", () => {
  const offer = { ...everything, outputFormats: ["fftPower"], windows: ["rectangular", "hamming"] };
  const { effective, refusals } = judge(
    utscProfile("generic")!,
    { ...base, outputFormat: "fftDb" },
    "none",
    offer,
  );
  expect(effective.window).toBe("hamming");
  expect(refusals).toMatchObject([
    {
      rule: "outputFormat.capability",
      message: "us-conn 0/1 does not offer the output format fftDb; it offers fftPower",
      source: { kind: "capability", citation: "docsPnmCmtsUtscCapabOutputFormat" },
    },
  ]);
});

test("what is written holds the defaults of the vendor and nothing that the trigger has no use for", () => {
  expect(judge(utscProfile("generic")!, { ...base, sid: 5, triggerCount: 3 })).toMatchObject({
    effective: {
      ...base,
      triggerMode: "freeRunning",
      window: "blackmanHarris",
      logicalChIfIndex: 0,
      freeRunDurationMs: 60_000,
      maxResultsPerFile: 1,
    },
    warnings: [
      { field: "sid", rule: "sid.unused" },
      { field: "triggerCount", rule: "triggerCount.unused" },
    ],
  });
  const free = judge(utscProfile("generic")!, { ...base, sid: 5 }).effective;
  expect(free).not.toHaveProperty("sid");
  const casa = (repeatPeriodUs: number) =>
    judge(utscProfile("casa-c100g")!, { ...base, repeatPeriodUs }).effective.freeRunDurationMs;
  expect([400_000, 500_000, 1_000_000, 10_000_000].map(casa)).toEqual([120_000, 150_000, 300_000, 300_000]);
  const triggered = judge(
    utscProfile("commscope-e6000-core")!,
    { ...base, triggerMode: "cmMac", cmMacAddr: "00:10:18:1a:2d:11", logicalChIfIndex: 7 },
    "scQam",
  ).effective;
  expect(triggered).toMatchObject({ triggerMode: "cmMac", cmMacAddr: "00:10:18:1a:2d:11", triggerCount: 10 });
});

test.each([
  ["generic", 103_000],
  ["cisco-cbr8", 103_000],
  // 300 captures in 120 s at least.
  ["casa-c100g", 403_000],
  ["casa-evo", 403_000],
  // It takes multiples of 50 ms alone, and those are whole half turns of all mains rhythms.
  ["commscope-e6000-core", 100_000],
  ["commscope-e6000-iccap", 100_000],
])(
  "a start on %s that asks for no repeat period gets one that shows mains rhythms, where it is taken",
  (id, us) => {
    const profile = utscProfile(id)!;
    const { effective, refusals, warnings } = judge(profile, {
      ...base,
      repeatPeriodUs: defaultRepeatPeriodUs(profile),
    });
    expect(effective.repeatPeriodUs).toBe(us);
    expect(refusals.filter(({ field }) => field === "repeatPeriodUs")).toEqual([]);
    expect(warnings.filter(({ field }) => field === "repeatPeriodUs")).toEqual([]);
  },
);

test("values that a CMTS takes and changes are told with what becomes of them", () => {
  const warnings = (id: string, overrides: UtscValues) =>
    judge(utscProfile(id)!, { ...base, ...overrides }).warnings.map(({ rule, expectedValue }) => [
      rule,
      expectedValue,
    ]);
  expect(warnings("commscope-e6000-core", { repeatPeriodUs: 120_000 })).toEqual([
    ["repeat.rounded", 150_000],
  ]);
  expect(warnings("commscope-e6000-core", {})).toEqual([]);
  expect(warnings("cisco-cbr8", { window: "flatTop" })).toEqual([["window.flatTop", "hamming"]]);
  expect(warnings("casa-c100g", { repeatPeriodUs: 400_000, outputFormat: "fftAmplitude" })).toEqual([
    ["format.amplitude", null],
  ]);
});

test("a port and a profile together say what is open, fixed, unsupported and managed", () => {
  const offer = { ...everything, windows: ["rectangular", "hann"] };
  const offers = fieldOffers(utscProfile("commscope-e6000-core")!, offer);
  const of = (field: string) => offers.find((one) => one.field === field)!;
  expect(of("triggerMode").values).toEqual(["freeRunning", "idleSid", "cmMac"]);
  expect(of("window").values).toEqual(["rectangular"]);
  expect(of("averaging").state).toBe("fixed");
  expect(of("qualifyThresholdTenthDb").state).toBe("unsupported");
  expect(of("fileName").state).toBe("managed");
  expect(of("spanHz").rules.map(({ id }) => id)).toContain("span.narrowband");
  expect(of("repeatPeriodUs").adjustments.map(({ id }) => id)).toEqual(["repeat.rounded"]);
});
