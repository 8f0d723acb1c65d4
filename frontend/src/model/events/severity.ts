import type { EventSeverity } from "@pnmlab/protocol";
import type { Tone } from "../session-words.ts";

/** Word, shape and rank of a severity; the worst has rank 3. */
export const SEVERITIES: Readonly<Record<EventSeverity, { word: string; tone: Tone; rank: number }>> = {
  critical: { word: "Critical", tone: "fail", rank: 3 },
  major: { word: "Major", tone: "fail", rank: 2 },
  minor: { word: "Minor", tone: "warn", rank: 1 },
  info: { word: "Info", tone: "idle", rank: 0 },
};
