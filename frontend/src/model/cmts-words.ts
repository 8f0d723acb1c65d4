import type { Cmts } from "@pnmlab/protocol";
import type { Tone } from "./session-words.ts";

/** How the state of a CMTS is shown. */
export const CMTS_TONES: Record<Cmts["state"], Tone> = {
  answering: "ok",
  silent: "fail",
  unknown: "unknown",
};
