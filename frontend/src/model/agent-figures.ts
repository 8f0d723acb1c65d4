import { durationText } from "@pnmlab/kit";
import type { AgentSample } from "@pnmlab/protocol";
import { formatBytes, formatCount, formatNumber } from "./format.ts";

/** One line of figures: the value now, in words, and where it came from. */
export interface FigureRow {
  name: string;
  value: string;
  /** Of the last hour, oldest first; NaN where nothing can be said. */
  points: readonly { atMs: number; value: number }[];
}

/** Over this the words on what is off look back. */
const RECENT_MS = 300_000;
/** The figures of one delivery after the other rise and fall; thirds of this are longer than that. */
const GROWTH_MIN_MS = 60_000;
const LATE_LOOP_MS = 100;
const OLD_READING_MS = 600_000;
const SILENT_MS = 20_000;
const ERRORS_MIN = 5;
const ERROR_SHARE_MIN = 0.05;

type Counts = Readonly<Record<string, number>>;

const total = (counts: Counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);

/**
 * How much `count` rose per second between neighbours, at the later one of each two; NaN where the agent has
 * started anew between them.
 */
function ratesOf(samples: readonly AgentSample[], count: (sample: AgentSample) => number) {
  return samples.slice(1).map((sample, k) => {
    const before = samples[k]!;
    const seconds = (sample.uptimeMs - before.uptimeMs) / 1000;
    const rise = count(sample) - count(before);
    return { atMs: sample.atMs, value: seconds > 0 && rise >= 0 ? rise / seconds : Number.NaN };
  });
}

/** What a count rose by within these samples; restarts of the agent begin anew. */
function riseOf(samples: readonly AgentSample[], count: (sample: AgentSample) => number): number {
  return samples.slice(1).reduce((sum, sample, k) => {
    const before = samples[k]!;
    const hasRestarted = sample.uptimeMs < before.uptimeMs || count(sample) < count(before);
    return sum + (hasRestarted ? count(sample) : count(sample) - count(before));
  }, 0);
}

