import type { UpstreamChannel, UtscOptions, UtscRuleView, UtscTriggerMode } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { SyntheticSetup } from "../../api/synthetic/synthetic-setup.ts";
import { SYNTHETIC_CHANNELS } from "../../api/synthetic/synthetic-spectrum.ts";
import { draftOf, readDraft, type SetupDraft } from "./draft.ts";
import { type PortPreset, portPresets } from "./port-presets.ts";
import { bandRequest, FIRST_BAND } from "./presets.ts";

const made: UtscOptions = new SyntheticSetup().options("lab", 72);
const source = { kind: "profile" as const, name: "Made-up CCAP", citation: "of no device" };
const [us1, us2, us3, us4, ofdma] = SYNTHETIC_CHANNELS as [
  UpstreamChannel,
  UpstreamChannel,
  UpstreamChannel,
  UpstreamChannel,
  UpstreamChannel,
];
const first: SetupDraft = draftOf(bandRequest(FIRST_BAND, made), made);

type Field = UtscOptions["fields"][number];
type Fields = Pick<UtscOptions, "fields">;

function withField(options: Fields, field: Field["field"], change: Partial<Field>): Fields {
  return { fields: options.fields.map((one) => (one.field === field ? { ...one, ...change } : one)) };
}

function withTriggers(...triggerModes: UtscTriggerMode[]): Fields {
  const limit = { kind: "values" as const, values: triggerModes };
  const rules = [{ id: "trigger", field: "triggerMode" as const, limit, text: "Only what is told.", source }];
  const using = (field: Field["field"]) => ({
    usedByTriggerModes: [
      ...(made.fields.find((one) => one.field === field)!.usedByTriggerModes ?? []),
      "quietProbeSymbol" as const,
    ],
  });
  const options = withField(made, "triggerMode", { values: triggerModes, rules });
  return withField(options, "logicalChIfIndex", using("logicalChIfIndex"));
}

const free: Fields = { fields: made.fields.map((option) => ({ ...option, rules: [] })) };

function pick(id: string, options: Fields = made, draft = first, channels = SYNTHETIC_CHANNELS): PortPreset {
  return portPresets(options, channels, draft).find((preset) => preset.id === id)!;
}

function requestOf({ offer }: PortPreset) {
  if (!offer.ok) throw new Error(offer.reason);
  return offer.request;
}

test("a port has a preset for each of its channels, the lowest first, and two of triggers", () => {
  const names = portPresets(made, SYNTHETIC_CHANNELS.toReversed(), first).map(({ name }) => name);
  expect(names).toEqual(["US1", "US2", "US3", "US4", "OFDMA1", "Idle noise", "One modem"]);
});

test("a channel is captured by a free run centred on it, with some room and fine bins, where spans are free", () => {
  expect(requestOf(pick("channel-103", free))).toMatchObject({
    triggerMode: "freeRunning",
    centerFrequencyHz: 32_000_000,
    spanHz: 7_800_000,
    bins: 1560,
  });
  expect(requestOf(pick("channel-105", free))).toMatchObject({
    centerFrequencyHz: 64_400_000,
    spanHz: 49_100_000,
    bins: 3200,
  });
});

test("of listed spans a channel gets the smallest that holds it, moved up where it would begin below 0 Hz", () => {
  expect(requestOf(pick("channel-101"))).toMatchObject({ centerFrequencyHz: 40e6, spanHz: 80e6, bins: 3200 });
  expect(requestOf(pick("channel-105"))).toMatchObject({ centerFrequencyHz: 64_400_000, spanHz: 80e6 });
});

test("room beside the channel is given up where no span leaves it", () => {
  const limit = { kind: "values" as const, values: [6_400_000] };
  const rules: UtscRuleView[] = [{ id: "span", field: "spanHz", limit, text: "6.4 MHz.", source }];
  const narrow = withField(free, "spanHz", { rules });
  expect(requestOf(pick("channel-103", narrow))).toMatchObject({
    centerFrequencyHz: 32e6,
    spanHz: 6_400_000,
  });
});

test("a channel that no span holds is not offered, with the rules that keep it out", () => {
  const limit = { kind: "ranges" as const, ranges: [[0, 20e6] as const] };
  const rules: UtscRuleView[] = [
    { id: "centre", field: "centerFrequencyHz", limit, text: "0 to 20 MHz.", source },
  ];
  const low = withField(free, "centerFrequencyHz", { rules });
  expect(pick("channel-105", low).offer).toEqual({
    ok: false,
    reason: "No span that is taken holds OFDMA1. 0 to 20 MHz.",
  });
});

test("the channel of a preset stays in the form for a trigger, and is not part of a free run", () => {
  const draft = draftOf(requestOf(pick("channel-102")), made);
  expect(draft.logicalChIfIndex).toBe("102");
  expect(readDraft(draft, made, SYNTHETIC_CHANNELS).request).not.toHaveProperty("logicalChIfIndex");
  expect(requestOf(pick("idle-noise", made, draft)).logicalChIfIndex).toBe(102);
});

