export interface DeviceTime {
  /** Unix milliseconds, as if the device stood in UTC where it does not tell its zone. */
  atMs: number;
  hasZone: boolean;
}

/**
 * The value of a DateAndTime (SNMPv2-TC, RFC 2579): year in two octets, month, day, hour, minute, second,
 * tenths, and with 11 octets the sign, hours and minutes from UTC. Undefined where it is no such value.
 *
 * @param hex The octets as hexadecimal digits.
 */
export function parseDateAndTime(hex: string): DeviceTime | undefined {
  const octets = Buffer.from(hex, "hex");
  if (octets.length !== 8 && octets.length !== 11) return undefined;
  const [, , month = 0, day = 0, hour = 0, minute = 0, second = 0, tenths = 0] = octets;
  const year = octets.readUInt16BE(0);
  const isDate = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
  if (!isDate || hour > 23 || minute > 59 || second > 60) return undefined;
  const localMs = Date.UTC(year, month - 1, day, hour, minute, second, tenths * 100);
  if (octets.length === 8) return { atMs: localMs, hasZone: false };
  const offsetMs = (octets[9]! * 60 + octets[10]!) * 60_000;
  return { atMs: octets[8] === 0x2d ? localMs + offsetMs : localMs - offsetMs, hasZone: true };
}

const QUARTER_HOUR_MS = 900_000;
const LARGEST_ZONE_MS = 14 * 3_600_000;

/** Milliseconds that the device is ahead of `nowMs`; without a zone, those beyond whole quarter hours. */
export function clockSkewMs({ atMs, hasZone }: DeviceTime, nowMs: number): number {
  const skewMs = atMs - nowMs;
  if (hasZone || Math.abs(skewMs) > LARGEST_ZONE_MS + QUARTER_HOUR_MS) return skewMs;
  return skewMs - Math.round(skewMs / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
}