/** The kinds of something, most first: `SNMP_TIMEOUT 12, SNMP_AGENT_ERROR 1`. */
export function kindsText(counts: Counts): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${kind} ${formatCount(count)}`)
    .join(", ");
}

function kindRates(samples: readonly AgentSample[]): string {
  const newest = samples.at(-1);
  const texts = Object.keys(newest?.snmp.requests ?? {}).map((kind) => {
    const rate = ratesOf(samples.slice(-2), ({ snmp }) => snmp.requests[kind] ?? 0).at(-1)?.value;
    return rate ? `${kind} ${formatNumber(rate, 1)}` : "";
  });
  return texts.filter(Boolean).join(", ");
}

/** What the page shows of an agent's last hour; empty without samples. */
export function figureRows(samples: readonly AgentSample[]): FigureRow[] {
  const newest = samples.at(-1);
  if (!newest) return [];
  const { snmp, outbox } = newest;
  const line = (value: (sample: AgentSample) => number) =>
    samples.map((sample) => ({ atMs: sample.atMs, value: value(sample) }));
  const requests = ratesOf(samples, (sample) => total(sample.snmp.requests));
  const errors = ratesOf(samples, (sample) => total(sample.snmp.errors));
  const cpu = ratesOf(samples, ({ cpuMs }) => cpuMs / 10);
  const now = (points: FigureRow["points"], unit: string) => {
    const value = points.at(-1)?.value ?? Number.NaN;
    return Number.isNaN(value) ? "not known yet" : `${formatNumber(value, 1)} ${unit}`;
  };
  const kinds = kindRates(samples);
  const failed = kindsText(snmp.errors);
  const age = (ageMs: number | null, none: string) => (ageMs === null ? none : `${durationText(ageMs)} ago`);
  return [
    {
      name: "SNMP requests",
      value: `${now(requests, "/s")}${kinds && `: ${kinds}`}`,
      points: requests,
    },
    {
      name: "SNMP errors",
      value: `${now(errors, "/s")}; since the start ${failed || "none"}`,
      points: errors,
    },
    {
      name: "Queue",
      value: `${formatCount(snmp.waiting)} wait, ${formatCount(snmp.running)} on their way`,
      points: line((sample) => sample.snmp.waiting),
    },
    { name: "Jobs", value: `${formatCount(newest.jobs)} run or wait`, points: line(({ jobs }) => jobs) },
    ...(outbox
      ? [
          {
            name: "Outbox",
            value: `${formatCount(outbox.queued)} readings, ${formatBytes(outbox.sizeBytes)}; oldest ${age(outbox.oldestAgeMs, "none")}; cleaned up ${age(outbox.cleanUpAgeMs, "never")}`,
            points: line((sample) => sample.outbox?.queued ?? Number.NaN),
          },
        ]
      : []),
    {
      name: "Event loop, p99",
      value: `${formatNumber(newest.loopDelayP99Ms, 1)} ms late, at most ${formatNumber(newest.loopDelayMaxMs, 0)} ms`,
      points: line(({ loopDelayP99Ms }) => loopDelayP99Ms),
    },
    {
      name: "Memory",
      value: `${formatBytes(newest.rssBytes)}, of it heap ${formatBytes(newest.heapUsedBytes)}`,
      points: line(({ rssBytes }) => rssBytes),
    },
    { name: "Processor", value: now(cpu, "% of a core"), points: cpu },
  ];
}

/** What is off with an agent by its figures, a sentence each; none where nothing is. */
export function figureRemarks(samples: readonly AgentSample[], nowMs: number): string[] {
  const newest = samples.at(-1);
  if (!newest) return [];
  const remarks: string[] = [];
  if (nowMs - newest.atMs > SILENT_MS) {
    remarks.push(`No figures for ${durationText(nowMs - newest.atMs)}: these are the last ones.`);
  }
  const recent = samples.filter(({ atMs }) => atMs >= newest.atMs - RECENT_MS);
  const earlier = samples.slice(0, samples.length - recent.length + 1);
  remarks.push(...outboxRemarks(samples, recent));
  if (newest.loopDelayP99Ms > LATE_LOOP_MS) {
    remarks.push(
      `The event loop is ${formatNumber(newest.loopDelayP99Ms, 0)} ms late: the machine has too little processor time for it, and its readings come late.`,
    );
  }
  const errors = riseOf(recent, ({ snmp }) => total(snmp.errors));
  const share = shareOf(recent);
  if (errors >= ERRORS_MIN && share >= ERROR_SHARE_MIN && share >= 2 * shareOf(earlier)) {
    remarks.push(
      `SNMP errors rise: ${formatCount(errors)} in ${spanText(recent)}, ${formatNumber(share * 100, 0)} % of the requests (${kindsText(risen(recent, ({ snmp }) => snmp.errors))}).`,
    );
  }
  const refused = riseOf(recent, (sample) => total(sample.refused));
  if (refused > 0) {
    remarks.push(
      `Its own settings refused ${formatCount(refused)} in ${spanText(recent)} (${kindsText(risen(recent, (sample) => sample.refused))}).`,
    );
  }
  return remarks;
}

function outboxRemarks(samples: readonly AgentSample[], recent: readonly AgentSample[]): string[] {
  const { outbox } = samples.at(-1)!;
  if (!outbox) return [];
  const remarks: string[] = [];
  if (outbox.trouble !== null) remarks.push(`Readings are not safe on disk: ${outbox.trouble}`);
  const dropped = riseOf(samples, (sample) => sample.outbox?.dropped ?? 0);
  if (dropped > 0) {
    remarks.push(`${formatCount(dropped)} readings were given up in ${spanText(samples)}.`);
  }
  const queued = recent.map((sample) => sample.outbox?.queued ?? 0);
  const third = Math.floor(queued.length / 3);
  const isLong = recent.at(-1)!.atMs - recent[0]!.atMs >= GROWTH_MIN_MS;
  const least = Math.min(...queued.slice(-third));
  const most = Math.max(...queued.slice(0, third));
  if (isLong && third > 0 && least > most) {
    remarks.push(
      `The outbox grows: ${formatCount(least - most)} readings more in ${spanText(recent)}, ${formatCount(outbox.queued)} wait.`,
    );
  } else if ((outbox.oldestAgeMs ?? 0) > OLD_READING_MS) {
    remarks.push(`The oldest reading has waited for ${durationText(outbox.oldestAgeMs!)}.`);
  }
  return remarks;
}

function shareOf(samples: readonly AgentSample[]): number {
  const requests = riseOf(samples, ({ snmp }) => total(snmp.requests));
  return requests === 0 ? 0 : riseOf(samples, ({ snmp }) => total(snmp.errors)) / requests;
}

function risen(samples: readonly AgentSample[], counts: (sample: AgentSample) => Counts): Counts {
  const kinds = Object.keys(counts(samples.at(-1)!));
  return Object.fromEntries(
    kinds.map((kind) => [kind, riseOf(samples, (sample) => counts(sample)[kind] ?? 0)]),
  );
}

function spanText(samples: readonly AgentSample[]): string {
  return `the last ${durationText(Math.max(1000, samples.at(-1)!.atMs - samples[0]!.atMs))}`;
}
