import type { UtscCapacityLimit, UtscProfile } from "@pnmlab/docsis-mib";
import { messageOf, PnmLabError } from "@pnmlab/kit";

/** Somebody whose test takes room on a CMTS. */
export interface CapacityHolder {
  rfPortName: string;
  /** Undefined where it was not read. */
  repeatPeriodUs: number | undefined;
  /** In words, to be put behind "held by". */
  who: string;
}

/** What one part of a CMTS runs at a time, and who runs it now. */
export interface Room {
  scope: UtscCapacityLimit["scope"];
  /** Number of the line card; null for the chassis. */
  lineCard: string | null;
  /** Null where no source tells of a limit, or it does not count the wanted test. */
  most: number | null;
  text: string | null;
  source: UtscCapacityLimit["source"] | null;
  holders: readonly CapacityHolder[];
  isFull: boolean;
}

type Limited = Pick<UtscProfile, "capacity">;
type Wanted = Pick<CapacityHolder, "rfPortName" | "repeatPeriodUs">;

/**
 * The room for one more test beside the others, for the line card where the name of the port tells it and for
 * the chassis; limits that the vendor's sources name, and those who run tests there where they name none. What
 * the port runs at `present` keeps the room that it has.
 */
export function roomOf(
  { capacity }: Limited,
  wanted: Wanted,
  holders: readonly CapacityHolder[],
  present?: Wanted,
): Room[] {
  const lineCard = lineCardOf(capacity?.lineCard, wanted.rfPortName);
  const limits = capacity?.limits ?? [];
  const limited = limits.flatMap((limit) => {
    if (limit.scope === "lineCard" && lineCard === undefined) return [];
    const isBeside = ({ rfPortName }: CapacityHolder) =>
      limit.scope === "chassis" || lineCardOf(capacity?.lineCard, rfPortName) === lineCard;
    const beside = holders.filter((holder) => isBeside(holder) && counts(limit, holder));
    const isCounted = counts(limit, wanted);
    const hasRoom = present !== undefined && counts(limit, present);
    return [
      {
        scope: limit.scope,
        lineCard: limit.scope === "lineCard" ? lineCard! : null,
        most: isCounted ? limit.most : null,
        text: limit.text,
        source: limit.source,
        holders: beside,
        isFull: isCounted && !hasRoom && beside.length >= limit.most,
      },
    ];
  });
  if (limited.some(({ scope }) => scope === "chassis")) return limited;
  const chassis = { scope: "chassis" as const, lineCard: null, most: null, text: null, source: null };
  return [...limited, { ...chassis, holders, isFull: false }];
}

/**
 * Whether a CMTS has room for one more test, by what its vendor's sources say; where these say nothing, there
 * is room for one on each RF port.
 *
 * @throws PnmLabError `UTSC_CAPACITY_BUSY` that names the limit and who holds it
 */
export function requireCapacity(
  profile: Limited & Pick<UtscProfile, "name">,
  wanted: Wanted,
  holders: readonly CapacityHolder[],
  present?: Wanted,
): void {
  const full = roomOf(profile, wanted, holders, present).find(({ isFull }) => isFull);
  if (full === undefined) return;
  const where = full.scope === "chassis" ? "the chassis" : `line card ${full.lineCard}`;
  const tests = full.most === 1 ? "1 UTSC test" : `${full.most} UTSC tests`;
  throw new PnmLabError(
    "UTSC_CAPACITY_BUSY",
    `${wanted.rfPortName} was not ${present ? "changed" : "started"}: ${profile.name} runs ${tests} at a time on ${where}, held by ${full.holders.map(({ who }) => who).join(", ")}`,
    {
      details: {
        scope: full.scope,
        most: full.most,
        source: full.source,
        holders: full.holders.map(({ rfPortName, who }) => ({ rfPortName, who })),
      },
    },
  );
}

/** The same in words, for a start that is only looked at; undefined where there is room. */
export function lackOfRoom(...subject: Parameters<typeof requireCapacity>): string | undefined {
  try {
    requireCapacity(...subject);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function counts({ fromRepeatPeriodUs = 0 }: UtscCapacityLimit, test: { repeatPeriodUs: number | undefined }) {
  // 0 is a single capture, which takes the same room.
  return !test.repeatPeriodUs || test.repeatPeriodUs >= fromRepeatPeriodUs;
}

function lineCardOf(pattern: RegExp | undefined, rfPortName: string): string | undefined {
  return pattern?.exec(rfPortName)?.[1];
}
