import type { TransitionTable } from "@pnmlab/kit";

/**
 * `waiting` before the first attempt; `dialing` until the WebSocket is open; `greeting` until the
 * backend's welcome; `connected`; `backing-off` between attempts; `closed` for good.
 */
export type LinkStateName = "waiting" | "dialing" | "greeting" | "connected" | "backing-off" | "closed";

export type LinkEvent = "dial" | "opened" | "welcomed" | "failed" | "close";

/** What the dialing side of the link does next, as data. */
export const linkTransitions: TransitionTable<LinkStateName, LinkEvent> = {
  waiting: { dial: "dialing", close: "closed" },
  dialing: { opened: "greeting", failed: "backing-off", close: "closed" },
  greeting: { welcomed: "connected", failed: "backing-off", close: "closed" },
  connected: { failed: "backing-off", close: "closed" },
  "backing-off": { dial: "dialing", close: "closed" },
  closed: {},
};
