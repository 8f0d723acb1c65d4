import type { BuildInfo, Config, Logger } from "@pnmlab/config";
import type { WebhookState } from "@pnmlab/protocol";
import type { EventStore } from "../storage/index.ts";
import { EventWebhook } from "./event-webhook.ts";
import { webhookUrlOf } from "./webhook-url.ts";

/** Where nobody is to be told. */
export const WEBHOOK_OFF: WebhookState = {
  isOn: false,
  leastSeverity: "major",
  delivered: 0,
  waiting: 0,
  retries: 0,
  givenUp: 0,
  lastDeliveredAt: null,
  failure: null,
  sentence: "events are told to no other program: PNMLAB_EVENT_WEBHOOK_URL is not set",
};

const MOST_RAISED = 10_000;

/** The webhook of the settings; undefined where none is set. */
export function openWebhook(options: {
  config: Pick<Config, "eventWebhookUrl" | "eventWebhookUrlFile" | "eventWebhookSeverity" | "publicUrl">;
  events: EventStore;
  build: Pick<BuildInfo, "version">;
  log: Logger;
  now: () => number;
}): EventWebhook | undefined {
  const { config, events, build, log, now } = options;
  const url = webhookUrlOf(config);
  return (
    url &&
    new EventWebhook({
      url,
      leastSeverity: config.eventWebhookSeverity,
      raised: events.list({ state: "raised", limit: MOST_RAISED }),
      publicUrl: config.publicUrl,
      userAgent: `pnmlab/${build.version}`,
      log,
      now,
    })
  );
}
