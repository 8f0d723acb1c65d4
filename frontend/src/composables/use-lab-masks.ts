import { messageOf } from "@pnmlab/kit";
import type { LabMask, PutLabMask } from "@pnmlab/protocol";
import { type ComputedRef, computed, type Ref, ref, watch } from "vue";
import { isSameMask, labFormOf, newMaskId } from "../model/lab-mask.ts";
import { type Loadable, labMasksKey, readyOr } from "../model/lab-state.ts";
import type { MaskSpec } from "../model/mask-spec.ts";
import { announce, announceFailure } from "./use-announcer.ts";
import { useLab } from "./use-lab.ts";
import type { LiveMonitor } from "./use-live-monitor.ts";

/** How a mask of this browser stands to those of the lab. */
export interface LabCounterpart {
  mask: LabMask;
  /** The lab watches it as it is here. */
  isSame: boolean;
}

/** Masks of the port that the lab watches, and the ways to hand one over and to take it back. */
export interface LabMasks {
  list: ComputedRef<readonly LabMask[]>;
  loading: ComputedRef<Loadable<readonly LabMask[]>>;
  /** The mask of the same name that the lab watches. */
  counterpartOf(mask: MaskSpec): LabCounterpart | undefined;
  working: Ref<boolean>;
  /** Why the newest action did not come about. */
  failure: Ref<string | undefined>;
  /** Has the lab watch a mask, or its newer form under the same name. */
  watchInLab(mask: MaskSpec, severity?: PutLabMask["severity"]): Promise<void>;
  setSeverity(mask: LabMask, severity: PutLabMask["severity"]): Promise<void>;
  stop(mask: LabMask): Promise<void>;
}

/** The lab's masks of the port of a monitor, kept up to date by the live connection. */
export function useLabMasks({ target }: Pick<LiveMonitor, "target">): LabMasks {
  const { snapshot, sync } = useLab();
  const port = () => ({ cmtsId: target.value.cmts.id, rfPortIfIndex: target.value.port.ifIndex });
  const loading = computed<Loadable<readonly LabMask[]>>(
    () => snapshot.value.labMasks.get(labMasksKey(port())) ?? { status: "loading", sinceMs: 0 },
  );
  const list = computed(() => readyOr(loading.value));
  watch(
    [() => labMasksKey(port()), () => snapshot.value.connection.status],
    ([, connection]) => {
      if (connection === "open") void sync.loadLabMasks(port());
    },
    { immediate: true },
  );
  const working = ref(false);
  const failure = ref<string>();

  async function attempt(run: () => Promise<unknown>, words: string): Promise<void> {
    working.value = true;
    failure.value = undefined;
    try {
      await run();
      await sync.loadLabMasks(port());
      announce(words);
    } catch (cause) {
      failure.value = messageOf(cause);
      announceFailure(failure.value);
    } finally {
      working.value = false;
    }
  }
  const namesake = ({ name }: { name: string }) => list.value.find((mask) => mask.name === name);
  const client = sync.client.masks;

  return {
    list,
    loading,
    counterpartOf(own) {
      const mask = namesake(own);
      if (!mask) return undefined;
      const form = labFormOf(own);
      return { mask, isSame: typeof form !== "string" && isSameMask(form, mask) };
    },
    working,
    failure,
    async watchInLab(own, severity) {
      const form = labFormOf(own);
      if (typeof form === "string") {
        failure.value = form;
        announceFailure(form);
        return;
      }
      const known = namesake(own);
      const wanted = { ...port(), ...form, severity: severity ?? known?.severity ?? "major" };
      await attempt(() => client.put(known?.id ?? newMaskId(), wanted), `The lab watches mask ${own.name}`);
    },
    setSeverity({ id, watch: _watch, updatedBy: _by, updatedAt: _at, ...mask }, severity) {
      return attempt(
        () => client.put(id, { ...mask, severity }),
        `Events of mask ${mask.name} are ${severity}`,
      );
    },
    stop: (mask) => attempt(() => client.remove(mask.id), `The lab watches mask ${mask.name} no more`),
  };
}
