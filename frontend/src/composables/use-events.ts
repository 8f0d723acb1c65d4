import type { PlantEvent } from "@pnmlab/protocol";
import { type ComputedRef, computed, type MaybeRefOrGetter, toValue, watch } from "vue";
import { type Loadable, readyOr } from "../model/lab-state.ts";
import { useLab } from "./use-lab.ts";

/** Whose events are asked for; without a port those of the whole lab. */
export interface EventScope {
  cmtsId: string;
  rfPortIfIndex: number;
  /** Only events that touch this time, Unix milliseconds; for a recording. */
  fromMs?: number | undefined;
  toMs?: number | undefined;
}

export interface Events {
  /** Newest first; grows and changes by itself. */
  events: ComputedRef<readonly PlantEvent[]>;
  /** How the list of all events stands. */
  loading: ComputedRef<Loadable<readonly PlantEvent[]>>;
}

const MOST_OF_A_PORT = 1000;

/** Events of the lab or of one port, kept up to date by the live connection. */
export function useEvents(scope?: MaybeRefOrGetter<EventScope | undefined>): Events {
  const { snapshot, sync } = useLab();
  const wanted = computed(() => toValue(scope));
  // Older events of a port may lie beyond those that were read at first.
  watch(
    [() => JSON.stringify(wanted.value ?? null), () => snapshot.value.connection.status],
    ([, connection]) => {
      if (connection !== "open" || !wanted.value) return;
      const { cmtsId, rfPortIfIndex, fromMs, toMs } = wanted.value;
      void sync.loadEvents({ cmtsId, rfPortIfIndex, fromMs, toMs, limit: MOST_OF_A_PORT });
    },
    { immediate: true },
  );
  // The lab's snapshot is replaced several times a second, and everything that shows events follows this list.
  const events = computed<readonly PlantEvent[]>((before) => {
    const all = readyOr(snapshot.value.events);
    const found = wanted.value ? all.filter((event) => isWithin(event, wanted.value!)) : all;
    return before?.length === found.length && before.every((event, index) => event === found[index])
      ? before
      : found;
  });
  return { events, loading: computed(() => snapshot.value.events) };
}

function isWithin(event: PlantEvent, { cmtsId, rfPortIfIndex, fromMs, toMs }: EventScope): boolean {
  return (
    event.cmtsId === cmtsId &&
    event.rfPortIfIndex === rfPortIfIndex &&
    (fromMs === undefined || event.lastMs >= fromMs) &&
    (toMs === undefined || event.firstMs <= toMs)
  );
}
