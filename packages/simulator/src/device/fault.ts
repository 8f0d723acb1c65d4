import { MeasStatus } from "@pnmlab/docsis-mib";
import { z } from "zod";
import type { UploadBehaviour } from "../bulk/upload-fault.ts";
import { ERROR_STATUS, type ErrorStatus } from "../snmp/error-status.ts";
import type { FaultBehaviour } from "../snmp/faults.ts";

const probability = z.number().min(0).max(1);
const milliseconds = z.number().int().min(0).max(3_600_000);
const times = z.number().int().positive().optional();
const rfPort = z.number().int().positive();

const status = z.enum(
  (Object.keys(ERROR_STATUS) as ErrorStatus[]).filter((name) => name !== "noError"),
) satisfies z.ZodType<ErrorStatus>;

const objectBehaviour = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("error"), status }),
  z.strictObject({ kind: z.literal("dropRequest") }),
  z.strictObject({ kind: z.literal("dropResponse") }),
  z.strictObject({ kind: z.literal("value"), value: z.union([z.number().int(), z.string()]) }),
  z.strictObject({ kind: z.literal("ignoreSet") }),
  z.strictObject({ kind: z.literal("revertSet"), afterMs: milliseconds }),
]) satisfies z.ZodType<FaultBehaviour>;

const uploadBehaviour = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("unreachable") }),
  z.strictObject({ kind: z.literal("late"), delayMs: milliseconds }),
  z.strictObject({ kind: z.literal("slow"), octetsPerS: z.number().positive() }),
  z.strictObject({ kind: z.literal("broken"), share: probability }),
  z.strictObject({ kind: z.literal("truncated"), share: probability }),
  z.strictObject({ kind: z.literal("otherByteOrder") }),
  z.strictObject({ kind: z.literal("empty") }),
  z.strictObject({ kind: z.literal("duplicate"), delayMs: milliseconds }),
  z.strictObject({ kind: z.literal("wrongName"), name: z.string().min(1).max(200) }),
  z.strictObject({ kind: z.literal("lost") }),
]) satisfies z.ZodType<UploadBehaviour>;

/** One thing that is wrong with a device. `rfPort` is the ifIndex of an RF port. */
export const faultSchema = z.discriminatedUnion("kind", [
  /** The way between manager and device; what is not named stays as it is. */
  z.strictObject({
    kind: z.literal("network"),
    frozen: z.boolean().optional(),
    delayMs: milliseconds.optional(),
    jitterMs: milliseconds.optional(),
    requestLoss: probability.optional(),
    responseLoss: probability.optional(),
    duplication: probability.optional(),
    maxResponseOctets: z.number().int().min(100).optional(),
  }),
  /** An object, column or instance, by the name that the MIB gives it or by OID. */
  z.strictObject({
    kind: z.literal("object"),
    object: z.string().min(1),
    operations: z.array(z.enum(["get", "set"])).optional(),
    behaviour: objectBehaviour,
    times,
  }),
  z.strictObject({
    kind: z.literal("upload"),
    behaviour: uploadBehaviour,
    rfPort: rfPort.optional(),
    times,
  }),
  /** The device's clock is ahead by so much, or behind where negative: names, headers and dates of files. */
  z.strictObject({ kind: z.literal("clockSkew"), skewMs: z.number().int() }),
  /** MeasStatus of the port's rows reads this, whatever the test does. */
  z.strictObject({
    kind: z.literal("measStatus"),
    rfPort,
    status: z.enum(Object.keys(MeasStatus) as (keyof typeof MeasStatus)[]),
  }),
  /** Starts find no resources, on this port or on all of them. */
  z.strictObject({ kind: z.literal("resources"), rfPort: rfPort.optional() }),
  /**
   * Another manager runs a test on the port: at once, or when so many further SETs of the port's rows have been
   * carried out; with `withNextSet` as the one after these has arrived and is not carried out yet.
   */
  z.strictObject({
    kind: z.literal("otherManager"),
    rfPort,
    afterSets: z.number().int().min(0).optional(),
    withNextSet: z.boolean().optional(),
  }),
]);

export type Fault = z.infer<typeof faultSchema>;
