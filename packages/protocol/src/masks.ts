import { z } from "zod";
import { severitySchema } from "./detection.ts";

/** Masks that the lab watches: of one port, and of all ports together. */
export const MOST_LAB_MASKS = 12;
export const MOST_LAB_MASKS_OF_ALL = 2000;
/** Points of their lines: of one mask, and of all together, about 10 MB of JSON. */
export const MOST_LAB_MASK_POINTS = 4096;
export const MOST_LAB_MASK_POINTS_OF_ALL = 250_000;

const levelDb = z.number().min(-300).max(300);
/** Of a bin when the mask was made, which its limits of noise are for; masks of before have none. */
const noiseBandwidthHz = z.number().min(1).max(1e9).optional();

/** How the line of a mask comes about; see `MaskSource` of `@pnmlab/pnm-analysis`. */
export function maskSourceSchemaOf(mostPoints: number, leastDrawnPoints: number) {
  const point = z.strictObject({ frequencyHz: z.number().min(0).max(3e9), levelDbmv: levelDb });
  const line = z.array(point).min(2).max(mostPoints);
  return z.discriminatedUnion("from", [
    z.strictObject({
      from: z.literal("points"),
      points: z.array(point).min(leastDrawnPoints).max(mostPoints),
    }),
    z.strictObject({ from: z.literal("floor"), line, upperDb: levelDb, noiseBandwidthHz }),
    z.strictObject({
      from: z.literal("reference"),
      line,
      upperDb: levelDb.optional(),
      lowerDb: levelDb.optional(),
      noiseBandwidthHz,
    }),
    z.strictObject({
      from: z.literal("plan"),
      channelMarginDb: levelDb,
      idleDbmv: levelDb,
      measured: z.array(z.strictObject({ ifIndex: z.int().min(0), dbmvPerHz: levelDb })).max(500),
      noiseBandwidthHz,
    }),
  ]);
}

/** What a mask is, wherever it is kept. */
export const maskFieldsSchema = {
  name: z.string().min(1).max(60),
  trace: z.enum(["live", "average", "max"]),
  /** Frames in a row that must be beyond it before it fails. */
  consecutiveFrames: z.int().min(1).max(10_000),
};

/** `PUT /api/masks/{id}`: a mask that is handed to the lab, or changed there. */
export const putLabMaskSchema = z.strictObject({
  cmtsId: z.string().min(1).max(64),
  rfPortIfIndex: z.int().min(0).max(2_147_483_647),
  ...maskFieldsSchema,
  /** Severity of its events. */
  severity: severitySchema.default("major"),
  source: maskSourceSchemaOf(MOST_LAB_MASK_POINTS, 2).refine(
    (source) => source.from !== "reference" || source.upperDb !== undefined || source.lowerDb !== undefined,
    { error: "must have a limit above or below" },
  ),
});
export type PutLabMask = z.infer<typeof putLabMaskSchema>;

/** How a mask stands in the lab. */
export const labMaskStateSchema = z.enum([
  /** No capture runs on its port. */
  "idle",
  /** A capture runs, and its first frames are awaited. */
  "waiting",
  "passing",
  "failing",
  /** Nothing of it lies where the capture shows anything. */
  "unfit",
]);

/** A mask that the detectors judge on one port in every capture, whether a page is open or not. */
export const labMaskSchema = putLabMaskSchema.extend({
  id: z.uuid(),
  updatedBy: z.string(),
  updatedAt: z.iso.datetime(),
  watch: z.strictObject({
    state: labMaskStateSchema,
    /** The state in words, also what of it cannot be judged and why. */
    sentence: z.string(),
  }),
});
export type LabMask = z.infer<typeof labMaskSchema>;

/** `GET /api/masks`: of one port, or of all. */
export const labMaskQuerySchema = z.strictObject({
  cmtsId: z.string().optional(),
  rfPortIfIndex: z.coerce.number().int().optional(),
});
export const labMaskListSchema = z.strictObject({ masks: z.array(labMaskSchema) });
/** `PUT /api/masks/{id}`, `DELETE /api/masks/{id}`. */
export const labMaskAnswerSchema = z.strictObject({ mask: labMaskSchema });
