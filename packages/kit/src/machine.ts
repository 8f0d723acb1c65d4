/**
 * An explicit state machine as data: for each state the events it accepts and the state each leads to.
 * Effects stay outside, with the caller.
 */
export type TransitionTable<State extends string, Event extends string> = {
  readonly [S in State]: { readonly [E in Event]?: State };
};

/** The state that `event` leads to from `state`, or undefined where the table does not allow it. */
export function transition<State extends string, Event extends string>(
  table: TransitionTable<State, Event>,
  state: State,
  event: Event,
): State | undefined {
  return table[state][event];
}

/** The events that `state` accepts. */
export function acceptedEvents<State extends string, Event extends string>(
  table: TransitionTable<State, Event>,
  state: State,
): Event[] {
  return Object.keys(table[state]) as Event[];
}
