import { durationText } from "@pnmlab/kit";
import type { DetectionState, PlantEvent, Replay } from "@pnmlab/protocol";
import { formatBandwidth, formatCount, formatMhz, formatNumber, formatSigned } from "../format.ts";
import { TRIGGER_WORDS } from "../utsc-words.ts";

/** How long an event has lasted, from the first frame that showed it to the last. */
export function lengthWords({ firstMs, lastMs }: Pick<PlantEvent, "firstMs" | "lastMs">): string {
  return lastMs - firstMs < 1000 ? "under 1 s" : durationText(lastMs - firstMs);
}

/** Where an event lies: `27.185 MHz, 50.0 kHz wide`. */
export function placeWords({ f0Hz, bwHz }: Pick<PlantEvent, "f0Hz" | "bwHz">): string {
  return bwHz > 0 ? `${formatMhz(f0Hz)} MHz, ${formatBandwidth(bwHz)} wide` : `${formatMhz(f0Hz)} MHz`;
}

/**
 * Level of an event relative to the channel at it or nearest to it: `−24.3 dBc`. Only lines are measured so; what is
 * wide, or not a level at all, is not, whatever channels it lies in.
 */
export function relationWords({ dBc, channels }: Pick<PlantEvent, "dBc" | "channels">): string {
  if (dBc !== null) return `${formatSigned(dBc, 1)} dBc`;
  if (channels.length === 0) return "has none";
  return `not measured, it lies in ${channels.length === 1 ? "a channel" : `${channels.length} channels`}`;
}

/** Unit of a statistic, out of its name: `excess over neighbours in dB, live` gives dB. */
function statisticUnit(statistic: string): string {
  if (/\bin standard deviations\b|\bsigma\b/.test(statistic)) return "sigma";
  if (/\bdB\b/.test(statistic)) return "dB";
  if (/\bin s\b/.test(statistic)) return "s";
  if (/%/.test(statistic)) return "%";
  return "";
}

/** A value of a statistic with its unit: `19.2 dB`; shares too small for tenths keep three figures. */
export function statisticWords(statistic: string, value: number): string {
  const unit = statisticUnit(statistic);
  const isSmall = value !== 0 && Math.abs(value) < 0.05;
  const text = isSmall ? value.toPrecision(3) : formatNumber(value, 1);
  return unit ? `${text} ${unit}` : text;
}

/** A sentence of the backend with the minus sign of the page's figures: `the level was −26.0 dBmV`. */
export function sentenceWords(sentence: string): string {
  return sentence.replace(/(?<=^|\s)-(?=\d+(?:\.\d+)? dB)/g, "\u2212");
}

/** That one frame need not show what was seen over frames: `seenIn` as of `EvidenceView`. */
export function seenInWords(seenIn: string, sequence: number): string {
  const where = seenIn === "between bursts" ? seenIn : `in the ${seenIn}`;
  return `It was seen ${where}, up to frame ${formatCount(sequence)}: no frame need show it alone.`;
}

/** What a replay came to: `Fires again: 19.2 dB over 13.0 dB`. */
export function replayWords(event: Pick<PlantEvent, "evidence">, replay: Replay): string {
  const { statistic } = event.evidence;
  if (replay.fires && replay.value !== null && replay.threshold !== null) {
    return `Fires again: ${statisticWords(statistic, replay.value)} over ${statisticWords(statistic, replay.threshold)}`;
  }
  return replay.fires ? "Fires again" : "Does not fire again";
}

const SOURCES: Readonly<Record<Replay["source"], string>> = {
  recording: "of the kept recording",
  ring: "of the ring",
  evidence: "stored with the event",
};

/** From which frames a replay was made: `600 frames of the ring`. */
export function replaySourceWords({ frames, source }: Replay): string {
  return `${formatCount(frames)} ${frames === 1 ? "frame" : "frames"} ${SOURCES[source]}`;
}

/** Mains rhythms that the times of a session's frames hide from the detectors of hum and of impulses, as a sentence. */
export function hiddenMainsWords(
  state: DetectionState | undefined,
  sessionId: string | undefined,
): string | undefined {
  const hidden = state?.sessions.find((session) => session.sessionId === sessionId)?.hiddenMainsHz ?? [];
  if (hidden.length === 0) return undefined;
  return `Hum and mains-locked impulses at ${hertzList(hidden)} cannot be told: the frames all stand at one phase of them. Another repeat period shows them.`;
}

/** What is not judged in a session because a trigger selects its frames, as a sentence. */
export function restingWords(
  state: DetectionState | undefined,
  sessionId: string | undefined,
): string | undefined {
  const mode = state?.sessions.find((session) => session.sessionId === sessionId)?.trafficRestsFor;
  if (mode === undefined || mode === null) return undefined;
  return `Low traffic, silent channels and transmitters that never stop are not judged: the trigger ${TRIGGER_WORDS[mode]} selects the frames.`;
}

/** "50, 60 and 100 Hz". */
export function hertzList(frequenciesHz: readonly number[]): string {
  const last = frequenciesHz.at(-1);
  const others = frequenciesHz.slice(0, -1).join(", ");
  return others === "" ? `${last} Hz` : `${others} and ${last} Hz`;
}

/** Why the detectors did not see everything of a session; undefined where they did. */
export function detectionTrouble(
  state: DetectionState | undefined,
  sessionId?: string | undefined,
): string | undefined {
  if (!state) return undefined;
  if (state.worker !== "running") return state.sentence;
  const sessions = state.sessions.filter((session) => !sessionId || session.sessionId === sessionId);
  const skipped = sessions.reduce((sum, { framesSkipped }) => sum + framesSkipped, 0);
  if (skipped > 0) {
    const analysed = sessions.reduce((sum, { framesAnalysed }) => sum + framesAnalysed, 0);
    return `The detectors skipped ${formatCount(skipped)} of ${formatCount(skipped + analysed)} frames. ${state.sentence}`;
  }
  if (sessionId && sessions.some(({ hasPlan }) => !hasPlan)) {
    return "The channels of this port are not known yet, so the detectors wait for them.";
  }
  return undefined;
}
