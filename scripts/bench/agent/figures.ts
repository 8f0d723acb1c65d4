/** Value at a quantile of unordered figures. */
export function quantile(figures: readonly number[], at: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))]!;
}

export const median = (figures: readonly number[]) => quantile(figures, 0.5);

/** Milliseconds that `job` takes. */
export async function timed(job: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await job();
  return performance.now() - startMs;
}

/** Jobs per second with `width` of them under way for `forMs`. */
export async function rateOf(width: number, forMs: number, job: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  let count = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (performance.now() - startMs < forMs) {
        await job();
        count += 1;
      }
    }),
  );
  return (count / (performance.now() - startMs)) * 1000;
}

/** Milliseconds of each of the jobs that run one after the other for `forMs`. */
export async function latenciesOf(forMs: number, job: () => Promise<unknown>): Promise<number[]> {
  const endMs = performance.now() + forMs;
  const latencies: number[] = [];
  while (performance.now() < endMs) latencies.push(await timed(job));
  return latencies;
}

/** Processor time of this process in microseconds. */
export function ownCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/**
 * Runs contender and anchor in turns: neighbours on the machine then cost both the same. Each round has the
 * jobs per second of both and the processor time of each job.
 */
export async function inTurns(rounds: number, contender: Contender, anchor: Contender): Promise<Duel> {
  const duel: Duel = { rates: [], anchorRates: [], ratios: [], cpuUs: [], anchorCpuUs: [] };
  for (let round = 0; round < rounds; round += 1) {
    const theirs = await measured(anchor);
    const ours = await measured(contender);
    duel.anchorRates.push(theirs.rate);
    duel.rates.push(ours.rate);
    duel.ratios.push(ours.rate / theirs.rate);
    duel.anchorCpuUs.push(theirs.cpuUs);
    duel.cpuUs.push(ours.cpuUs);
  }
  return duel;
}

export interface Contender {
  job: () => Promise<unknown>;
  /** Jobs under way at once. */
  width: number;
  forMs: number;
  /** What one job counts for; 1 where not given. */
  worth?: number;
  /** Processor time so far, in microseconds, of every process that takes part. */
  cpuUs: () => Promise<number> | number;
}

export interface Duel {
  rates: number[];
  anchorRates: number[];
  ratios: number[];
  cpuUs: number[];
  anchorCpuUs: number[];
}

async function measured({ job, width, forMs, worth = 1, cpuUs }: Contender) {
  const before = await cpuUs();
  let count = 0;
  const rate = await rateOf(width, forMs, async () => {
    await job();
    count += worth;
  });
  return { rate: rate * worth, cpuUs: ((await cpuUs()) - before) / count };
}

export interface Row {
  figure: string;
  ours: number;
  anchor: number;
  anchorName: string;
  unit: string;
  /** What is held against the bar. */
  value: number;
  /** Undefined where the figure only explains another one. */
  bar: number | undefined;
  /** Whether more than the bar is good, or less. */
  good: "more" | "less";
}

/** Prints the rows as a table; true where every bar is met. */
export function printTable(rows: readonly Row[]): boolean {
  const lines = rows.map(({ figure, ours, anchor, anchorName, unit, value, bar, good }) => {
    const isMet = bar === undefined || (good === "more" ? value >= bar : value <= bar);
    const sign = good === "more" ? ">=" : "<=";
    return [
      figure,
      `${text(ours)} ${unit}`,
      `${text(anchor)} ${unit} (${anchorName})`,
      value.toFixed(2),
      bar === undefined ? "" : `${sign} ${bar}`,
      bar === undefined ? "" : isMet ? "yes" : "NO",
    ];
  });
  const head = ["figure", "measured", "anchor", "value", "bar", "met"];
  const widths = head.map((title, at) => Math.max(title.length, ...lines.map((line) => line[at]!.length)));
  for (const line of [head, ...lines]) {
    process.stdout.write(
      `${line
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join("  ")
        .trimEnd()}\n`,
    );
  }
  return lines.every((line) => line.at(-1) !== "NO");
}

function text(figure: number): string {
  return figure >= 1000 ? Math.round(figure).toLocaleString("en-US") : figure.toPrecision(3);
}
