import type { LevelLine, MaskSource } from "@pnmlab/pnm-analysis";
import { type LabMask, MOST_LAB_MASK_POINTS, type PutLabMask } from "@pnmlab/protocol";
import type { MaskSpec } from "./mask-spec.ts";
import type { Tone } from "./session-words.ts";

/** What makes one mask the same as another, wherever they are kept. */
type MaskForm = Pick<PutLabMask, "name" | "trace" | "consecutiveFrames" | "source">;

/** How the states of a mask in the lab are shown. */
export const LAB_MASK_WORDS: Readonly<Record<LabMask["watch"]["state"], { word: string; tone: Tone }>> = {
  idle: { word: "IDLE", tone: "unknown" },
  waiting: { word: "WAITING", tone: "unknown" },
  passing: { word: "PASS", tone: "ok" },
  failing: { word: "FAIL", tone: "fail" },
  unfit: { word: "NOT JUDGED", tone: "warn" },
};

/**
 * A mask of this browser as the lab takes it: whole hertz and hundredths of a dB.
 *
 * @returns a sentence where the lab would not take it
 */
export function labFormOf({
  name,
  trace,
  consecutiveFrames,
  source,
}: Omit<MaskSpec, "id">): MaskForm | string {
  const points = source.from === "plan" ? [] : source.from === "points" ? source.points : source.line;
  if (source.from !== "plan" && points.length < 2) return "Two points make a limit that the lab can watch.";
  if (points.length > MOST_LAB_MASK_POINTS) {
    return `The lab takes lines of ${MOST_LAB_MASK_POINTS} points at most; this one has ${points.length}.`;
  }
  if (source.from === "reference" && source.upperDb === undefined && source.lowerDb === undefined) {
    return "This mask has no limit above or below.";
  }
  return { name, trace, consecutiveFrames, source: roundedSource(source) };
}

/** Whether the lab watches a mask as it is in this browser. */
export function isSameMask(form: MaskForm, { name, trace, consecutiveFrames, source }: MaskForm): boolean {
  return canonical(form) === canonical({ name, trace, consecutiveFrames, source });
}

/** A random UUID (RFC 9562, version 4); `crypto.randomUUID` is there on https:// and localhost alone. */
export function newMaskId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function roundedSource(source: MaskSource): PutLabMask["source"] {
  switch (source.from) {
    case "points":
      return { from: "points", points: roundedLine(source.points) };
    case "floor":
      return {
        from: "floor",
        upperDb: source.upperDb,
        line: roundedLine(source.line),
        ...roundedBandwidth(source),
      };
    case "reference":
      return {
        from: "reference",
        line: roundedLine(source.line),
        ...(source.upperDb !== undefined && { upperDb: source.upperDb }),
        ...(source.lowerDb !== undefined && { lowerDb: source.lowerDb }),
        ...roundedBandwidth(source),
      };
    case "plan": {
      const { from, channelMarginDb, idleDbmv, measured } = source;
      return {
        from,
        channelMarginDb,
        idleDbmv,
        measured: measured.map((channel) => ({ ...channel })),
        ...roundedBandwidth(source),
      };
    }
  }
}

function roundedBandwidth({ noiseBandwidthHz }: { noiseBandwidthHz?: number | undefined }) {
  return noiseBandwidthHz === undefined ? {} : { noiseBandwidthHz: Math.round(noiseBandwidthHz) };
}

function roundedLine(line: LevelLine) {
  return line.map(({ frequencyHz, levelDbmv }) => ({
    frequencyHz: Math.round(frequencyHz),
    levelDbmv: Math.round(100 * levelDbmv) / 100,
  }));
}

/** JSON with the fields of every object in one order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
