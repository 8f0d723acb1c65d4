import { type DetectorEvent, type EventKind, serviceAt } from "@pnmlab/pnm-analysis";
import type { UpstreamChannel } from "@pnmlab/protocol";
import { maskWords } from "./mask-words.ts";

type Event = Pick<DetectorEvent, "kind" | "f0Hz" | "bwHz" | "classification" | "channels" | "figures">;

interface Words {
  name: string;
  /** Where it lies: at one frequency, over a band, in a channel, or nowhere in particular. */
  place: "at" | "over" | "in" | "none";
  cause: string;
}

/** Finding, likely cause and what confirms it; the patterns are those that return paths show. */
const WORDS: Readonly<Record<Exclude<EventKind, "mask">, Words>> = {
  narrowbandIngress: {
    name: "Narrowband ingress",
    place: "at",
    cause:
      "A radio signal enters through a shield defect: a loose connector, a cracked cable, or an open port in a home. Isolate leg by leg while the line is on, and patrol for leakage.",
  },
  noiseRise: {
    name: "Noise floor has risen",
    place: "over",
    cause:
      "Noise of many homes or of one leg adds up, or a leg was joined: legs of equal noise add 3 dB for each doubling. Take legs off one after the other; a fall of 3 dB means that the leg is half of it.",
  },
  impulseNoise: {
    name: "Impulse noise",
    place: "none",
    cause:
      "Electrical discharge in the plant or in a home: switches, motors, a corroded connection under power. Look for its times of the day and isolate leg by leg.",
  },
  cpdComb: {
    name: "Common path distortion",
    place: "none",
    cause:
      "A corroded contact works as a diode and mixes downstream carriers: connectors, terminators and seizure screws where both directions pass. It vanishes with the downstream off and changes with weather and tapping.",
  },
  cpdNoise: {
    name: "Common path distortion as noise",
    place: "none",
    cause:
      "A corroded contact mixes digital downstream carriers into noise that rises towards low frequencies. It vanishes with the downstream off and changes with weather and tapping.",
  },
  clipping: {
    name: "Clipping of the return path",
    place: "none",
    cause:
      "The return laser or an amplifier is overdriven: products rise with the power in the band. Lower the return level by 3 dB: the products fall by much more. Look below 5 MHz for a strong carrier as well.",
  },
  hum: {
    name: "Hum modulation",
    place: "in",
    cause:
      "Mains ripple modulates the signal: a power supply with weak filter capacitors, or a corroded connection that carries power. Measure the ripple at the amplifiers' supplies along the cascade.",
  },
  tilt: {
    name: "Tilt over the band",
    place: "over",
    cause:
      "Return equalizers or pads do not fit the cable, or water is in it. Compare with the alignment records of the amplifiers.",
  },
  rollOff: {
    name: "Roll-off at the band's end",
    place: "at",
    cause:
      "A diplexer or filter of a lower split stands in the path, or one is out of tolerance. Look for the first amplifier from which it shows.",
  },
  suckOut: {
    name: "Suck-out",
    place: "at",
    cause:
      "A part of the band is absorbed: loose seizure screw, bad ground or a cracked module. The same frequency on the modems of one branch names the amplifier.",
  },
  ripple: {
    name: "Ripple",
    place: "in",
    cause:
      "An echo between two mismatches: a bad tap, terminator or splice. Its period gives the distance; modems that share it lie behind it.",
  },
  unknownCarrier: {
    name: "Carrier that is not in the channel table",
    place: "over",
    cause:
      "Another CMTS channel, a set-top return or telemetry carrier, a wide radio signal, or a misread channel table. Compare with the frequency plan of the node.",
  },
  channelSilent: {
    name: "Silent channel",
    place: "in",
    cause:
      "No burst was seen: no modem uses it, it is shut at the CMTS, or the path is broken. At times of low traffic this can be normal.",
  },
  lowTraffic: {
    name: "Low traffic",
    place: "in",
    cause:
      "Few bursts were seen. At times of low traffic this is normal; else modems may have left the channel.",
  },
  levelDeviation: {
    name: "Level away from what the CMTS expects",
    place: "in",
    cause:
      "Modems at the end of their range, an amplifier or pad fault, or a wrong pad at the receiver. Where all modems send at high power and one channel arrives low, look at amplifier and pad.",
  },
  stuckTransmitter: {
    name: "Transmitter that never stops",
    place: "in",
    cause:
      "One modem sends without a pause and keeps others off the channel. The CMTS's modem list with the worst codeword errors on this channel names suspects; take legs off to find it.",
  },
  receiverOverload: {
    name: "Receiver overload",
    place: "none",
    cause:
      "Samples stand at the end of their range: the input of the receiver is overdriven, and what is measured meanwhile is doubtful. Check the pad before the receiver.",
  },
  dcSpur: {
    name: "Spur of the receiver",
    place: "at",
    cause:
      "The line lies at the centre frequency of the capture and comes from the receiver itself. Move the centre frequency: it moves along.",
  },
  anomaly: {
    name: "Unusual levels",
    place: "over",
    cause:
      "This part of the band differs from its own past for a time and no other detector names it. Look at the frames around it.",
  },
};

