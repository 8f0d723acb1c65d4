import { z } from "zod";

/** One level per bin, lowest frequency first; null where the bin has none. */
const levelsSchema = z.array(z.number().nullable());

/** Version of the layout below; a reader refuses a greater one. */
export const TRACE_EXPORT_VERSION = 1;

/** The traces of a picture as a JSON file. Levels are dBmV per bin, whatever unit the page showed. */
export const traceExportSchema = z.strictObject({
  schema: z.literal("pnmlab-traces"),
  version: z.literal(TRACE_EXPORT_VERSION),
  title: z.string(),
  /** Settings in their order, as the page words them. */
  settings: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  source: z.enum(["live", "recording"]),
  /** Address of the page that shows this view. */
  link: z.string(),
  capturedAt: z.iso.datetime(),
  exportedAt: z.iso.datetime(),
  sequence: z.int(),
  unit: z.literal("dBmV"),
  /** What the page showed: its number is the dBmV of this file plus `addDb`. */
  shown: z.strictObject({ unit: z.string(), addDb: z.number() }),
  axis: z.strictObject({ firstBinHz: z.number(), binSpacingHz: z.number(), bins: z.int() }),
  resolutionBandwidthHz: z.number(),
  /** The CMTS told no calibration constant: levels are relative. */
  uncalibrated: z.boolean(),
  looks: z.strictObject({
    average: z.int(),
    max: z.int(),
    min: z.int(),
    percentiles: z.int(),
  }),
  /** By name; `difference` is in dB. */
  traces: z.record(z.string(), levelsSchema),
  channels: z.array(
    z.strictObject({
      name: z.string(),
      lowerHz: z.number(),
      upperHz: z.number(),
      powerDbmv: z.number().nullable(),
      floorDbmv: z.number().nullable(),
      carrierToNoiseDb: z.number().nullable(),
      occupancyPct: z.number().nullable(),
      /** The channel sends too often to see the noise between: the floor is at most, the C/N at least what is told. */
      isFloorBound: z.boolean().optional(),
      /** Worst line in the channel; null where none is seen. */
      worstSpur: z.strictObject({ frequencyHz: z.number(), dBc: z.number() }).nullable().optional(),
    }),
  ),
  markers: z.array(
    z.strictObject({
      name: z.string(),
      trace: z.string(),
      kind: z.enum(["normal", "delta", "noise", "bandPower"]).optional(),
      frequencyHz: z.number(),
      /** What the marker measures: the power of its band, else the level of its bin. */
      levelDbmv: z.number().nullable(),
      /** Width of the band of a band-power marker. */
      bandHz: z.number().optional(),
      /** Of a noise marker: density of the noise around it. */
      dbmvPerHz: z.number().nullable().optional(),
      /** Of a delta marker: name of its reference, and level and frequency over it. */
      reference: z.string().optional(),
      deltaDb: z.number().nullable().optional(),
      deltaHz: z.number().nullable().optional(),
      /** In place of a level where the trace is a difference. */
      levelDb: z.number().nullable().optional(),
    }),
  ),
  masks: z.array(
    z.strictObject({ name: z.string(), isPassing: z.boolean(), worstDb: z.number().nullable() }),
  ),
});
export type TraceExport = z.infer<typeof traceExportSchema>;
