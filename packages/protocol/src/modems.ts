import { z } from "zod";
import { macAddressSchema } from "./utsc.ts";

/** A modem as its CMTS knows it. */
export const cmtsModemSchema = z.strictObject({
  /** docsIf3CmtsCmRegStatusId. */
  id: z.int(),
  macAddress: macAddressSchema,
  ipv4Address: z.ipv4().nullable(),
  /** CmtsCmRegState by the MIB's name, for example `operational`. */
  registrationState: z.string(),
  isOnline: z.boolean(),
  /** Its upstream channels: SC-QAM (ifType 205) and OFDMA (278). */
  channels: z.array(
    z.strictObject({
      ifIndex: z.int(),
      name: z.string(),
      kind: z.enum(["scQam", "ofdma"]),
      /** RF port that carries the channel; null where nothing tells. */
      rfPortIfIndex: z.int().nullable(),
      rfPortName: z.string().nullable(),
    }),
  ),
});
export type CmtsModem = z.infer<typeof cmtsModemSchema>;

/**
 * `GET /api/cmts/{id}/modems?q=&channels=&limit=`: `q` is a part of a MAC or IP address; `channels` the ifIndex of
 * upstream channels, of which each modem sends on one; without them the first ones.
 */
export const cmtsModemListSchema = z.strictObject({
  modems: z.array(cmtsModemSchema),
  /** How many match, of which `modems` holds the first. */
  total: z.int(),
  readAt: z.iso.datetime(),
});
export type CmtsModemList = z.infer<typeof cmtsModemListSchema>;

/**
 * `GET /api/cmts/{id}/upstream-channels/{ifIndex}/modems`: what is known of the modems of a channel without a request
 * to the CMTS: counts of the newest reading of its modem table, levels of the newest polling.
 */
export const channelModemsSchema = z.strictObject({
  /** Null where nobody has read the modem table since the backend was started. */
  counted: z.strictObject({ total: z.int(), online: z.int(), readAt: z.iso.datetime() }).nullable(),
  /** As the CMTS receives them, dBmV, mean of the levels in dB; null where they are not polled. */
  received: z
    .strictObject({
      meanDbmv: z.number(),
      minDbmv: z.number(),
      maxDbmv: z.number(),
      modems: z.int(),
      newestAt: z.iso.datetime(),
    })
    .nullable(),
});
export type ChannelModems = z.infer<typeof channelModemsSchema>;
