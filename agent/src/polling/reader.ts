import { isPnmLabError, messageOf } from "@pnmlab/kit";
import type { PollMetric, PollSample, SnmpTarget, SnmpValue, Varbind } from "@pnmlab/protocol";
import type { Instance } from "./device-memory.ts";
import type { Turn } from "./schedule.ts";

/** As much of SNMP as polling needs; requests of users go before these. */
export interface PollSnmp {
  get(target: SnmpTarget, oids: readonly string[], limits: PollLimits): Promise<Varbind[]>;
  walk(target: SnmpTarget, oid: string, maxRows: number, limits: PollLimits): Promise<Varbind[]>;
}

export interface PollLimits {
  deadlineMs: number;
  signal: AbortSignal;
}

export interface DeviceReading {
  samples: PollSample[];
  error?: { code: string; message: string };
}

const SYS_UP_TIME = "1.3.6.1.2.1.1.3.0";

/** OIDs of one GET: their answer fits into a datagram. */
const OIDS_PER_GET = 40;

/** Rows of one column at most. */
const MAX_ROWS = 10_000;

/** How long the rows of a device count as known; one that is missing has them looked for at once. */
const INSTANCES_KNOWN_MS = 15 * 60_000;

/**
 * Reads every metric of a plan from one device, one request at a time. Rows are found by a walk, and then
 * read by GETs until one is missing or they have been known for long.
 */
export async function readDevice(
  { plan, device, memory }: Turn,
  snmp: PollSnmp,
  monotonicMs: () => number,
  limits: PollLimits,
): Promise<DeviceReading> {
  const target: SnmpTarget = { host: device.host, port: device.port, profile: device.profile };
  const endMs = monotonicMs() + limits.deadlineMs;
  const left = (): PollLimits => ({
    deadlineMs: Math.max(1, endMs - monotonicMs()),
    signal: limits.signal,
  });
  const samples: PollSample[] = [];
  try {
    if (!memory.instances || monotonicMs() - memory.instances.atMs > INSTANCES_KNOWN_MS) {
      const list = await findInstances(plan.metrics, (oid) => snmp.walk(target, oid, MAX_ROWS, left()));
      memory.instances = { list, atMs: monotonicMs() };
      memory.keepOnly(new Set(list.map(({ oid }) => oid)));
    }
    const unread: string[] = [];
    let isMissing = false;
    const hasCounters = plan.metrics.some((metric) => metric.kind === "counter");
    for (const [index, part] of parts(memory.instances.list, OIDS_PER_GET).entries()) {
      const withUpTime = hasCounters && index === 0;
      const oids = part.map(({ oid }) => oid);
      const values = await getEach(
        (asked) => snmp.get(target, asked, left()),
        withUpTime ? [SYS_UP_TIME, ...oids] : oids,
      );
      const atMs = monotonicMs();
      const upTime = values.get(SYS_UP_TIME);
      if (withUpTime && upTime?.type === "TimeTicks") memory.sawUpTime(upTime.value);
      for (const instance of part) {
        const value = values.get(instance.oid);
        if (!value || isException(value)) {
          isMissing = true;
          unread.push(instance.oid);
          continue;
        }
        const sample = sampleOf(instance, value, memory, atMs);
        if (sample === "unreadable") unread.push(instance.oid);
        else if (sample) samples.push(sample);
      }
    }
    if (isMissing) memory.instances = undefined;
    return unread.length === 0 ? { samples } : { samples, error: unreadError(unread) };
  } catch (error) {
    if (limits.signal.aborted) throw error;
    const code = isPnmLabError(error) ? error.code : "AGENT_INTERNAL";
    return { samples, error: { code, message: messageOf(error) } };
  }
}

