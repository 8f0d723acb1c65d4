import { isPnmLabError, messageOf } from "@pnmlab/kit";
import type { CaptureDetail } from "@pnmlab/protocol";
import { type ShallowRef, shallowRef } from "vue";
import type { Loadable } from "../model/lab-state.ts";
import type { PageFile } from "./use-inspection.ts";
import { useLab } from "./use-lab.ts";

/** One capture: what is known of it, and its bytes as they arrived. */
export function useCapture(captureId: string) {
  const { sync } = useLab();
  const detail = shallowRef<Loadable<CaptureDetail>>({ status: "loading", sinceMs: Date.now() });
  const file = shallowRef<Loadable<PageFile>>({ status: "loading", sinceMs: Date.now() });

  async function load(): Promise<void> {
    await settle(detail, () => sync.client.capture(captureId));
    const known = detail.value;
    if (known.status !== "ready") return;
    await settle(file, async () => ({
      fileName: known.value.fileName,
      bytes: await sync.client.captureBytes(captureId),
    }));
  }
  void load();
  return { detail, file, fileUrl: sync.client.captureFileUrl(captureId) };
}

async function settle<T>(target: ShallowRef<Loadable<T>>, read: () => Promise<T>): Promise<void> {
  try {
    target.value = { status: "ready", value: await read(), atMs: Date.now() };
  } catch (cause) {
    const code = isPnmLabError(cause) ? cause.code : "PAGE_ERROR";
    target.value = { status: "failed", code, message: messageOf(cause), atMs: Date.now() };
  }
}
