import { z } from "zod";
import { errorBodySchema } from "./errors.ts";

const oidSchema = z.string().regex(/^\d+(\.\d+)+$/, "an OID in dotted decimal form");

/** Most devices of one plan: a CMTS with all of its modems. */
export const MAX_POLL_DEVICES = 20_000;

/** Most metrics of one plan, those of its groups included. */
export const MAX_POLL_METRICS = 64;

/** Name of a metric or group: it stands in addresses and in the database. */
export const metricNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, "lower-case letters, digits and hyphens, beginning with a letter");

/** One value that is read from every device of a plan, or one column of a table of values. */
export const pollMetricSchema = z.strictObject({
  name: metricNameSchema,
  /** The instance itself, or with `table` the column whose every row is read. */
  oid: oidSchema,
  table: z.boolean().default(false),
  /** Of a counter the increase per second between two readings is kept, of a gauge the value. */
  kind: z.enum(["gauge", "counter"]).default("gauge"),
  /** The value that was read is divided by this: 10 for tenths of a dB. */
  divisor: z.number().positive().default(1),
  unit: z.string().max(24).default(""),
  /** Only rows whose column `oid` has this value. */
  where: z.strictObject({ oid: oidSchema, equals: z.int() }).optional(),
  /** Column that holds the decimal digits of each row's value, as entPhySensorPrecision does. */
  precisionOid: oidSchema.optional(),
});
export type PollMetric = z.infer<typeof pollMetricSchema>;

/**
 * When a metric is out of bounds. It is raised beyond `limit` and ends only when the value has come back
 * by more than `hysteresis`, so that one that sways about the limit is one event.
 */
export const pollThresholdSchema = z.strictObject({
  metric: metricNameSchema,
  direction: z.enum(["above", "below"]),
  limit: z.number(),
  hysteresis: z.number().min(0).default(0),
});
export type PollThreshold = z.infer<typeof pollThresholdSchema>;

export const pollDeviceSchema = z.strictObject({
  /** Name of the device, and of its series. */
  label: z.string().trim().min(1).max(128),
  host: z.string().min(1).max(255),
  port: z.int().min(1).max(65535).default(161),
  /** Name of credentials that the agent holds. */
  profile: z.string().min(1).max(64),
});
export type PollDevice = z.infer<typeof pollDeviceSchema>;

/** A plan as the agent works on it: groups are spelt out. */
export const agentPollPlanSchema = z.strictObject({
  id: z.string().min(1),
  /** Raised at every change. */
  version: z.int().min(1),
  intervalMs: z.int().min(1000).max(86_400_000),
  /** Devices are spread over this time, each at a place of its own that stays. */
  jitterMs: z.int().min(0),
  devices: z.array(pollDeviceSchema).max(MAX_POLL_DEVICES),
  metrics: z.array(pollMetricSchema).max(MAX_POLL_METRICS),
});
export type AgentPollPlan = z.infer<typeof agentPollPlanSchema>;

/** All plans of an agent; what is not in it any more ends. `revision` differs where the plans do. */
export const pollPlansParamsSchema = z.strictObject({
  revision: z.string().min(1).max(64),
  plans: z.array(agentPollPlanSchema),
});

export type PollPlans = z.infer<typeof pollPlansParamsSchema>;

/** Everything of this outbox up to and including `upTo` is stored. */
export const pollAckParamsSchema = z.strictObject({ outboxId: z.string().min(1), upTo: z.int().min(0) });

/** Metric, instance (empty for a scalar) and value in the metric's unit. */
export const pollSampleSchema = z.tuple([z.string(), z.string(), z.number()]);
export type PollSample = z.infer<typeof pollSampleSchema>;

/** What one device answered once. */
export const pollReadingSchema = z.strictObject({
  planId: z.string(),
  planVersion: z.int(),
  device: z.string(),
  /** Clock of the agent, Unix milliseconds; within the dates that there are (ECMA-262 21.4.1.1). */
  atMs: z.number().min(0).max(8.64e15),
  samples: z.array(pollSampleSchema),
  /** Why there are no samples, or not all of them. */
  error: errorBodySchema.pick({ code: true, message: true }).optional(),
});
export type PollReading = z.infer<typeof pollReadingSchema>;

