import type { UtscCapacityLimit, UtscProfile } from "@pnmlab/docsis-mib";
import { PnmLabError } from "@pnmlab/kit";

/** Somebody whose test takes room on a CMTS. */
export interface CapacityHolder {
  rfPortName: string;
  /** Undefined where it was not read. */
  repeatPeriodUs: number | undefined;
  /** In words, to be put behind "held by". */
  who: string;
}

/**
 * Whether a CMTS has room for one more test, by what its vendor's sources say; where these say nothing, there
 * is room for one on each RF port.
 *
 * @throws PnmLabError `UTSC_CAPACITY_BUSY` that names the limit and who holds it
 */
export function requireCapacity(
  { capacity, name }: Pick<UtscProfile, "capacity" | "name">,
  wanted: Pick<CapacityHolder, "rfPortName" | "repeatPeriodUs">,
  holders: readonly CapacityHolder[],
): void {
  for (const limit of capacity?.limits ?? []) {
    const lineCard = lineCardOf(capacity?.lineCard, wanted.rfPortName);
    const isBeside = ({ rfPortName }: CapacityHolder) =>
      limit.scope === "chassis" ||
      (lineCard !== undefined && lineCardOf(capacity?.lineCard, rfPortName) === lineCard);
    const beside = holders.filter((holder) => isBeside(holder) && counts(limit, holder));
    if (!counts(limit, wanted) || beside.length < limit.most) continue;
    const where = limit.scope === "chassis" ? "the chassis" : `line card ${lineCard}`;
    const tests = limit.most === 1 ? "1 UTSC test" : `${limit.most} UTSC tests`;
    throw new PnmLabError(
      "UTSC_CAPACITY_BUSY",
      `${wanted.rfPortName} was not started: ${name} runs ${tests} at a time on ${where}, held by ${beside.map(({ who }) => who).join(", ")}`,
      {
        details: {
          scope: limit.scope,
          most: limit.most,
          source: limit.source,
          holders: beside.map(({ rfPortName, who }) => ({ rfPortName, who })),
        },
      },
    );
  }
}

function counts({ fromRepeatPeriodUs = 0 }: UtscCapacityLimit, test: { repeatPeriodUs: number | undefined }) {
  // 0 is a single capture, which takes the same room.
  return !test.repeatPeriodUs || test.repeatPeriodUs >= fromRepeatPeriodUs;
}

function lineCardOf(pattern: RegExp | undefined, rfPortName: string): string | undefined {
  return pattern?.exec(rfPortName)?.[1];
}
