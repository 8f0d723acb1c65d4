import { messageOf } from "@pnmlab/kit";
import type { UtscOptions, UtscSession } from "@pnmlab/protocol";
import { type ComputedRef, computed, type Ref, ref, type ShallowRef, shallowRef, watch } from "vue";
import type { PortOfCmts } from "../model/ports.ts";
import { boxOfColumns, type QualifyBox } from "../model/qualify-box.ts";
import { useLab } from "./use-lab.ts";

/** The box on the trace that sets the CMTS's own squelch. */
export interface Qualify {
  box: ShallowRef<QualifyBox | undefined>;
  /** The next drag on the trace draws the box. */
  armed: Ref<boolean>;
  /** Why the box is not offered on this port; undefined where it is. */
  hindrance: ComputedRef<string | undefined>;
  /** What the port takes, once it is read. */
  options: ComputedRef<UtscOptions | undefined>;
}

/** Whether a port takes the qualify columns: undefined where it does, else why not. */
export function qualifyHindrance({ fields }: Pick<UtscOptions, "fields">): string | undefined {
  const closed = fields.find(({ field, state }) => field.startsWith("qualify") && state !== "open");
  return closed ? (closed.reason ?? "This CMTS does not take the qualify columns.") : undefined;
}

/** The qualify box of a port: that of its session to begin with, then what the user draws. */
export function provideQualify(
  target: ComputedRef<PortOfCmts>,
  session: ComputedRef<UtscSession | undefined>,
): Qualify {
  const { sync } = useLab();
  const box = shallowRef<QualifyBox>();
  const armed = ref(false);
  const known = shallowRef<{ key: string; hindrance: string | undefined; options?: UtscOptions }>();
  const key = computed(() => `${target.value.cmts.id}/${target.value.port.ifIndex}`);

  watch(
    key,
    async (of) => {
      if (target.value.port.utsc === null) return;
      try {
        const options = await sync.client.utscOptions(target.value.cmts.id, target.value.port.ifIndex);
        known.value = { key: of, hindrance: qualifyHindrance(options), options };
      } catch (cause) {
        known.value = { key: of, hindrance: `What this port takes could not be read: ${messageOf(cause)}` };
      }
    },
    { immediate: true },
  );
  watch(
    () => JSON.stringify(session.value && boxOfColumns(session.value.requested)),
    () => {
      box.value = session.value && boxOfColumns(session.value.requested);
    },
    { immediate: true },
  );

  return {
    box,
    armed,
    options: computed(() => (known.value?.key === key.value ? known.value.options : undefined)),
    hindrance: computed(() => {
      if (target.value.port.utsc === null) return "This port has no UTSC capability row.";
      if (known.value?.key !== key.value) return "What this port takes is not read yet.";
      return known.value.hindrance;
    }),
  };
}
