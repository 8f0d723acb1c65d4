import { z } from "zod";
import { agentFiguresMessageSchema } from "./agent-figures.ts";
import { buildInfoSchema } from "./build.ts";
import { errorBodySchema } from "./errors.ts";
import {
  pollAckParamsSchema,
  pollPlansParamsSchema,
  pollRefreshSchema,
  pollResultsSchema,
  pollStatusMessageSchema,
} from "./polling.ts";
import {
  snmpGetBulkParamsSchema,
  snmpGetParamsSchema,
  snmpSetParamsSchema,
  snmpSweepParamsSchema,
  snmpTableParamsSchema,
  snmpTargetSchema,
  snmpWalkParamsSchema,
  snmpWalkStreamParamsSchema,
  streamResultSchema,
  varbindSchema,
  varbindsResultSchema,
} from "./snmp.ts";
import { streamConsumedParamsSchema, unpackAnswers, unpackRows } from "./snmp-stream.ts";

/**
 * Version of the messages between agent and backend. Raised when an old peer could misread a new one;
 * the backend refuses an agent of another version with `AGENT_PROTOCOL`.
 */
export const AGENT_PROTOCOL_VERSION = 2;

/** Path of the agents' WebSocket on the backend. */
export const AGENT_PATH = "/ws/agent";

/** Upgrade request headers by which an agent names itself; the token goes into `Authorization: Bearer`. */
export const AGENT_NAME_HEADER = "x-pnmlab-agent";
export const AGENT_PROTOCOL_HEADER = "x-pnmlab-protocol";

/** Why the backend refuses an agent's upgrade request; the answer is HTTP 4xx with `{error: {code, message}}`. */
export const AGENT_REFUSAL_CODES = [
  "AGENT_TOKEN_MISMATCH",
  "AGENT_TOKEN_MISSING",
  /** The token was taken back, or another one has taken its place. */
  "AGENT_TOKEN_REVOKED",
  "AGENT_PROTOCOL",
  /** The token belongs to an agent of another name. */
  "AGENT_NAME",
  /** An agent of this name is connected and alive. */
  "AGENT_NAME_TAKEN",
] as const;
export type AgentRefusalCode = (typeof AGENT_REFUSAL_CODES)[number];

export const agentNameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/i, "letters, digits and hyphens");

export const leaseGrantParamsSchema = z.strictObject({
  leaseId: z.string().min(1),
  ttlMs: z.int().min(500).max(600_000),
  target: snmpTargetSchema,
  /** What the agent SETs when the lease runs out: it ends the test that this lease guards. */
  abort: z.array(varbindSchema).min(1).max(4),
});
export const leaseIdParamsSchema = z.strictObject({ leaseId: z.string().min(1) });
export const emptySchema = z.strictObject({});

/**
 * What the agent's settings are, without saying it: `packages/config` makes the fingerprints. The backend
 * makes its own with the same salt and names those that differ.
 */
export const settingsFingerprintsSchema = z.strictObject({
  salt: z.string().min(16).max(64),
  /** By name of the variable; only those that agent and backend both read. */
  fingerprints: z.record(z.string(), z.string().regex(/^[0-9a-f]{12}$/)),
});
export type SettingsFingerprints = z.infer<typeof settingsFingerprintsSchema>;

/** The requests a backend may make, each with the schema of its parameters and of its result. */
export const AGENT_METHODS = {
  "snmp.get": { params: snmpGetParamsSchema, result: varbindsResultSchema },
  "snmp.set": { params: snmpSetParamsSchema, result: varbindsResultSchema },
  "snmp.getNext": { params: snmpGetParamsSchema, result: varbindsResultSchema },
  "snmp.getBulk": { params: snmpGetBulkParamsSchema, result: varbindsResultSchema },
  "snmp.walk": { params: snmpWalkParamsSchema, result: varbindsResultSchema },
  /** These three send chunks before their result (`AGENT_CHUNKS`). */
  "snmp.walkStream": { params: snmpWalkStreamParamsSchema, result: streamResultSchema },
  "snmp.table": { params: snmpTableParamsSchema, result: streamResultSchema },
  "snmp.sweep": { params: snmpSweepParamsSchema, result: streamResultSchema },
  /** The receiver of a stream has taken chunks; the agent sends at most `STREAM_WINDOW` ahead of it. */
  "stream.consumed": { params: streamConsumedParamsSchema, result: emptySchema },
  /** Starts or renews a lease. */
  "lease.grant": { params: leaseGrantParamsSchema, result: emptySchema },
  /** Ends a lease without the abort: the test was stopped in order. */
  "lease.release": { params: leaseIdParamsSchema, result: emptySchema },
  /** Replaces the plans that the agent polls by. */
  "polling.plans": { params: pollPlansParamsSchema, result: emptySchema },
  /** A batch of readings is stored. */
  "polling.ack": { params: pollAckParamsSchema, result: emptySchema },
} as const;
export type AgentMethod = keyof typeof AGENT_METHODS;
export type AgentParams<M extends AgentMethod> = z.input<(typeof AGENT_METHODS)[M]["params"]>;
export type AgentResult<M extends AgentMethod> = z.output<(typeof AGENT_METHODS)[M]["result"]>;

