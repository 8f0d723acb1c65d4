import type { PlantEvent } from "@pnmlab/protocol";
import { type ComputedRef, computed, type InjectionKey, inject, provide, type Ref, ref, watch } from "vue";
import { useRoute } from "vue-router";
import { stepEvent } from "../model/events/event-order.ts";
import { type EventPin, pinsOf } from "../model/events/event-pin.ts";
import { needsSomebody, standingOf } from "../model/events/event-standing.ts";
import { announce } from "./use-announcer.ts";
import { type EventActions, useEventActions } from "./use-event-actions.ts";
import { useEvents } from "./use-events.ts";
import { useHotkeys } from "./use-hotkeys.ts";
import type { LiveMonitor } from "./use-live-monitor.ts";

/** Events of the port that the live page shows, and the one that keys and the drawer act on. */
export interface LiveEvents {
  events: ComputedRef<readonly PlantEvent[]>;
  pins: ComputedRef<readonly EventPin[]>;
  selected: ComputedRef<PlantEvent | undefined>;
  selectedId: Ref<string | undefined>;
  actions: EventActions;
  /** Selects an event and goes to its first frame. */
  goTo(event: PlantEvent): void;
}

const liveEventsKey: InjectionKey<LiveEvents> = Symbol("live events");

/** The events that the page around this component has made. */
export function useLiveEvents(): LiveEvents {
  const live = inject(liveEventsKey);
  if (!live) throw new Error("useLiveEvents is for the parts of the live page");
  return live;
}

/** Hands the events of the port to the components below, pins them on the picture and listens to their keys. */
export function provideLiveEvents(monitor: LiveMonitor): LiveEvents {
  const route = useRoute();
  const { target, control, tab, drawerOpen } = monitor;
  // A recording has the events of its own time.
  const { events } = useEvents(() => ({
    cmtsId: target.value.cmts.id,
    rfPortIfIndex: target.value.port.ifIndex,
    ...(monitor.isRecordingPage ? monitor.playback.bounds.value : {}),
  }));
  const selectedId = ref<string | undefined>(
    typeof route.query.event === "string" ? route.query.event : undefined,
  );
  const selected = computed(() => events.value.find(({ id }) => id === selectedId.value));
  const pins = computed(() => pinsOf(events.value, selectedId.value));
  const actions = useEventActions();

  // A raise is told once, whoever looks; what is on the page already is not told again.
  let told = Math.max(0, ...events.value.map(({ number }) => number));
  watch(
    () => events.value.find(needsSomebody),
    (event) => {
      if (!event || event.number <= told) return;
      told = event.number;
      announce(`Event ${event.number}, ${event.severity}: ${event.title}`);
    },
  );
  watch(pins, (next) => control.change({ events: next }), { immediate: true });

  const goTo = (event: PlantEvent) => {
    selectedId.value = event.id;
    void monitor.openPlayback(event.firstMs).then((isOpen) => {
      if (!isOpen) announce(monitor.noPlayback.value);
    });
  };
  const step = (direction: 1 | -1) => {
    const unmuted = events.value.filter((event) => standingOf(event) !== "muted");
    const next = stepEvent(unmuted, selectedId.value, direction);
    if (!next) return;
    tab.value = "events";
    drawerOpen.value = true;
    goTo(next);
  };

  useHotkeys([
    { keys: "J", does: "Next event", group: "Events", run: () => step(1) },
    { keys: "Shift J", does: "Previous event", group: "Events", run: () => step(-1) },
    {
      keys: "A",
      does: "Acknowledge the selected event, or open it again",
      group: "Events",
      run: () => {
        const event = selected.value;
        if (event) void actions.acknowledge(event, event.acknowledged === null);
      },
    },
  ]);
  const live: LiveEvents = { events, pins, selected, selectedId, actions, goTo };
  provide(liveEventsKey, live);
  return live;
}