/** A reading in its place in the agent's outbox. */
export const pollDeliverySchema = pollReadingSchema.extend({
  sequence: z.int().min(1),
  /** It was kept back: there was no way to deliver it when it was taken. */
  late: z.boolean(),
});
export type PollDelivery = z.infer<typeof pollDeliverySchema>;

/** A batch out of the outbox, in the order of `sequence`; deleted there once it is acknowledged. */
export const pollResultsSchema = z.strictObject({
  type: z.literal("poll-results"),
  /** Differs where the outbox was made anew: its sequence begins again. */
  outboxId: z.string().min(1),
  fromSequence: z.int().min(1),
  toSequence: z.int().min(1),
  readings: z.array(pollDeliverySchema),
});
export type PollResults = z.infer<typeof pollResultsSchema>;

/** Asks for the plans again; the backend sends them where `revision` is not theirs. */
export const pollRefreshSchema = z.strictObject({
  type: z.literal("poll-refresh"),
  revision: z.string(),
});

/** How polling and the outbox of an agent stand; sent at its heartbeat. */
export const pollStatusSchema = z.strictObject({
  plans: z.int(),
  devices: z.int(),
  /** Devices that are being read now, and those whose turn has come and that wait. */
  reading: z.int(),
  waiting: z.int(),
  /** Turns that fell out because the one before was not done, since the start. */
  skipped: z.int(),
  /** Readings that wait to be delivered, and the time of the oldest of them (Unix milliseconds). */
  queued: z.int(),
  oldestAtMs: z.number().nullable(),
  sizeBytes: z.number(),
  /** Readings that were given up, oldest first, for want of room or by age; since the outbox was made. */
  dropped: z.int(),
  /** Why readings are not safe on disk at present; null where they are. */
  trouble: z.string().nullable(),
  lastCleanUpAtMs: z.number().nullable(),
  lastDeliveredAtMs: z.number().nullable(),
  uptimeMs: z.number(),
  rssBytes: z.number(),
});
export type PollStatus = z.infer<typeof pollStatusSchema>;
export const pollStatusMessageSchema = pollStatusSchema.extend({ type: z.literal("poll-status") });

/** Body of `POST /api/polling/plans` and `PUT /api/polling/plans/{id}`. */
export const pollPlanInputSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(80),
    /** The agent that polls; null is the one that the backend expects first. */
    agent: z.string().min(1).nullable().default(null),
    enabled: z.boolean().default(true),
    intervalS: z.int().min(5).max(86_400),
    /** Never longer than the interval. */
    jitterS: z.int().min(0).max(86_400).default(0),
    devices: z.array(pollDeviceSchema).min(1).max(MAX_POLL_DEVICES),
    /** Named groups of metrics: `GET /api/polling/groups`. */
    groups: z.array(z.string()).max(MAX_POLL_METRICS).default([]),
    metrics: z.array(pollMetricSchema).max(MAX_POLL_METRICS).default([]),
    thresholds: z.array(pollThresholdSchema).max(MAX_POLL_METRICS).default([]),
  })
  .superRefine((plan, context) => {
    const fault = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (plan.jitterS > plan.intervalS) fault("jitterS", "must not be longer than intervalS");
    if (plan.groups.length + plan.metrics.length === 0)
      fault("metrics", "a plan reads at least one metric or group");
    const labels = new Set(plan.devices.map((device) => device.label));
    if (labels.size !== plan.devices.length) fault("devices", "two devices have one label");
  });
export type PollPlanInput = z.input<typeof pollPlanInputSchema>;

/** A plan as the backend keeps it. */
export const pollPlanSchema = z.strictObject({
  id: z.string(),
  version: z.int().min(1),
  name: z.string(),
  agent: z.string().nullable(),
  enabled: z.boolean(),
  intervalS: z.int(),
  jitterS: z.int(),
  devices: z.array(pollDeviceSchema),
  groups: z.array(z.string()),
  metrics: z.array(pollMetricSchema),
  thresholds: z.array(pollThresholdSchema),
  updatedAt: z.iso.datetime(),
});
export type PollPlan = z.infer<typeof pollPlanSchema>;

