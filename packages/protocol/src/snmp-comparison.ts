import { z } from "zod";

/** `GET /api/utsc/sessions/{id}/snmp-result`: the capture of the result table beside the one of a file. */
export const snmpComparisonSchema = z.strictObject({
  sessionId: z.string(),
  /** When the capture in the result table was taken, by sysUpTime of the CMTS. */
  capturedAt: z.iso.datetime(),
  bins: z.int(),
  firstBinHz: z.number(),
  binSpacingHz: z.number(),
  resolutionBandwidthHz: z.number(),
  kHundredthsDb: z.int(),
  uncalibrated: z.boolean(),
  /** Hundredths of a dBmV, lowest frequency first; null where a bin has none. */
  levelsHundredthsDbmv: z.array(z.int().nullable()),
  /** The first file that came after it; null where none came in time, or none on the same axis. */
  file: z
    .strictObject({
      sequence: z.int(),
      receivedAt: z.iso.datetime(),
      /** From the capture by SNMP to the arrival of the file. */
      apartMs: z.int(),
      /** Levels of the file on the same axis, as above. */
      levelsHundredthsDbmv: z.array(z.int().nullable()),
      /** SNMP minus file, over the bins that both have a level in. */
      differenceDb: z.strictObject({
        bins: z.int(),
        mean: z.number(),
        meanAbsolute: z.number(),
        maxAbsolute: z.number(),
      }),
    })
    .nullable(),
});
export type SnmpComparison = z.infer<typeof snmpComparisonSchema>;
