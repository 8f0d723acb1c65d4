import { messageOf } from "@pnmlab/kit";
import { type DoctorReport, doctorSummary } from "@pnmlab/protocol";
import { type ShallowRef, shallowRef } from "vue";
import type { LabSync } from "../api/lab-sync.ts";
import { announce, announceFailure } from "./use-announcer.ts";
import { useLab } from "./use-lab.ts";

export interface DoctorRun {
  report: DoctorReport | undefined;
  /** When the run that is under way began, by the browser's clock. */
  runningSinceMs: number | undefined;
  /** Why the newest run gave no report. */
  failure: string | undefined;
}

/** The newest run of each lab: it stays while another page is looked at. */
const runs = new WeakMap<LabSync, ShallowRef<DoctorRun>>();

/** The checks of the deployment, and the way to run them. */
export function useDoctor() {
  const { sync } = useLab();
  const state =
    runs.get(sync) ??
    shallowRef<DoctorRun>({ report: undefined, runningSinceMs: undefined, failure: undefined });
  runs.set(sync, state);

  async function run(): Promise<void> {
    if (state.value.runningSinceMs !== undefined) return;
    state.value = { ...state.value, runningSinceMs: Date.now(), failure: undefined };
    try {
      const report = await sync.client.doctor();
      state.value = { report, runningSinceMs: undefined, failure: undefined };
      announce(`Checks: ${doctorSummary(report.checks)}`);
    } catch (cause) {
      const failure = messageOf(cause);
      state.value = { ...state.value, runningSinceMs: undefined, failure };
      announceFailure(failure);
    }
  }

  return { state, run };
}