/** How the chunks of each streaming method are read; they throw `PackedError`. */
export const AGENT_CHUNKS = {
  "snmp.walkStream": (chunk: unknown, { oid }: { oid: string }) => unpackRows(chunk, oid),
  /** The cells of a row stand together and are never parted between chunks. */
  "snmp.table": (chunk: unknown, { entryOid }: { entryOid: string }) => unpackRows(chunk, entryOid),
  "snmp.sweep": (chunk: unknown, { oids }: { oids: string[] }) => unpackAnswers(chunk, oids),
} as const;
export type AgentStreamMethod = keyof typeof AGENT_CHUNKS;
export type AgentChunk<M extends AgentStreamMethod> = ReturnType<(typeof AGENT_CHUNKS)[M]>;

/**
 * Chunks of one stream that may be under way before their receiver has taken the first of them. Other answers
 * wait behind them: few keep those quick.
 */
export const STREAM_WINDOW = 4;

/**
 * How many messages have arrived since the session began: of the agent's side all but `hello`, `pong` and
 * `ack`, of the backend's all but `welcome`, `ping` and `ack`. The sender keeps those that are not
 * acknowledged, and after a drop sends again what is missing: nothing is lost, nothing arrives twice.
 */
const receivedSchema = z.int().min(0);
const ackSchema = z.strictObject({ type: z.literal("ack"), received: receivedSchema });

/** Messages that are part of the connection, not of the session: neither counted nor sent again. */
const UNCOUNTED_TYPES: readonly string[] = ["hello", "welcome", "ping", "pong", "ack"];

/** Whether a message is counted and outlives a drop of the connection. */
export function isCounted({ type }: { type: string }): boolean {
  return !UNCOUNTED_TYPES.includes(type);
}

export const backendToAgentSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("welcome"),
    build: buildInfoSchema,
    heartbeatMs: z.int().min(100),
    session: z.strictObject({
      /** By which the agent takes the session up again after a drop. Secret. */
      token: z.string().min(16).max(128),
      /** How long after a drop it can. */
      resumeMs: z.int().min(0),
      /** Whether this is the session that the agent asked for; otherwise it is a new one. */
      isResumed: z.boolean(),
      received: receivedSchema,
    }),
  }),
  z.strictObject({
    type: z.literal("request"),
    id: z.int().min(1),
    method: z.enum(Object.keys(AGENT_METHODS) as [AgentMethod, ...AgentMethod[]]),
    params: z.unknown(),
    /** Milliseconds that are left for the answer; the agent gives up when they are over. */
    deadlineMs: z.int().min(1),
  }),
  z.strictObject({ type: z.literal("cancel"), id: z.int().min(1) }),
  z.strictObject({ type: z.literal("ping"), sentAtMs: z.number() }),
  ackSchema,
]);
export type BackendToAgent = z.infer<typeof backendToAgentSchema>;

export const agentToBackendSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("hello"),
    name: agentNameSchema,
    protocolVersion: z.int(),
    build: buildInfoSchema,
    hostName: z.string(),
    /** Clock of the agent's machine, Unix milliseconds, for the skew that the page shows. */
    clockMs: z.number(),
    methods: z.array(z.string()),
    /** Names of the credential profiles it holds; never their contents. */
    profiles: z.array(z.string()),
    /** Absent where the agent was not started as a program. */
    settings: settingsFingerprintsSchema.optional(),
    /** The session that a drop interrupted. */
    resume: z.strictObject({ token: z.string().min(16).max(128), received: receivedSchema }).optional(),
  }),
  ackSchema,
  z.discriminatedUnion("ok", [
    z.strictObject({
      type: z.literal("response"),
      id: z.int().min(1),
      ok: z.literal(true),
      result: z.unknown(),
      /** A chunk of a stream; further responses to the same request follow. */
      more: z.literal(true).optional(),
    }),
    z.strictObject({
      type: z.literal("response"),
      id: z.int().min(1),
      ok: z.literal(false),
      error: errorBodySchema,
    }),
  ]),
  z.strictObject({
    type: z.literal("pong"),
    sentAtMs: z.number(),
    /** Clock of the agent's machine now, Unix milliseconds: a skew that comes up later is seen too. */
    clockMs: z.number().optional(),
  }),
  z.strictObject({
    type: z.literal("lease-expired"),
    leaseId: z.string(),
    atMs: z.number(),
    /** Whether the abort reached the device. */
    aborted: z.boolean(),
    error: errorBodySchema.optional(),
  }),
  pollResultsSchema,
  pollRefreshSchema,
  pollStatusMessageSchema,
  agentFiguresMessageSchema,
]);
export type AgentToBackend = z.infer<typeof agentToBackendSchema>;
