import type { RfPort, UpstreamChannel, UtscRequest, UtscTriggerMode } from "@pnmlab/protocol";
import { bandOfChannel, holdsChannel, keptBand } from "./channel-band.ts";
import { isNeeded, passingChannels, readDraft, type SetupDraft } from "./draft.ts";
import type { SetupField } from "./fields.ts";
import { isInForce, type SetupSituation, type SetupValues, tellingRules } from "./judge.ts";
import { fftFormatOf, optionOf, type PortFields, presetRepeatPeriodUs } from "./limits.ts";
import { bandRequest, FIRST_BAND } from "./presets.ts";
import { parseMacAddress, valueWords } from "./units.ts";

/** A set-up made from what the port has. */
export interface PortPreset {
  id: string;
  name: string;
  /** What it fills in, or why it is not offered on this port. */
  offer: { ok: true; request: UtscRequest } | { ok: false; reason: string };
  /** The column that stays to be chosen by the user. */
  missing?: SetupField;
}

type Channels = RfPort["channels"];
type Offer = PortPreset["offer"];

/** What one run captures, as far as a CMTS takes that many; more runs follow. */
const TRIGGER_COUNT = 10;

/**
 * One preset for each channel of the port, the lowest first, then idle noise and one modem.
 *
 * The last two are on the channel that the form names, else on the SC-QAM channel of the form's band nearest to its
 * centre, else on the channel nearest to it. They keep the form's centre, span and bins where these hold the channel
 * and are taken with the trigger, and have the narrowest span around the channel otherwise.
 */
export function portPresets(options: PortFields, channels: Channels, draft: SetupDraft): PortPreset[] {
  const ascending = channels.toSorted((a, b) => a.lowerFrequencyHz - b.lowerFrequencyHz);
  const form = readDraft(draft, options, channels).values;
  const chosen = Number(draft.logicalChIfIndex ?? 0);
  const triggered = (mode: UtscTriggerMode) => triggeredOffer(mode, { options, channels, form, chosen });
  const modem = parseMacAddress(draft.cmMacAddr ?? "");
  return [
    ...ascending.map((channel) => ({
      id: `channel-${channel.ifIndex}`,
      name: channel.name,
      offer: channelOffer(channel, options),
    })),
    { id: "idle-noise", name: "Idle noise", offer: idleOffer(options, channels, triggered) },
    {
      id: "one-modem",
      name: "One modem",
      offer: withModem(triggered("cmMac"), modem),
      ...(modem === undefined ? { missing: "cmMacAddr" as const } : {}),
    },
  ];
}

/** A free run does not write the channel; it stays in the form for a trigger that is chosen afterwards. */
function channelOffer(channel: UpstreamChannel, options: PortFields): Offer {
  const situation = situationOf("freeRunning", options, undefined);
  return offerOf(channel, options, situation, bandOfChannel(channel, options, situation));
}

/** Captures while nobody sends: of a SID that nobody has, or of a probe that the CMTS grants to nobody. */
function idleOffer(
  options: PortFields,
  channels: Channels,
  triggered: (mode: UtscTriggerMode) => Offer,
): Offer {
  if (isOffered("idleSid", options) || !isOffered("quietProbeSymbol", options)) return triggered("idleSid");
  if (channels.some(({ kind }) => kind === "ofdma")) return triggered("quietProbeSymbol");
  return { ok: false, reason: "No trigger idle SID, and no OFDMA channel for a quiet probe." };
}

function withModem(offer: Offer, cmMacAddr: string | undefined): Offer {
  return offer.ok && cmMacAddr !== undefined ? { ok: true, request: { ...offer.request, cmMacAddr } } : offer;
}

interface Form {
  options: PortFields;
  channels: Channels;
  form: SetupValues;
  chosen: number;
}

