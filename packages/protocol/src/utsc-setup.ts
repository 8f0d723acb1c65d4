import { z } from "zod";
import { utscCapabilitySchema } from "./rest.ts";
import {
  utscOutputFormatSchema,
  utscRequestSchema,
  utscSessionStateSchema,
  utscTriggerModeSchema,
} from "./utsc.ts";

/** The 23 writable columns of docsPnmCmtsUtscCfgTable in the MIB's order, named as in `UtscRequest`. */
export const UTSC_FIELDS = [
  "logicalChIfIndex",
  "triggerMode",
  "minislotCount",
  "sid",
  "cmMacAddr",
  "timestampTicks",
  "centerFrequencyHz",
  "spanHz",
  "bins",
  "averaging",
  "fileName",
  "qualifyCenterFrequencyHz",
  "qualifyBandwidthHz",
  "qualifyThresholdTenthDb",
  "window",
  "outputFormat",
  "repeatPeriodUs",
  "freeRunDurationMs",
  "triggerCount",
  "rowStatus",
  "burstIuc",
  "maxResultsPerFile",
  "destinationIndex",
] as const;
export const utscFieldSchema = z.enum(UTSC_FIELDS);

/** An enumerated column goes by the MIB's name, a MAC address in colon form, anything else as a number. */
export const utscFieldValueSchema = z.union([z.number(), z.string()]);
export type UtscFieldValue = z.infer<typeof utscFieldValueSchema>;

/** Who says so: the capability row of the port, a vendor profile, the MIB, or this product by its own needs. */
export const utscRuleSourceSchema = z.strictObject({
  kind: z.enum(["capability", "profile", "mib", "product"]),
  /** `CommScope E6000, CCAP Core`, or `DOCS-PNM-MIB`. */
  name: z.string(),
  /** Where it stands, for a reader who wants to check it. */
  citation: z.string(),
});
export type UtscRuleSource = z.infer<typeof utscRuleSourceSchema>;

/** A rule holds where every condition does; one that is left out always does. */
export const utscRuleConditionSchema = z.strictObject({
  triggerModes: z.array(utscTriggerModeSchema).readonly().optional(),
  outputFormats: z.array(utscOutputFormatSchema).readonly().optional(),
  /** Kind of the channel that logicalChIfIndex names; `none` where it names none. */
  channelKinds: z
    .array(z.enum(["scQam", "ofdma", "none"]))
    .readonly()
    .optional(),
});

/** Relations between columns: which one a rule is about stands in `relation`. */
export const UTSC_RELATIONS = [
  /** centerFrequencyHz - spanHz / 2 >= 0 */
  "spanAboveZero",
  /** repeatPeriodUs <= freeRunDurationMs * 1000 */
  "periodWithinFreeRun",
  /** freeRunDurationMs * 1000 / repeatPeriodUs <= most */
  "capturesPerRun",
  /** The field must be given */
  "required",
] as const;

export const utscLimitSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("values"), values: z.array(utscFieldValueSchema).readonly() }),
  /** Pairs of least and most, both allowed. */
  z.strictObject({
    kind: z.literal("ranges"),
    ranges: z.array(z.tuple([z.number(), z.number()]).readonly()).readonly(),
  }),
  z.strictObject({ kind: z.literal("multipleOf"), step: z.number() }),
  z.strictObject({
    kind: z.literal("relation"),
    relation: z.enum(UTSC_RELATIONS),
    most: z.number().optional(),
  }),
]);
export type UtscLimit = z.infer<typeof utscLimitSchema>;

/** What must hold of a column; a value outside is refused before any SNMP. */
export const utscRuleSchema = z.strictObject({
  /** Stable, for example `span.wideband`. */
  id: z.string(),
  field: utscFieldSchema,
  when: utscRuleConditionSchema.optional(),
  limit: utscLimitSchema,
  /** The rule in one sentence, to stand beside the field. */
  text: z.string(),
  source: utscRuleSourceSchema,
});
export type UtscRuleView = z.infer<typeof utscRuleSchema>;

/** What the CMTS is known to do to a value that it takes. */
export const utscAdjustmentSchema = z.strictObject({
  id: z.string(),
  field: utscFieldSchema,
  when: utscRuleConditionSchema.optional(),
  text: z.string(),
  source: utscRuleSourceSchema,
});
export type UtscAdjustmentView = z.infer<typeof utscAdjustmentSchema>;

