import {
  type ComputedRef,
  computed,
  type InjectionKey,
  inject,
  onScopeDispose,
  type ShallowRef,
  shallowRef,
} from "vue";
import type { LabSync } from "../api/lab-sync.ts";
import { type LabSnapshot, readyOr } from "../model/lab-state.ts";
import { isSimulated } from "../model/ports.ts";

export const labKey: InjectionKey<LabSync> = Symbol("lab");

export interface Lab {
  /** Everything known of the lab; replaced as a whole, never changed in place. */
  snapshot: ShallowRef<LabSnapshot>;
  sync: LabSync;
  cmts: ComputedRef<ReturnType<typeof cmtsOf>>;
  isSimulated: (cmtsId: string) => boolean;
}

const cmtsOf = (snapshot: LabSnapshot) => readyOr(snapshot.cmts);

/** The state of the lab for a component, and the handle to change it. */
export function useLab(): Lab {
  const sync = inject(labKey);
  if (!sync) throw new Error("useLab needs the lab to be provided by the page");
  const snapshot = shallowRef(sync.state.snapshot);
  onScopeDispose(
    sync.state.changes.on("change", (next) => {
      snapshot.value = next;
    }),
  );
  return {
    snapshot,
    sync,
    cmts: computed(() => cmtsOf(snapshot.value)),
    isSimulated: (cmtsId) => isSimulated(snapshot.value, cmtsId),
  };
}
