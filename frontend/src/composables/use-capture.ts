import { isPnmLabError, messageOf } from "@pnmlab/kit";
import type { CaptureData, CaptureDetail } from "@pnmlab/protocol";
import { type ShallowRef, shallowRef } from "vue";
import type { Loadable } from "../model/lab-state.ts";
import { useLab } from "./use-lab.ts";

/** One capture: its header at once, its values when it was decoded. */
export function useCapture(captureId: string) {
  const { sync } = useLab();
  const detail = shallowRef<Loadable<CaptureDetail>>({ status: "loading", sinceMs: Date.now() });
  const data = shallowRef<Loadable<CaptureData>>({ status: "loading", sinceMs: Date.now() });

  async function load(): Promise<void> {
    await settle(detail, () => sync.client.capture(captureId));
    if (detail.value.status === "ready" && detail.value.value.status === "decoded") {
      await settle(data, () => sync.client.captureData(captureId));
    }
  }
  void load();
  return { detail, data, fileUrl: sync.client.captureFileUrl(captureId) };
}

async function settle<T>(target: ShallowRef<Loadable<T>>, read: () => Promise<T>): Promise<void> {
  try {
    target.value = { status: "ready", value: await read(), atMs: Date.now() };
  } catch (cause) {
    const code = isPnmLabError(cause) ? cause.code : "PAGE_ERROR";
    target.value = { status: "failed", code, message: messageOf(cause), atMs: Date.now() };
  }
}