export const utscFieldOptionSchema = z.strictObject({
  field: utscFieldSchema,
  /** Name of the column, `docsPnmCmtsUtscCfgSpan`. */
  column: z.string(),
  oid: z.string(),
  kind: z.enum(["integer", "enumeration", "macAddress", "text"]),
  unit: z.enum(["Hz", "us", "ms", "tenthDb", "ticks"]).nullable(),
  /**
   * `open` the user chooses; `fixed` the CMTS keeps `fixedValue`; `unsupported` it does not have or carry out
   * the column; `managed` the session writes it itself.
   */
  state: z.enum(["open", "fixed", "unsupported", "managed"]),
  fixedValue: utscFieldValueSchema.nullable(),
  /** Why it is not open; null where it is. */
  reason: z.string().nullable(),
  source: utscRuleSourceSchema.nullable(),
  /** What is written where a request leaves it out; null: nothing, or what the trigger needs. */
  defaultValue: utscFieldValueSchema.nullable(),
  /** The trigger modes that use it; null for all. Others do without it, so that a page hides it. */
  usedByTriggerModes: z.array(utscTriggerModeSchema).readonly().nullable(),
  /** Members on offer of an enumerated column, by capability row and profile; null for other kinds. */
  values: z.array(z.string()).readonly().nullable(),
  rules: z.array(utscRuleSchema).readonly(),
  adjustments: z.array(utscAdjustmentSchema).readonly(),
});
export type UtscFieldOption = z.infer<typeof utscFieldOptionSchema>;

/** A vendor profile as it applies to one CMTS. */
export const utscProfileSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** In words: `sysDescr "ARRIS E6000 CER_V13.01"`; of the chosen one where a user has overridden it. */
  detectedBy: z.string(),
  /** Whether a user has chosen it in place of what was detected. */
  isOverridden: z.boolean(),
  /** What was detected, also where it is overridden; null while the CMTS has not been asked. */
  detectedId: z.string().nullable(),
  ruleCount: z.int(),
  quirks: z
    .array(z.strictObject({ id: z.string(), text: z.string(), source: utscRuleSourceSchema }))
    .readonly(),
});
export type UtscProfileView = z.infer<typeof utscProfileSchema>;

/** `GET /api/cmts/{id}/profile` and the answer to `PUT`. */
export const utscProfileAnswerSchema = z.strictObject({
  profile: utscProfileSchema,
  /** Every profile there is, for a choice by hand. */
  available: z.array(z.strictObject({ id: z.string(), name: z.string() })),
});
export type UtscProfileAnswer = z.infer<typeof utscProfileAnswerSchema>;

/** Body of `PUT /api/cmts/{id}/profile`; null goes back to what is detected. */
export const chooseUtscProfileSchema = z.strictObject({ profile: z.string().min(1).nullable() });
export type ChooseUtscProfile = z.infer<typeof chooseUtscProfileSchema>;

/** `GET /api/cmts/{id}/rf-ports/{ifIndex}/utsc-options`, optionally with `?profile=` to look through another one. */
export const utscOptionsSchema = z.strictObject({
  cmtsId: z.string(),
  rfPortIfIndex: z.int(),
  rfPortName: z.string(),
  profile: utscProfileSchema,
  capability: utscCapabilitySchema,
  /** One for each writable column, in the MIB's order. */
  fields: z.array(utscFieldOptionSchema),
  readAt: z.iso.datetime(),
});
export type UtscOptions = z.infer<typeof utscOptionsSchema>;

/** A value that is not sent. */
export const utscRefusalSchema = z.strictObject({
  field: utscFieldSchema,
  /** Id of the rule that failed. */
  rule: z.string(),
  value: utscFieldValueSchema.nullable(),
  message: z.string(),
  /** What would be taken, in words. */
  allowed: z.string(),
  /** The nearest value that would be taken, where there is one. */
  suggestion: utscFieldValueSchema.nullable(),
  source: utscRuleSourceSchema,
});
export type UtscRefusal = z.infer<typeof utscRefusalSchema>;

/** One column of one SET. */
export const utscPlannedSetSchema = z.strictObject({
  /** SETs with the same number go in one PDU. */
  pdu: z.int(),
  part: z.enum(["destination", "createRow", "configure", "activate", "clear", "start"]),
  oid: z.string(),
  /** Name with index, `docsPnmCmtsUtscCfgSpan.1000.1`. */
  name: z.string(),
  field: utscFieldSchema.nullable(),
  /** `HexString` is an octet string that is no text: an address, BITS. */
  type: z.enum(["Integer", "Unsigned32", "TimeTicks", "OctetString", "HexString"]),
  /** As on the wire; a HexString in hex. */
  value: utscFieldValueSchema,
  /** The MIB's name of an enumerated value; null where it has none. */
  valueName: z.string().nullable(),
  currentValue: utscFieldValueSchema.nullable(),
  currentValueName: z.string().nullable(),
  /** False where the CMTS says so already: then nothing is sent. */
  changes: z.boolean(),
  /** Id of the rule that refuses the value; null where it would be sent. */
  refusedBy: z.string().nullable(),
  /** What a refusal by the CMTS would mean: the end, another try after the others, or a note. */
  onRefusal: z.enum(["stop", "postpone", "tolerate"]),
});
export type UtscPlannedSet = z.infer<typeof utscPlannedSetSchema>;

