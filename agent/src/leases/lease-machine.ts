import type { TransitionTable } from "@pnmlab/kit";

/** `held` while the backend renews it, `aborting` while the test is being ended, `ended` for good. */
export type LeaseStateName = "held" | "aborting" | "ended";

export type LeaseEvent = "renew" | "release" | "expire" | "settled";

/** The life of one lease, as data. An abort that has begun cannot be called off by a renewal. */
export const leaseTransitions: TransitionTable<LeaseStateName, LeaseEvent> = {
  held: { renew: "held", release: "ended", expire: "aborting" },
  aborting: { settled: "ended" },
  ended: {},
};
