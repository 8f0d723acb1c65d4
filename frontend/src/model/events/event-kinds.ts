/** Kinds of events by name, from the one that troubles most channels to the one that troubles least. */
const NAMES: Readonly<Record<string, string>> = {
  clipping: "Laser clipping",
  receiverOverload: "Receiver overload",
  impulseNoise: "Impulse noise",
  noiseRise: "Noise rise",
  cpdComb: "CPD, comb",
  cpdNoise: "CPD, noise",
  narrowbandIngress: "Narrowband ingress",
  stuckTransmitter: "Stuck transmitter",
  unknownCarrier: "Unknown carrier",
  hum: "Hum",
  suckOut: "Suck-out",
  rollOff: "Roll-off",
  ripple: "Ripple",
  tilt: "Tilt",
  mask: "Mask",
  levelDeviation: "Level deviation",
  channelSilent: "Channel silent",
  dcSpur: "DC spur",
  anomaly: "Anomaly",
  lowTraffic: "Low traffic",
};

/** All kinds, the worst first. */
export const EVENT_KINDS: readonly string[] = Object.keys(NAMES);

/** What a kind is called; one that this page does not know keeps its own name. */
export function kindName(kind: string): string {
  return NAMES[kind] ?? kind;
}

/** Whether a kind lies at a frequency; impulses fill the whole band. */
export function hasFrequency(kind: string): boolean {
  return kind !== "impulseNoise";
}

/** Place in the order of the worst; kinds that this page does not know come last. */
export function kindRank(kind: string): number {
  const rank = EVENT_KINDS.indexOf(kind);
  return rank < 0 ? EVENT_KINDS.length : rank;
}

const DETECTORS: Readonly<Record<string, string>> = {
  D1: "Narrowband ingress",
  D2: "Noise rise",
  D3: "Impulse noise",
  D4: "Common path distortion",
  D5: "Clipping",
  D6: "Hum",
  D7: "Passband: tilt, roll-off, suck-out, ripple",
  D8: "Carriers: unknown, silent, off level, stuck",
  D9: "Receiver overload",
  D10: "Anomaly",
};

export const DETECTOR_IDS: readonly string[] = Object.keys(DETECTORS);

/** What found an event: a detector by its name, or a mask that the lab watches. */
export function detectorName(id: string): string {
  return id === "mask" ? "Mask of the lab" : (DETECTORS[id] ?? id);
}

const TOKENS: Readonly<Record<string, string>> = {
  clipping: "fail",
  receiverOverload: "trace-difference",
  impulseNoise: "warn",
  noiseRise: "trace-max",
  cpdComb: "trace-band",
  cpdNoise: "trace-band",
  narrowbandIngress: "trace-average",
  stuckTransmitter: "trace-min",
  unknownCarrier: "trace-min",
  hum: "trace-user",
  suckOut: "trace-reference",
  rollOff: "trace-reference",
  ripple: "trace-reference",
  tilt: "trace-reference",
  mask: "accent",
};

/** Colour of a kind in the bars by hour, as the name of a token; the legend beside them says the kind. */
export function kindToken(kind: string): string {
  return TOKENS[kind] ?? "unknown";
}
