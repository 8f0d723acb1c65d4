import { messageOf } from "@pnmlab/kit";
import type { RecorderState, Recording, RecordingSchedule } from "@pnmlab/protocol";
import { onScopeDispose, type ShallowRef, shallowRef } from "vue";
import type { LabSync } from "../api/lab-sync.ts";
import { useLab } from "./use-lab.ts";

export interface RecorderView {
  recordings: ShallowRef<readonly Recording[]>;
  recorder: ShallowRef<RecorderState | undefined>;
  schedules: ShallowRef<readonly RecordingSchedule[]>;
  /** Whether the lists have been read once. */
  isRead: ShallowRef<boolean>;
  /** Why they could not be read the last time. */
  failure: ShallowRef<string | undefined>;
  refresh(): Promise<void>;
}

const REFRESH_EVERY_MS = 10_000;
const views = new WeakMap<LabSync, ReturnType<typeof makeView>>();

/** Recordings, room and schedules of the lab: read when a part of the page needs them, and every ten seconds. */
export function useRecorder(): RecorderView {
  const { sync } = useLab();
  const made = views.get(sync) ?? makeView(sync);
  views.set(sync, made);
  made.use();
  onScopeDispose(made.leave);
  return made.view;
}

function makeView(sync: LabSync) {
  const client = sync.client.recordings;
  const view: RecorderView = {
    recordings: shallowRef([]),
    recorder: shallowRef(),
    schedules: shallowRef([]),
    isRead: shallowRef(false),
    failure: shallowRef(),
    async refresh() {
      try {
        const [recordings, recorder, schedules] = await Promise.all([
          client.list(),
          client.recorder(),
          client.schedules(),
        ]);
        view.recordings.value = recordings;
        view.recorder.value = recorder;
        view.schedules.value = schedules;
        view.isRead.value = true;
        view.failure.value = undefined;
      } catch (cause) {
        view.failure.value = messageOf(cause);
      }
    },
  };
  let users = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    view,
    use: () => {
      users += 1;
      timer ??= setInterval(() => void view.refresh(), REFRESH_EVERY_MS);
      if (users === 1) void view.refresh();
    },
    leave: () => {
      users -= 1;
      if (users > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
  };
}