/** The instances of all metrics; a column is walked once, however many metrics name it. */
async function findInstances(
  metrics: readonly PollMetric[],
  walk: (oid: string) => Promise<Varbind[]>,
): Promise<Instance[]> {
  const walked = new Map<string, Map<string, SnmpValue>>();
  const column = async (oid: string) => {
    const known = walked.get(oid);
    if (known) return known;
    const rows = new Map(
      (await walk(oid)).map((varbind) => [varbind.oid.slice(oid.length + 1), varbind.value] as const),
    );
    walked.set(oid, rows);
    return rows;
  };
  const found: Instance[] = [];
  for (const metric of metrics) {
    const { oid, table, divisor, where, precisionOid } = metric;
    if (!table) {
      found.push({ metric, instance: "", oid, divisor });
      continue;
    }
    const wanted = where && (await column(where.oid));
    const precisions = precisionOid === undefined ? undefined : await column(precisionOid);
    for (const instance of (await column(oid)).keys()) {
      if (wanted && numberOf(wanted.get(instance)) !== BigInt(where.equals)) continue;
      const digits = Number(numberOf(precisions?.get(instance)) ?? 0n);
      found.push({ metric, instance, oid: `${oid}.${instance}`, divisor: divisor * 10 ** digits });
    }
  }
  return found;
}

/**
 * The values of `oids`. A v1 device refuses the whole request for one OID that it does not have: that one
 * is left out, and the others are asked for again.
 */
async function getEach(
  get: (oids: readonly string[]) => Promise<Varbind[]>,
  oids: readonly string[],
): Promise<Map<string, SnmpValue>> {
  let asked = oids;
  while (asked.length > 0) {
    try {
      return new Map((await get(asked)).map(({ oid, value }) => [oid, value]));
    } catch (error) {
      const refused = isPnmLabError(error, "SNMP_ERROR_STATUS") ? error.details?.oid : undefined;
      const rest = asked.filter((oid) => oid !== refused);
      if (rest.length === asked.length) throw error;
      asked = rest;
    }
  }
  return new Map();
}

function sampleOf(
  { metric, instance, oid, divisor }: Instance,
  value: SnmpValue,
  memory: Turn["memory"],
  atMs: number,
): PollSample | "unreadable" | undefined {
  const raw = numberOf(value);
  if (metric.kind === "counter") {
    if (raw === undefined) return "unreadable";
    const rate = memory.rateOf(oid, raw, value.type === "Counter64" ? 64 : 32, atMs);
    return rate === undefined ? undefined : finiteSample(metric.name, instance, rate / divisor, divisor);
  }
  const gauge = raw === undefined ? textNumber(value) : Number(raw);
  return gauge === undefined ? "unreadable" : finiteSample(metric.name, instance, gauge / divisor, divisor);
}

/** JSON has no infinite number: one would have the backend refuse the whole batch again and again. */
function finiteSample(
  name: string,
  instance: string,
  value: number,
  divisor: number,
): PollSample | "unreadable" {
  return Number.isFinite(value) && Number.isFinite(divisor) ? [name, instance, value] : "unreadable";
}

function numberOf(value: SnmpValue | undefined): bigint | undefined {
  if (!value || !("value" in value)) return undefined;
  return typeof value.value === "number" || value.type === "Counter64" ? BigInt(value.value) : undefined;
}

/** Some devices give readings as text, "-3.5" for example. */
function textNumber(value: SnmpValue): number | undefined {
  if (value.type !== "OctetString") return undefined;
  const text = Buffer.from(value.value, "hex").toString("latin1").trim();
  return /^[+-]?\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
}

function isException({ type }: SnmpValue): boolean {
  return type === "noSuchObject" || type === "noSuchInstance" || type === "endOfMibView" || type === "Null";
}

function unreadError(oids: readonly string[]): { code: string; message: string } {
  const more = oids.length > 1 ? ` and ${oids.length - 1} more` : "";
  return { code: "POLL_VALUE_MISSING", message: `the device has no number at ${oids[0]}${more}` };
}

function parts<T>(list: readonly T[], size: number): T[][] {
  const found: T[][] = [];
  for (let start = 0; start < list.length; start += size) found.push(list.slice(start, start + size));
  return found;
}
