import { messageOf } from "@pnmlab/kit";
import type { PlantEvent } from "@pnmlab/protocol";
import { type Ref, ref } from "vue";
import type { EditEvent, NewMute } from "../api/events-client.ts";
import { announce, announceFailure } from "./use-announcer.ts";
import { useLab } from "./use-lab.ts";

export interface EventActions {
  /** Something is being sent. */
  working: Ref<boolean>;
  /** Why the newest action did not come about. */
  failure: Ref<string | undefined>;
  acknowledge(event: PlantEvent, isAcknowledged: boolean): Promise<boolean>;
  comment(event: PlantEvent, comment: string): Promise<boolean>;
  /** Events that fall under the mute are read anew. */
  mute(mute: NewMute): Promise<boolean>;
  unmute(muteId: string): Promise<boolean>;
}

/** What a person does with events. Every action answers whether it came about. */
export function useEventActions(): EventActions {
  const { sync } = useLab();
  const working = ref(false);
  const failure = ref<string>();

  async function attempt(run: () => Promise<unknown>): Promise<boolean> {
    working.value = true;
    failure.value = undefined;
    try {
      await run();
      return true;
    } catch (cause) {
      failure.value = messageOf(cause);
      announceFailure(failure.value);
      return false;
    } finally {
      working.value = false;
    }
  }
  const edit = (event: PlantEvent, change: EditEvent) =>
    attempt(async () => sync.takeEvents([await sync.client.events.edit(event.id, change)]));

  return {
    working,
    failure,
    acknowledge: async (event, acknowledged) => {
      const isDone = await edit(event, { acknowledged });
      if (isDone) announce(`Event ${event.number} ${acknowledged ? "acknowledged" : "open again"}`);
      return isDone;
    },
    comment: (event, comment) => edit(event, { comment }),
    mute: (mute) =>
      attempt(async () => {
        await sync.client.events.mute(mute);
        await sync.loadEvents();
      }),
    unmute: (muteId) =>
      attempt(async () => {
        await sync.client.events.unmute(muteId);
        await sync.loadEvents();
      }),
  };
}