test("idle noise keeps the band of the form, on the SC-QAM channel in it that is nearest to its centre", () => {
  const draft = { ...first, bins: "400" };
  expect(requestOf(pick("idle-noise", made, draft))).toEqual({
    triggerMode: "idleSid",
    logicalChIfIndex: us4.ifIndex,
    centerFrequencyHz: 45e6,
    spanHz: 80e6,
    bins: 400,
    outputFormat: "fftPower",
    repeatPeriodUs: 100_000,
    triggerCount: 10,
  });
  const overOfdma = draftOf(requestOf(pick("channel-105", free)), free);
  const { logicalChIfIndex: _, ...unnamed } = overOfdma;
  expect(requestOf(pick("idle-noise", free, unnamed)).logicalChIfIndex).toBe(ofdma.ifIndex);
});

test("a band that does not hold the channel, or is not taken with the trigger, gives way to that of the channel", () => {
  const away = { ...first, centerFrequencyHz: "100", spanHz: "20", logicalChIfIndex: String(us2.ifIndex) };
  expect(requestOf(pick("idle-noise", free, away))).toMatchObject({
    logicalChIfIndex: us2.ifIndex,
    centerFrequencyHz: 22_400_000,
    spanHz: 7_800_000,
  });
  const limit = { kind: "values" as const, values: [40e6] };
  const when = { triggerModes: ["idleSid" as const] };
  const rules: UtscRuleView[] = [{ id: "narrow", field: "spanHz", when, limit, text: "40 MHz.", source }];
  const narrow = withField(free, "spanHz", { rules });
  expect(requestOf(pick("idle-noise", narrow, { ...first, logicalChIfIndex: "103" }))).toMatchObject({
    logicalChIfIndex: us3.ifIndex,
    centerFrequencyHz: 32e6,
    spanHz: 40e6,
  });
});

test("a quiet probe of the OFDMA channel stands in where idle SID is no trigger", () => {
  const probing = withTriggers("freeRunning", "quietProbeSymbol");
  const onOfdma: UtscRuleView = {
    id: "ofdma",
    field: "logicalChIfIndex",
    when: { triggerModes: ["quietProbeSymbol"], channelKinds: ["scQam"] },
    limit: { kind: "values", values: [] },
    text: "OFDMA only.",
    source,
  };
  const options = withField(probing, "logicalChIfIndex", { rules: [onOfdma] });
  expect(requestOf(pick("idle-noise", options))).toMatchObject({
    triggerMode: "quietProbeSymbol",
    logicalChIfIndex: ofdma.ifIndex,
  });
  expect(pick("idle-noise", options, first, [us1, us2]).offer).toEqual({
    ok: false,
    reason: "No trigger idle SID, and no OFDMA channel for a quiet probe.",
  });
});

test("a trigger that the port does not have is not offered, with the rule that says so", () => {
  const options = withTriggers("freeRunning");
  expect(pick("idle-noise", options).offer).toEqual({
    ok: false,
    reason: "Idle SID is no trigger here. Only what is told.",
  });
  expect(pick("one-modem", options).offer).toEqual({
    ok: false,
    reason: "CM MAC is no trigger here. Only what is told.",
  });
});

test("one modem is all but the modem, which stays where it is in the form already", () => {
  const preset = pick("one-modem");
  expect(preset.missing).toBe("cmMacAddr");
  const request = requestOf(preset);
  expect(request).toMatchObject({ triggerMode: "cmMac", logicalChIfIndex: us4.ifIndex });
  expect([...readDraft(draftOf(request, made), made, SYNTHETIC_CHANNELS).issues.keys()]).toEqual([
    "cmMacAddr",
  ]);
  const chosen = pick("one-modem", made, { ...first, cmMacAddr: "0010.181a.2d11" });
  expect(chosen.missing).toBeUndefined();
  expect(requestOf(chosen).cmMacAddr).toBe("00:10:18:1a:2d:11");
});

test("without channels a trigger is that of the RF port, unless the CMTS needs a channel", () => {
  const { logicalChIfIndex, ...request } = requestOf(pick("idle-noise", made, first, []));
  expect(logicalChIfIndex).toBeUndefined();
  expect(request).toMatchObject({ triggerMode: "idleSid", centerFrequencyHz: 45e6, spanHz: 80e6 });
  const required: UtscRuleView = {
    id: "channel",
    field: "logicalChIfIndex",
    when: { triggerModes: ["idleSid"] },
    limit: { kind: "relation", relation: "required" },
    text: "Needs a channel.",
    source,
  };
  const needing = withField(made, "logicalChIfIndex", { rules: [required] });
  expect(pick("idle-noise", needing, first, []).offer).toEqual({
    ok: false,
    reason: "Idle SID needs a channel, and none of this port is known.",
  });
});
