import { degraded, ok, type Probe } from "./check.ts";

const EVERY_MS = 5000;

/** Whether every frame is recorded. Live pages do not depend on it. */
export function recorderProbe(failure: () => string | null): Probe {
  return {
    name: "recorder",
    everyMs: EVERY_MS,
    everyMsUnlessOk: EVERY_MS / 5,
    run: () => {
      const sentence = failure();
      return sentence === null ? ok("every spectrum is recorded") : degraded(sentence);
    },
  };
}
