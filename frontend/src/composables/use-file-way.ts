import { messageOf, sleep } from "@pnmlab/kit";
import type { TftpProbe, UtscRequest, UtscSession } from "@pnmlab/protocol";
import { type ComputedRef, computed, reactive, shallowRef } from "vue";
import type { LabSync } from "../api/lab-sync.ts";
import { formatClock } from "../model/format.ts";
import type { LabSnapshot } from "../model/lab-state.ts";
import { isActive, sessionOfPort } from "../model/session-words.ts";
import { announce, announceFailure } from "./use-announcer.ts";
import { useLab } from "./use-lab.ts";

/** Longer than the backend tries to end a test on a CMTS that answers. */
const STOP_PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 100;

/** A port whose way of files is tested. */
export interface FileWayTarget {
  cmtsId: string;
  rfPortIfIndex: number;
  rfPortName: string;
}

interface Run {
  step: "stopping" | "testing" | undefined;
  sinceMs: number;
  result: TftpProbe | undefined;
  failure: string | undefined;
  /** What ran on the port before it was stopped for the test. */
  stopped: UtscRequest | undefined;
}

/** Kept while pages come and go: a run takes up to a minute, and its result has an age. */
const runs = new WeakMap<LabSync, Map<string, Run>>();

function runOf(sync: LabSync, { cmtsId, rfPortIfIndex }: FileWayTarget): Run {
  const ofLab = runs.get(sync) ?? new Map<string, Run>();
  runs.set(sync, ofLab);
  const key = `${cmtsId}/${rfPortIfIndex}`;
  const known = ofLab.get(key);
  if (known) return known;
  const fresh = reactive<Run>({
    step: undefined,
    sinceMs: 0,
    result: undefined,
    failure: undefined,
    stopped: undefined,
  });
  ofLab.set(key, fresh);
  return fresh;
}

/** The port whose ladder is open; what opened it may go while the test runs. */
const shown = shallowRef<FileWayTarget>();

export function useShownFileWay() {
  return shown;
}

/** The capture that holds a port. */
function holderOf({ sessions }: LabSnapshot, { cmtsId, rfPortIfIndex }: FileWayTarget) {
  const here = sessionOfPort(sessions ?? [], cmtsId, rfPortIfIndex);
  return isActive(here) ? here : undefined;
}

export interface FileWay {
  /** Whether the signed-in user may test; nothing of it is shown otherwise. */
  allowed: ComputedRef<boolean>;
  run: ComputedRef<Readonly<Run>>;
  /** The capture that holds the port. */
  session: ComputedRef<UtscSession | undefined>;
  test(): Promise<void>;
  /** The same once more: what was stopped for the test before can still be started again. */
  testAgain(): Promise<void>;
  /** Ends the capture that holds the port, and tests. */
  stopAndTest(): Promise<void>;
  /** Starts again what was stopped for the test. */
  startAgain(): Promise<void>;
}

/** The test of the way of the files from one RF port to the decoded spectrum. */
export function useFileWay(target: () => FileWayTarget): FileWay {
  const { snapshot, sync } = useLab();
  const run = computed(() => runOf(sync, target()));

  /** One at a time for each port; what fails is told beside the button. */
  async function guarded(work: (run: Run, port: FileWayTarget) => Promise<void>): Promise<void> {
    const port = target();
    const one = runOf(sync, port);
    if (one.step !== undefined) return;
    one.failure = undefined;
    one.sinceMs = Date.now();
    try {
      await work(one, port);
    } catch (cause) {
      one.failure = messageOf(cause);
      announceFailure(one.failure);
    } finally {
      one.step = undefined;
    }
  }

  async function probe(one: Run, { cmtsId, rfPortIfIndex }: FileWayTarget): Promise<void> {
    one.step = "testing";
    one.sinceMs = Date.now();
    const result = await sync.client.tftpProbe(cmtsId, rfPortIfIndex);
    one.result = result;
    if (result.ok) announce(result.sentence);
    else announceFailure(result.sentence);
  }

  /** @throws Error where the capture does not end in time */
  async function stop(one: Run, port: FileWayTarget, held: UtscSession): Promise<void> {
    one.step = "stopping";
    one.stopped = held.requested;
    await sync.stopSession(held.id);
    const untilMs = Date.now() + STOP_PATIENCE_MS;
    while (holderOf(sync.state.snapshot, port)) {
      if (Date.now() > untilMs) {
        throw new Error(`The capture has not ended since ${formatClock(one.sinceMs)}; nothing was tested`);
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  return {
    allowed: computed(() => snapshot.value.signedIn?.role === "operator"),
    run,
    session: computed(() => holderOf(snapshot.value, target())),
    test: () =>
      guarded((one, port) => {
        one.stopped = undefined;
        return probe(one, port);
      }),
    testAgain: () => guarded(probe),
    stopAndTest: () =>
      guarded(async (one, port) => {
        const held = holderOf(sync.state.snapshot, port);
        if (held) await stop(one, port, held);
        await probe(one, port);
      }),
    startAgain: () =>
      guarded(async (one, { cmtsId, rfPortIfIndex }) => {
        if (!one.stopped) return;
        await sync.startSession({ cmtsId, rfPortIfIndex, ...one.stopped });
        one.stopped = undefined;
      }),
  };
}
