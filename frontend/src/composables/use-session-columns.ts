import { messageOf } from "@pnmlab/kit";
import type { UtscColumnsAnswer, UtscSession } from "@pnmlab/protocol";
import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, watch } from "vue";
import { useLab } from "./use-lab.ts";

/** What the files show moves slowly; the CMTS is not asked for it. */
const READ_EVERY_MS = 3000;

/** Every column of a session, read again when the CMTS was read again and every few seconds. */
export function useSessionColumns(session: Readonly<Ref<UtscSession | undefined>>): {
  answer: ShallowRef<UtscColumnsAnswer | undefined>;
  failure: Ref<string | undefined>;
} {
  const { sync } = useLab();
  const answer = shallowRef<UtscColumnsAnswer>();
  const failure = ref<string>();
  let newest = 0;

  async function read(): Promise<void> {
    const id = session.value?.id;
    newest += 1;
    const run = newest;
    if (id === undefined) {
      answer.value = undefined;
      return;
    }
    try {
      const columns = await sync.client.sessionColumns(id);
      if (run !== newest) return;
      answer.value = columns;
      failure.value = undefined;
    } catch (cause) {
      if (run === newest) failure.value = messageOf(cause);
    }
  }

  watch(
    () => [session.value?.id, session.value?.state, session.value?.accepted?.readAt],
    () => void read(),
    { immediate: true },
  );
  const timer = setInterval(() => {
    if (session.value?.state === "receiving") void read();
  }, READ_EVERY_MS);
  onScopeDispose(() => {
    clearInterval(timer);
    newest += 1;
  });
  return { answer, failure };
}
