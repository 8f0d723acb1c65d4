import { z } from "zod";
import { plantEventSchema, severitySchema } from "./detection.ts";

/**
 * Body of the POST to PNMLAB_EVENT_WEBHOOK_URL: an event that was raised or cleared, as it stood at that moment. A
 * receiver finds the same event again by `event.id`, and should pass over fields that it does not know.
 */
export const eventNoticeSchema = z.strictObject({
  format: z.literal("pnmlab-event"),
  version: z.literal(1),
  change: z.enum(["raised", "cleared"]),
  /** When the backend learnt of it; the times of the event itself are those of captures, Unix milliseconds. */
  at: z.iso.datetime(),
  /** Page of the event, where PNMLAB_PUBLIC_URL says how the backend is reached. */
  link: z.url().nullable(),
  event: plantEventSchema.pick({
    id: true,
    number: true,
    detector: true,
    kind: true,
    title: true,
    cause: true,
    severity: true,
    state: true,
    cmtsId: true,
    rfPortIfIndex: true,
    rfPortName: true,
    sessionId: true,
    firstMs: true,
    lastMs: true,
    count: true,
    dutyPct: true,
    f0Hz: true,
    bwHz: true,
    levelDbmv: true,
    dBc: true,
    channels: true,
    classification: true,
    figures: true,
  }),
});
export type EventNotice = z.infer<typeof eventNoticeSchema>;

/** `GET /api/webhook`: how events are told to another program. The address is a secret and is not told. */
export const webhookStateSchema = z.strictObject({
  isOn: z.boolean(),
  leastSeverity: severitySchema,
  /** Notices since the backend was started. */
  delivered: z.int(),
  waiting: z.int(),
  /** Attempts beyond the first of each notice. */
  retries: z.int(),
  /** Notices that were given up: refused, tried too often, or too many at a time. */
  givenUp: z.int(),
  lastDeliveredAt: z.iso.datetime().nullable(),
  /** The last attempt that failed; null where none did, or the one after it went well. */
  failure: z.strictObject({ at: z.iso.datetime(), reason: z.string() }).nullable(),
  /** All of this in words. */
  sentence: z.string(),
});
export type WebhookState = z.infer<typeof webhookStateSchema>;
