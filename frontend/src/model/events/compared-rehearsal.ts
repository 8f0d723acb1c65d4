import type { ChangeDetection, Rehearsal, RehearsalRequest } from "@pnmlab/protocol";

/** How often the two are counted anew where the ring has forgotten frames between them. */
const MOST_TRIES = 3;

/** What thresholds would have raised, beside what the lab's own would have raised by the same frames. */
export interface ComparedRehearsal {
  tried: Rehearsal;
  /** With the settings of the lab; undefined where no run of them over the same frames was to be had. */
  lab: Rehearsal | undefined;
  /** The settings of the lab, as text. */
  labKey: string;
}

/**
 * Counts with the wanted thresholds and with the lab's, both over the same frames: those of `before` as long as the
 * recording holds them, else all that it holds now. A ring grows while it is gone through, and forgets its oldest.
 */
export async function compareRehearsals(
  rehearse: (request: RehearsalRequest) => Promise<Rehearsal>,
  wanted: ChangeDetection,
  lab: ChangeDetection,
  before?: ComparedRehearsal,
): Promise<ComparedRehearsal> {
  const labKey = JSON.stringify(lab);
  const isOfLab = JSON.stringify(wanted) === labKey;
  let known = before?.labKey === labKey ? before.lab : undefined;
  let tried = await rehearse({ ...wanted, ...(before && framesOf(before.tried)) });
  if (tried.frames === 0 && before !== undefined) tried = await rehearse(wanted);
  if (isOfLab) return { tried, lab: tried, labKey };
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    if (known && areOfSameFrames(known, tried)) return { tried, lab: known, labKey };
    known = await rehearse({ ...lab, ...framesOf(tried) });
    if (areOfSameFrames(known, tried)) return { tried, lab: known, labKey };
    tried = await rehearse({ ...wanted, ...framesOf(known) });
  }
  return { tried, lab: undefined, labKey };
}

function areOfSameFrames(a: Rehearsal, b: Rehearsal): boolean {
  return a.frames === b.frames && a.firstMs === b.firstMs && a.lastMs === b.lastMs;
}

/** The frames that a run was over, to ask for the same again; all where it was over none. */
function framesOf({ firstMs, lastMs }: Rehearsal): Pick<RehearsalRequest, "fromMs" | "toMs"> {
  return firstMs === null || lastMs === null ? {} : { fromMs: firstMs, toMs: lastMs };
}
