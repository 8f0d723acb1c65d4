import { hiddenMainsOfPeriod } from "@pnmlab/pnm-analysis";
import { hertzList } from "../events/event-words.ts";

/**
 * What a repeat period hides of the mains, to stand beside it; undefined where it hides nothing.
 *
 * @param clearPeriodUs a period that the CMTS takes and that hides nothing, where there is one
 */
export function mainsWords(repeatPeriodUs: number, clearPeriodUs: number | undefined): string | undefined {
  const hidden = hiddenMainsOfPeriod(repeatPeriodUs);
  if (hidden.length === 0) return undefined;
  const what = `Hides hum and mains-locked impulses at ${hertzList(hidden)}: all frames of a run stand at one phase.`;
  if (clearPeriodUs === undefined) return what;
  return hiddenMainsOfPeriod(clearPeriodUs).length === 0
    ? `${what} ${clearPeriodUs / 1000} ms shows them.`
    : `${what} Runs begin at random phases, so that many short runs show them.`;
}
