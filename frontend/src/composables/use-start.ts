import { messageOf } from "@pnmlab/kit";
import { ref } from "vue";
import { useRouter } from "vue-router";
import { livePath, type PortOfCmts } from "../model/ports.ts";
import { defaultRequest } from "../model/utsc-form.ts";
import { announceFailure } from "./use-announcer.ts";
import { useLab } from "./use-lab.ts";

/** Starts a port with the default request and opens it. */
export function useStart() {
  const { sync } = useLab();
  const router = useRouter();
  const starting = ref(false);
  const failure = ref<string>();

  async function startAndOpen({ cmts, port }: PortOfCmts): Promise<void> {
    starting.value = true;
    failure.value = undefined;
    try {
      await sync.startSession({ cmtsId: cmts.id, rfPortIfIndex: port.ifIndex, ...defaultRequest(port.utsc) });
      await router.push(livePath(cmts.id, port.ifIndex));
    } catch (cause) {
      failure.value = messageOf(cause);
      announceFailure(failure.value);
    } finally {
      starting.value = false;
    }
  }

  return { startAndOpen, starting, failure };
}
