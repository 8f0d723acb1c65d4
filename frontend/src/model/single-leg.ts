import { dbOfPower, levelOfOneLeg, shareOfLeg } from "@pnmlab/pnm-analysis";
import { formatCount, formatNumber } from "./format.ts";
import { parseNumber } from "./parse-number.ts";

const MOST_LEGS = 1000;
const MOST_FALL_DB = 60;

/** A noise level that legs of the return path add up to. */
export interface LegsLevel {
  /** Where it is: a band, or an event. */
  label: string;
  levelDbmv: number;
}

/** What came of a number that was typed; empty text where none was. */
export interface LegWords {
  text: string;
  isRefused: boolean;
}

type FormatLevel = (levelDbmv: number) => string;

/** What each of so many equal legs has alone. */
export function equalLegWords(typed: string, sumDbmv: number, formatLevel: FormatLevel): LegWords {
  if (typed.trim() === "") return NOTHING;
  const legs = parseNumber(typed);
  if (legs === undefined || !Number.isInteger(legs) || legs < 1 || legs > MOST_LEGS) {
    return refused(`Equal legs: a whole number from 1 to ${formatCount(MOST_LEGS)}.`);
  }
  const legDbmv = levelOfOneLeg(sumDbmv, legs);
  const under = formatNumber(sumDbmv - legDbmv, 1);
  return found(`Each leg alone has ${formatLevel(legDbmv)}, ${under} dB under all of them.`);
}

/** What a leg carries by which the floor fell when it was taken off. */
export function takenLegWords(typed: string, sumDbmv: number, formatLevel: FormatLevel): LegWords {
  if (typed.trim() === "") return NOTHING;
  const fallDb = parseNumber(typed);
  if (fallDb === undefined || !(fallDb >= 0 && fallDb <= MOST_FALL_DB)) {
    return refused(`Fall of the floor: 0 to ${MOST_FALL_DB} dB.`);
  }
  const share = shareOfLeg(fallDb);
  if (share === 0) return found("That leg carries nothing of the noise that shows.");
  const legDbmv = sumDbmv + dbOfPower(share);
  return found(
    `That leg carries ${formatNumber(100 * share, 1)} % of the noise power: ${formatLevel(legDbmv)} alone, and ${formatLevel(sumDbmv - fallDb)} is left without it.`,
  );
}

const NOTHING: LegWords = { text: "", isRefused: false };

function found(text: string): LegWords {
  return { text, isRefused: false };
}

function refused(text: string): LegWords {
  return { text, isRefused: true };
}
