import type { DetectorEvent } from "@pnmlab/pnm-analysis";

/**
 * Title and cause of an event of a mask: which one, at which frequency, by how many dB.
 *
 * @param where the channel that it lies in, as ` in US1`; empty between channels
 */
export function maskWords(
  { classification, f0Hz, figures }: Pick<DetectorEvent, "classification" | "f0Hz" | "figures">,
  where: string,
): { title: string; cause: string } {
  const { worstDb = 0, worstLevelDbmv = Number.NaN, limitDbmv = Number.NaN } = figures;
  const side = worstLevelDbmv < limitDbmv ? "under" : "over";
  const at = `${(f0Hz / 1e6).toFixed(3)} MHz`;
  const figure = (value: number) => value.toFixed(1);
  return {
    title: `Level ${side} mask “${classification ?? ""}” at ${at}${where}, ${figure(worstDb)} dB`,
    cause: `At ${at} the level was ${figure(worstLevelDbmv)} dBmV where mask “${classification ?? ""}” allows ${figure(limitDbmv)} dBmV: ${figure(worstDb)} dB ${side} its limit. The mask says what this port may show, not what is wrong: look at other events of the same time and place, and at the frames around its peak.`,
  };
}
