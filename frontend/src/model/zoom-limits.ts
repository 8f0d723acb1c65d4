import { parseFrequencyHz, parseNumber } from "./parse-number.ts";

/** Limits of a box as they were typed: MHz, and levels in the unit that is shown. */
export interface TypedLimits {
  startMhz: string;
  stopMhz: string;
  top: string;
  bottom: string;
}

export interface BoxLimits {
  startHz: number;
  stopHz: number;
  top: number;
  bottom: number;
}

/** Least height of a box, dB. */
const LEAST_DB = 3;

/** The limits as numbers, or why they are none. */
export function readLimits(typed: TypedLimits): { ok: true; limits: BoxLimits } | { ok: false; why: string } {
  const [startHz, stopHz] = [parseFrequencyHz(typed.startMhz), parseFrequencyHz(typed.stopMhz)];
  const [top, bottom] = [parseNumber(typed.top), parseNumber(typed.bottom)];
  if (startHz === undefined || stopHz === undefined || startHz < 0) {
    return { ok: false, why: "Frequencies are numbers in MHz, such as 27.185." };
  }
  if (stopHz <= startHz) return { ok: false, why: "The upper frequency lies over the lower one." };
  if (top === undefined || bottom === undefined)
    return { ok: false, why: "Levels are numbers, such as -45." };
  if (top - bottom < LEAST_DB) {
    return { ok: false, why: `The upper level lies ${LEAST_DB} dB over the lower one at least.` };
  }
  return { ok: true, limits: { startHz, stopHz, top, bottom } };
}