function triggeredOffer(triggerMode: UtscTriggerMode, { options, channels, form, chosen }: Form): Offer {
  if (!isOffered(triggerMode, options)) {
    const rules = tellingRules(optionOf(options, "triggerMode")?.rules ?? []).map(({ text }) => text);
    return { ok: false, reason: [`${valueWords(triggerMode)} is no trigger here.`, ...rules].join(" ") };
  }
  const column = optionOf(options, "logicalChIfIndex");
  const anyChannel = situationOf(triggerMode, options, undefined);
  const passing = column?.state === "open" ? passingChannels(column, anyChannel, channels) : [];
  let refusal: Offer | undefined;
  for (const channel of inOrder(passing, form, chosen)) {
    const situation = situationOf(triggerMode, options, channel);
    const band = keptBand(form, channel, options, situation) ?? bandOfChannel(channel, options, situation);
    const offer = offerOf(channel, options, situation, band);
    if (offer.ok) return offer;
    refusal ??= offer;
  }
  if (refusal) return refusal;
  if (column && isNeeded(column, anyChannel)) {
    return {
      ok: false,
      reason: `${valueWords(triggerMode)} needs a channel, and none of this port is known.`,
    };
  }
  const band = keptBand(form, undefined, options, anyChannel);
  const columns = triggerColumns(triggerMode, options, anyChannel);
  return { ok: true, request: { ...bandRequest(FIRST_BAND, options), ...band, ...columns } };
}

function offerOf(
  channel: UpstreamChannel,
  options: PortFields,
  situation: SetupSituation,
  band: Pick<UtscRequest, "centerFrequencyHz" | "spanHz" | "bins"> | undefined,
): Offer {
  if (!band) {
    const rules = (["centerFrequencyHz", "spanHz"] as const).flatMap((field) =>
      tellingRules((optionOf(options, field)?.rules ?? []).filter(({ when }) => isInForce(when, situation))),
    );
    const texts = rules.filter(({ limit }) => limit.kind !== "relation").map(({ text }) => text);
    return { ok: false, reason: [`No span that is taken holds ${channel.name}.`, ...texts].join(" ") };
  }
  return {
    ok: true,
    request: {
      ...band,
      ...triggerColumns(situation.triggerMode, options, situation),
      logicalChIfIndex: channel.ifIndex,
    },
  };
}

function triggerColumns(triggerMode: UtscTriggerMode, options: PortFields, situation: SetupSituation) {
  const count = optionOf(options, "triggerCount");
  const isCounted = count?.state === "open" && count.usedByTriggerModes?.includes(triggerMode);
  return {
    triggerMode,
    outputFormat: fftFormatOf(options),
    repeatPeriodUs: presetRepeatPeriodUs(options, situation),
    ...(isCounted && count.defaultValue === null ? { triggerCount: TRIGGER_COUNT } : {}),
  };
}

function situationOf(
  triggerMode: UtscTriggerMode,
  options: PortFields,
  channel: UpstreamChannel | undefined,
): SetupSituation {
  return { triggerMode, outputFormat: fftFormatOf(options), channelKind: channel?.kind ?? "none" };
}

function isOffered(triggerMode: UtscTriggerMode, options: PortFields): boolean {
  const option = optionOf(options, "triggerMode");
  return option?.state === "open" && (option.values?.includes(triggerMode) ?? true);
}

/** The channel of the form first, then SC-QAM within its band, each by its distance from the centre of the band. */
function inOrder(channels: Channels, form: SetupValues, chosen: number): UpstreamChannel[] {
  const centerFrequencyHz = Number(form.centerFrequencyHz ?? 0);
  const spanHz = Number(form.spanHz ?? 0);
  const rank = (channel: UpstreamChannel) => {
    if (channel.ifIndex === chosen) return 0;
    return channel.kind === "scQam" && holdsChannel({ centerFrequencyHz, spanHz }, channel) ? 1 : 2;
  };
  const distanceHz = ({ lowerFrequencyHz, upperFrequencyHz }: UpstreamChannel) =>
    Math.abs((lowerFrequencyHz + upperFrequencyHz) / 2 - centerFrequencyHz);
  return channels.toSorted((a, b) => rank(a) - rank(b) || distanceHz(a) - distanceHz(b));
}
