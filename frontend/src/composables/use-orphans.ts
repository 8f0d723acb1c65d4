import { messageOf } from "@pnmlab/kit";
import type { UtscOrphan, UtscOrphanList } from "@pnmlab/protocol";
import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, watch } from "vue";
import { announce, announceFailure } from "./use-announcer.ts";
import { useLab } from "./use-lab.ts";

/** Each look asks every CMTS by GETs; tests that nobody owns are no matter of seconds. */
const LOOK_EVERY_MS = 30_000;

export interface Orphans {
  /** The newest list; it stays while another is read, and where that fails. */
  list: ShallowRef<UtscOrphanList | undefined>;
  /** Why the newest look gave no list. */
  failure: Ref<string | undefined>;
  looking: Ref<boolean>;
  look(): Promise<void>;
  /** Stops one. @throws ApiError, whose text says what the CMTS or the backend refused */
  stop(orphan: UtscOrphan): Promise<void>;
}

/** Tests on the CMTSs that no session owns, as long as the component lives and the backend answers. */
export function useOrphans(): Orphans {
  const { snapshot, sync } = useLab();
  const list = shallowRef<UtscOrphanList>();
  const failure = ref<string>();
  const looking = ref(false);

  async function look(): Promise<void> {
    if (looking.value) return;
    looking.value = true;
    try {
      list.value = await sync.client.utscOrphans();
      failure.value = undefined;
    } catch (cause) {
      failure.value = messageOf(cause);
    } finally {
      looking.value = false;
    }
  }

  const timer = setInterval(() => {
    if (snapshot.value.connection.status === "open" && document.visibilityState === "visible") void look();
  }, LOOK_EVERY_MS);
  onScopeDispose(() => clearInterval(timer));
  watch(
    () => snapshot.value.connection.status,
    (status) => {
      if (status === "open") void look();
    },
    { immediate: true },
  );

  return {
    list,
    failure,
    looking,
    look,
    stop: async ({ cmtsId, rfPortIfIndex, cfgIndex, fileName }) => {
      try {
        await sync.client.stopUtscOrphan({ cmtsId, rfPortIfIndex, cfgIndex, fileName });
        announce(`The test in row ${rfPortIfIndex}.${cfgIndex} of ${cmtsId} is stopped`);
      } catch (cause) {
        announceFailure(messageOf(cause));
        throw cause;
      } finally {
        await look();
      }
    },
  };
}