/** Causes that the place or the class of a finding tells better than its kind. */
const SPECIAL_CAUSES: readonly { applies: (event: Event) => boolean; cause: string }[] = [
  {
    applies: ({ kind, classification }) => kind === "narrowbandIngress" && !!classification?.startsWith("CB"),
    cause:
      "A CB transmitter near a shield defect: a loose F connector or a cracked hardline. Isolate leg by leg while it sends, evenings above all; frames of an idle SID show it too.",
  },
  {
    applies: ({ kind, classification }) =>
      kind === "narrowbandIngress" && !!classification?.startsWith("Short wave"),
    cause:
      "Short-wave broadcast through shield defects, often of many homes together, rising at night. Compare nodes at the same time.",
  },
  {
    applies: ({ kind, classification }) =>
      kind === "clipping" && !!classification?.startsWith("follows the carrier"),
    cause:
      "One strong carrier, not the channels, overdrives the return laser or an amplifier: the noise over the band comes and goes with it. Find where it enters, leg by leg while it is on; a high-pass filter keeps out what lies below the band.",
  },
  {
    applies: ({ kind, classification }) =>
      kind === "impulseNoise" && !!classification?.startsWith("mains-locked"),
    cause:
      "Arcing of a power supply or appliance, or a dimmer: the impulses follow the mains. A phase that stays is one source; isolate leg by leg.",
  },
];

/** Title and likely cause of an event, in words. `channels` are those of the port, to name them. */
export function wordsOf(
  event: Event,
  channels: readonly Pick<UpstreamChannel, "ifIndex" | "name">[],
): { title: string; cause: string } {
  if (event.kind === "mask")
    return maskWords(event, event.channels.length === 1 ? placeOf("in", event, channels) : "");
  const { name, place, cause } = WORDS[event.kind];
  const where = placeOf(place, event, channels);
  // The class of such a carrier says no more than its name: the service at its place does.
  const what = event.kind === "unknownCarrier" ? serviceAt(event.f0Hz, 0) : event.classification;
  return {
    title: `${name}${where}${what === undefined ? "" : `, ${what}`}`,
    cause: SPECIAL_CAUSES.find(({ applies }) => applies(event))?.cause ?? cause,
  };
}

/** A statistic by its name without its unit: `excess over neighbours in dB, single frame` gives `excess over neighbours, single frame`. */
export function statisticName(statistic: string): string {
  return statistic.replace(UNIT, "");
}

/** A value of a statistic with the unit that its name tells: `19.2 dB`. */
export function statisticFigure(statistic: string, value: number): string {
  const unit = UNIT.exec(statistic)?.[1];
  const text = String(Number(value.toPrecision(4)));
  if (unit === undefined) return text;
  return `${text} ${unit === "standard deviations" ? "sigma" : unit}`;
}

const UNIT = /(?: in|,) (dB|s|%|sigma|standard deviations)(?=,|$)/;

function placeOf(
  place: Words["place"],
  { f0Hz, bwHz, channels: ids }: Event,
  channels: readonly Pick<UpstreamChannel, "ifIndex" | "name">[],
): string {
  const [id] = ids;
  if (place === "in" && ids.length === 1) {
    return ` in ${channels.find(({ ifIndex }) => String(ifIndex) === id)?.name ?? `channel ${id}`}`;
  }
  if (place === "over" || (place === "in" && ids.length > 1)) {
    return `, ${mhz(f0Hz - bwHz / 2, 1)} to ${mhz(f0Hz + bwHz / 2, 1)} MHz`;
  }
  return place === "none" ? "" : ` at ${mhz(f0Hz, 3)} MHz`;
}

function mhz(frequencyHz: number, digits: number): string {
  return (frequencyHz / 1e6).toFixed(digits);
}