/** A part of a CMTS that runs a number of tests at a time. */
export const utscRoomSchema = z.strictObject({
  scope: z.enum(["port", "lineCard", "chassis"]),
  /** Name of the port or number of the line card; null for the chassis. */
  name: z.string().nullable(),
  /** Null where no source tells of a limit, or it does not count this test. */
  most: z.int().nullable(),
  /** The limit in words; null where none is known. */
  text: z.string().nullable(),
  source: utscRuleSourceSchema.nullable(),
  /** Who runs a test there now, each in words; a session that a start would change is not among them. */
  holders: z.array(z.string()),
  isFull: z.boolean(),
});
export type UtscRoom = z.infer<typeof utscRoomSchema>;

/** Answer to `POST /api/utsc/sessions/dry-run`, whose body is that of a start: what a start would send. Only GETs were sent for it. */
export const utscDryRunSchema = z.strictObject({
  cmtsId: z.string(),
  rfPortIfIndex: z.int(),
  rfPortName: z.string(),
  profile: utscProfileSchema,
  /** The parameters as they would be written, defaults filled in. */
  effective: utscRequestSchema,
  /** `blocked`: the values are right, the port is not free, as `sentence` says. */
  verdict: z.enum(["ready", "refused", "blocked"]),
  sentence: z.string(),
  sets: z.array(utscPlannedSetSchema),
  /** The SETs that change something, as command lines; `$COMMUNITY` stands for the write community. */
  snmpset: z.array(z.string()),
  refusals: z.array(utscRefusalSchema),
  /** Values that the CMTS is known to change, and what it makes of them where that is known. */
  warnings: z.array(
    z.strictObject({
      field: utscFieldSchema,
      rule: z.string(),
      message: z.string(),
      expectedValue: utscFieldValueSchema.nullable(),
      source: utscRuleSourceSchema,
    }),
  ),
  /** The row of docsPnmCmtsUtscCfgTable that would be used. */
  row: z.strictObject({
    cfgIndex: z.int(),
    exists: z.boolean(),
    measStatus: z.string().nullable(),
    fileName: z.string().nullable(),
  }),
  /** sysUpTime of the CMTS at `readAt`, in hundredths of a second; null where the trigger does not go by it. */
  upTimeTicks: z.int().nullable(),
  /** Files after which a run ends, by arithmetic and the vendor's limit; null where nothing tells. */
  filesPerRun: z.int().nullable(),
  /** Port, line card and chassis, where they are known. */
  room: z.array(utscRoomSchema),
  /** Why the tests of others could not be read, so that `room` knows only this backend's; null where it was. */
  roomUnknown: z.string().nullable(),
  /** A session of ours on this port, which a start would change. */
  session: z.strictObject({ id: z.string(), state: utscSessionStateSchema }).nullable(),
  readAt: z.iso.datetime(),
});
export type UtscDryRun = z.infer<typeof utscDryRunSchema>;

/** One column of a session: asked for, taken, seen. */
export const utscColumnTruthSchema = z.strictObject({
  field: utscFieldSchema,
  column: z.string(),
  /** What the user asked for; null where it was left to the defaults. */
  requested: utscFieldValueSchema.nullable(),
  /** What was written, a default included; null where nothing was. */
  written: utscFieldValueSchema.nullable(),
  accepted: utscFieldValueSchema.nullable(),
  observed: utscFieldValueSchema.nullable(),
  /** `changed` where the CMTS took another value than was written, `refused` where it took none. */
  verdict: z.enum(["asWritten", "changed", "refused", "notWritten"]),
  note: z.string().nullable(),
});
export type UtscColumnTruth = z.infer<typeof utscColumnTruthSchema>;

/** `GET /api/utsc/sessions/{id}/columns`. */
export const utscColumnsAnswerSchema = z.strictObject({
  columns: z.array(utscColumnTruthSchema),
  /** When the CMTS was read; null before. */
  readAt: z.iso.datetime().nullable(),
});
export type UtscColumnsAnswer = z.infer<typeof utscColumnsAnswerSchema>;
