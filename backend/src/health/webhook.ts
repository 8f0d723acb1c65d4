import type { WebhookState } from "@pnmlab/protocol";
import { degraded, ok, type Probe } from "./check.ts";

const EVERY_MS = 5000;

/** Whether events reach the program that PNMLAB_EVENT_WEBHOOK_URL names. */
export function webhookProbe(state: () => WebhookState): Probe {
  return {
    name: "webhook",
    everyMs: EVERY_MS,
    everyMsUnlessOk: EVERY_MS / 5,
    run: () => {
      const { failure, sentence } = state();
      return failure === null ? ok(sentence) : degraded(sentence);
    },
  };
}
