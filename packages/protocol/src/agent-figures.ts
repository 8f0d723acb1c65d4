import { z } from "zod";

/** How often an agent tells its figures. */
export const AGENT_FIGURES_PERIOD_MS = 5_000;

/** Kinds that a record of counts may have: far more than there are codes of errors. */
const MAX_KINDS = 64;

const countsSchema = z
  .record(z.string().max(64), z.int().min(0))
  .refine((counts) => Object.keys(counts).length <= MAX_KINDS, `at most ${MAX_KINDS} kinds`);

/** How an agent runs, at one moment. Counts are those since its start. */
export const agentFiguresSchema = z.strictObject({
  /** By a clock that never goes back: differences of counts divide by differences of this. */
  uptimeMs: z.number().min(0),
  /** Requests of the backend that run or wait. */
  jobs: z.int().min(0),
  /** Running tests that the agent ends if the backend goes away. */
  leases: z.int().min(0),
  snmp: z.strictObject({
    /** Requests on their way, and those that wait for their turn. */
    running: z.int().min(0),
    waiting: z.int().min(0),
    /** Begun, by operation: `GET`, `GETNEXT`, `GETBULK`, `SET`, `walk`, `table`. */
    requests: countsSchema,
    /** Failed, by code. */
    errors: countsSchema,
  }),
  /** What its own settings have refused, by code. */
  refused: countsSchema,
  /** Null where it does not poll. */
  outbox: z
    .strictObject({
      /** Readings that wait to be delivered, and the age of the oldest of them. */
      queued: z.int().min(0),
      oldestAgeMs: z.number().min(0).nullable(),
      sizeBytes: z.number().min(0),
      /** Readings that were given up; since the outbox was made. */
      dropped: z.int().min(0),
      /** Why readings are not safe on disk at present; null where they are. */
      trouble: z.string().nullable(),
      /** How long ago it was cleaned up. */
      cleanUpAgeMs: z.number().min(0).nullable(),
    })
    .nullable(),
  /** Delay of the event loop over the last 15 s. */
  loopDelayP99Ms: z.number().min(0),
  loopDelayMaxMs: z.number().min(0),
  rssBytes: z.number().min(0),
  heapUsedBytes: z.number().min(0),
  /** Processor time since the start of the process. */
  cpuMs: z.number().min(0),
});
export type AgentFigures = z.infer<typeof agentFiguresSchema>;

const MAX_ENTRIES = 4096;
const textsSchema = z.array(z.string().max(256)).max(MAX_ENTRIES);

/** What an agent does at all, by its own settings. None of it is secret. */
export const agentPolicySchema = z.strictObject({
  /** What it may be asked to do: `read`, `capture`, `set`, `reset`. */
  permissions: textsSchema,
  /** Networks that it may address. */
  networks: textsSchema,
  /** OIDs below which it takes a SET. */
  setSubtrees: textsSchema,
  /** SNMP requests that it has on their way at once. */
  maxOutstanding: z.int().min(1),
  /** The same for one device of a network. */
  targetLimits: z
    .array(z.strictObject({ network: z.string().max(64), maxOutstanding: z.int().min(1) }))
    .max(MAX_ENTRIES),
});
export type AgentPolicy = z.infer<typeof agentPolicySchema>;

/** The first one of a session tells the policy too. */
export const agentFiguresMessageSchema = z.strictObject({
  type: z.literal("figures"),
  figures: agentFiguresSchema,
  policy: agentPolicySchema.optional(),
});

/** When the backend heard it, Unix milliseconds. */
const agentSampleSchema = agentFiguresSchema.extend({ atMs: z.number() });
export type AgentSample = z.infer<typeof agentSampleSchema>;

/** `GET /api/agents/{name}/figures?after=`: of the last hour, oldest first. */
export const agentFiguresAnswerSchema = z.strictObject({
  /** Null until the agent has told it. */
  policy: agentPolicySchema.nullable(),
  samples: z.array(agentSampleSchema),
});
export type AgentFiguresAnswer = z.infer<typeof agentFiguresAnswerSchema>;