/** `GET /api/polling/plans`. */
export const pollPlanListSchema = z.strictObject({ plans: z.array(pollPlanSchema) });
/** `GET`, `POST` and `PUT` of one plan. */
export const pollPlanAnswerSchema = z.strictObject({ plan: pollPlanSchema });

/** A named group with the MIB that its objects are of. */
export const pollGroupSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  source: z.string(),
  metrics: z.array(pollMetricSchema),
});
export type PollGroup = z.infer<typeof pollGroupSchema>;
/** `GET /api/polling/groups`. */
export const pollGroupListSchema = z.strictObject({ groups: z.array(pollGroupSchema) });

/** How a device of a plan stands. */
export const polledDeviceSchema = z.strictObject({
  planId: z.string(),
  device: z.string(),
  lastReadAt: z.iso.datetime(),
  /** Null where the last reading was whole. */
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
export type PolledDevice = z.infer<typeof polledDeviceSchema>;

/** `GET /api/polling/status`. */
export const pollingStateSchema = z.strictObject({
  agents: z.array(
    z.strictObject({
      agent: z.string(),
      /** Whether it is connected and holds the plans of now. */
      isCurrent: z.boolean(),
      status: pollStatusSchema.nullable(),
      statusAt: z.iso.datetime().nullable(),
      /** Why it does not take the plans. */
      error: z.string().nullable(),
    }),
  ),
  devices: z.array(polledDeviceSchema),
});
export type PollingState = z.infer<typeof pollingStateSchema>;

/** One line of values over time: of a device, a metric and an instance of it. */
export const seriesNameSchema = z.strictObject({
  device: z.string(),
  metric: z.string(),
  instance: z.string(),
  unit: z.string(),
  intervalS: z.number(),
  lastAt: z.iso.datetime(),
  lastValue: z.number(),
  /** Whether its threshold is exceeded now. */
  isRaised: z.boolean(),
});
export type SeriesName = z.infer<typeof seriesNameSchema>;
/** `GET /api/series/names`. */
export const seriesNameListSchema = z.strictObject({ series: z.array(seriesNameSchema) });

/** What was read within one step of time. */
export const seriesPointSchema = z.strictObject({
  /** Begin of the step, Unix milliseconds; the time of the value itself where nothing was put together. */
  atMs: z.number(),
  mean: z.number(),
  min: z.number(),
  max: z.number(),
  count: z.int(),
  /** Some of it was delivered late. */
  late: z.boolean(),
});
export type SeriesPoint = z.infer<typeof seriesPointSchema>;

/** `GET /api/series`. */
export const seriesAnswerSchema = z.strictObject({
  device: z.string(),
  metric: z.string(),
  unit: z.string(),
  fromMs: z.number(),
  toMs: z.number(),
  /** Width of a step; 0 where every value stands for itself. */
  stepMs: z.number(),
  lines: z.array(
    z.strictObject({
      instance: z.string(),
      points: z.array(seriesPointSchema),
      /** Times without a reading, between the readings around them. */
      gaps: z.array(z.strictObject({ fromMs: z.number(), toMs: z.number() })),
    }),
  ),
});
export type SeriesAnswer = z.infer<typeof seriesAnswerSchema>;

/** A threshold that was exceeded, or is no longer. */
export const pollEventSchema = z.strictObject({
  at: z.iso.datetime(),
  device: z.string(),
  metric: z.string(),
  instance: z.string(),
  state: z.enum(["raised", "cleared"]),
  value: z.number(),
  unit: z.string(),
  direction: z.enum(["above", "below"]),
  limit: z.number(),
  hysteresis: z.number(),
  late: z.boolean(),
});
export type PollEvent = z.infer<typeof pollEventSchema>;
/** `GET /api/polling/events`, newest first. */
export const pollEventListSchema = z.strictObject({ events: z.array(pollEventSchema) });
