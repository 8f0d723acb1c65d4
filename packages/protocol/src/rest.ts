import { z } from "zod";
import { buildInfoSchema } from "./build.ts";
import { utscOutputFormatSchema, utscTriggerModeSchema, utscWindowSchema } from "./utsc.ts";

export const healthStatusSchema = z.enum(["ok", "degraded", "failed"]);
export type HealthStatus = z.infer<typeof healthStatusSchema>;

export const healthCheckSchema = z.strictObject({
  name: z.enum([
    "agent",
    "tftpDirectory",
    "tftpServer",
    "storage",
    "eventLoop",
    "detection",
    "levels",
    "recorder",
    "webhook",
  ]),
  status: healthStatusSchema,
  /** One sentence: what was found, and what to do where something is wrong. */
  detail: z.string(),
  /** When this status began. */
  since: z.iso.datetime(),
});
export type HealthCheck = z.infer<typeof healthCheckSchema>;

export const healthSchema = z.strictObject({
  status: healthStatusSchema,
  /** Left out for callers that are not signed in. */
  checks: z.array(healthCheckSchema).optional(),
  build: buildInfoSchema.optional(),
});
export type Health = z.infer<typeof healthSchema>;

export const agentStateSchema = z.enum(["waiting", "connected", "refused", "lost", "revoked"]);
export type AgentState = z.infer<typeof agentStateSchema>;

export const agentSchema = z.strictObject({
  name: z.string(),
  /**
   * Why it may connect: by the `settings` of the backend (PNMLAB_AGENT_NAME and PNMLAB_AGENT_TOKEN), or
   * because it was `enrolled`; null for a caller that nobody expects.
   */
  origin: z.enum(["settings", "enrolled"]).nullable(),
  /** Where it stands, in the words of who enrolled it; may be empty. */
  site: z.string(),
  /** What it can reach: names of CMTSs, addresses, networks; `*` for whatever no other agent names. */
  targets: z.array(z.string()),
  /** Null where the settings give the token. */
  token: z
    .strictObject({
      issuedAt: z.iso.datetime(),
      firstUsedAt: z.iso.datetime().nullable(),
      /** When a token was issued that has not taken the place of this one yet. */
      nextIssuedAt: z.iso.datetime().nullable(),
    })
    .nullable(),
  state: agentStateSchema,
  /** The state in words, the same in page, health, log and scripts. */
  sentence: z.string(),
  since: z.iso.datetime(),
  address: z.string().nullable(),
  lastConnectedAt: z.iso.datetime().nullable(),
  /** Present while attempts under this name are being refused, also beside a connected agent. */
  refusal: z
    .strictObject({
      code: z.string(),
      reason: z.string(),
      address: z.string(),
      count: z.int(),
      firstAt: z.iso.datetime(),
      lastAt: z.iso.datetime(),
    })
    .nullable(),
  hostName: z.string().nullable(),
  build: buildInfoSchema.nullable(),
  /** Agent clock minus backend clock. */
  clockSkewMs: z.number().nullable(),
  roundTripMs: z.number().nullable(),
  profiles: z.array(z.string()),
  /** Requests that it takes; none while it is not connected. */
  capabilities: z.array(z.string()),
  /** How its build differs from the backend's, in words; null where it does not. */
  buildNote: z.string().nullable(),
});
export type Agent = z.infer<typeof agentSchema>;

export const cmtsSchema = z.strictObject({
  id: z.string(),
  host: z.string(),
  port: z.int(),
  profile: z.string(),
  /** True where the device itself says in sysDescr that it is simulated. */
  simulated: z.boolean(),
  sysName: z.string().nullable(),
  sysDescr: z.string().nullable(),
  state: z.enum(["unknown", "answering", "silent"]),
  sentence: z.string(),
  roundTripMs: z.number().nullable(),
  checkedAt: z.iso.datetime().nullable(),
});
export type Cmts = z.infer<typeof cmtsSchema>;

export const upstreamChannelSchema = z.strictObject({
  ifIndex: z.int(),
  name: z.string(),
  kind: z.enum(["scQam", "ofdma"]),
  lowerFrequencyHz: z.int(),
  upperFrequencyHz: z.int(),
  /** Number of the channel in the MAC domain; left out where the CMTS does not tell it. */
  channelId: z.int().optional(),
  /** Modulation or type in words, for example `atdma` or `OFDMA 50 kHz`. */
  modulation: z.string().optional(),
  /** Bands of an OFDMA channel that nothing is sent in, lowest first, Hz. */
  excludedHz: z.array(z.tuple([z.int(), z.int()])).optional(),
  /** Power that the CMTS sets for the channel, in this bandwidth of it. */
  expectedLevel: z.strictObject({ dbmv: z.number(), bandwidthHz: z.number() }).optional(),
});
export type UpstreamChannel = z.infer<typeof upstreamChannelSchema>;

export const utscCapabilitySchema = z.strictObject({
  triggerModes: z.array(utscTriggerModeSchema),
  outputFormats: z.array(utscOutputFormatSchema),
  windows: z.array(utscWindowSchema),
  description: z.string(),
  /** Repeat period to start with: one that the CMTS takes and that shows mains rhythms, where there is one. */
  repeatPeriodUs: z.int().optional(),
});
export type UtscCapability = z.infer<typeof utscCapabilitySchema>;

export const rfPortSchema = z.strictObject({
  ifIndex: z.int(),
  name: z.string(),
  description: z.string(),
  alias: z.string(),
  /** Null where the port has no UTSC capability row. */
  utsc: utscCapabilitySchema.nullable(),
  channels: z.array(upstreamChannelSchema),
});
export type RfPort = z.infer<typeof rfPortSchema>;

export const captureSchema = z.strictObject({
  id: z.string(),
  fileName: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
  receivedAt: z.iso.datetime(),
  status: z.enum(["decoded", "refused"]),
  /** Kind of the record, for example `dsOfdmRxMer`; null where the file is refused. */
  kind: z.string().nullable(),
  /** What it is, in words. */
  title: z.string(),
  /** Why it was refused, as one sentence; null where it was decoded. */
  refusal: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
export type Capture = z.infer<typeof captureSchema>;

export const captureDetailSchema = z.strictObject({
  ...captureSchema.shape,
  header: z.array(
    z.strictObject({
      name: z.string(),
      value: z.union([z.string(), z.number()]),
      unit: z.string().optional(),
      offset: z.int(),
      length: z.int(),
    }),
  ),
  /** Which reading of the file was chosen and why; what was odd about it. */
  notes: z.array(z.string()),
});
export type CaptureDetail = z.infer<typeof captureDetailSchema>;

const axisSchema = z.strictObject({ label: z.string(), unit: z.string() });
/** One generic shape for the plot of any capture; a value that is missing or excluded is null. */
export const captureDataSchema = z.strictObject({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  style: z.enum(["line", "scatter", "bars"]),
  x: z.strictObject({ ...axisSchema.shape, values: z.array(z.number()) }),
  y: axisSchema,
  series: z.array(
    z.strictObject({ name: z.string(), unit: z.string(), values: z.array(z.number().nullable()) }),
  ),
});
export type CaptureData = z.infer<typeof captureDataSchema>;

export const signedInSchema = z.strictObject({
  user: z.string(),
  role: z.enum(["operator"]),
  expiresAt: z.iso.datetime(),
});
export type SignedIn = z.infer<typeof signedInSchema>;
