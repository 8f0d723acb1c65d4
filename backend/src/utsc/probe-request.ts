import type { UtscRequest } from "@pnmlab/protocol";
import type { SettledRequest } from "./settle.ts";

/** A single capture of a band that every CMTS of the profiles takes; what one does not is changed by its rules. */
const FIRST_WISH: UtscRequest = {
  centerFrequencyHz: 45_000_000,
  spanHz: 80_000_000,
  bins: 800,
  repeatPeriodUs: 0,
  outputFormat: "fftPower",
};
/** Corrections of one value may bring others with them. */
const MAX_ROUNDS = 6;

/**
 * The smallest capture that a port takes: a first wish, corrected by what the rules suggest. Where no rule
 * helps, the last wish is returned with its refusals.
 */
export async function findProbeRequest(
  settle: (request: UtscRequest) => Promise<SettledRequest>,
): Promise<{ request: UtscRequest; settled: SettledRequest }> {
  let request = FIRST_WISH;
  let settled = await settle(request);
  for (let round = 0; round < MAX_ROUNDS && settled.refusals.length > 0; round += 1) {
    const corrections = settled.refusals.flatMap(({ field, suggestion }) =>
      suggestion === null || suggestion === undefined ? [] : [[field, suggestion] as const],
    );
    if (corrections.length === 0) break;
    request = { ...request, ...Object.fromEntries(corrections) };
    settled = await settle(request);
  }
  return { request, settled };
}
