import type { ClosedFile } from "./lab.ts";
import type { ShownFrame } from "./viewer.ts";

/** What became of the files of one port. */
export interface PortAccount {
  files: number;
  shown: number;
  /** Frames that the backend kept from a slow viewer, and said so. */
  thinned: number;
  /** Files that the session named as refused. */
  refused: number;
  /** Frames that no file stands behind, or the second of one file. */
  surplus: number;
  /** From the file's closing to the frame at the viewer, in milliseconds. */
  latenciesMs: number[];
}

/** A stretch of Unix time: from `fromMs` on, before `toMs`. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** Sets the files of one port that were captured within a span against the frames that its viewer was shown. */
export function accountOf(
  files: readonly ClosedFile[],
  frames: readonly ShownFrame[],
  refused: number,
  span: Span,
): PortAccount {
  const within = (atMs: number) => atMs >= span.fromMs && atMs < span.toMs;
  const closedAtMs = new Map(
    files.map(({ name, atMs }) => [capturedAtMsOf(name), atMs] as const).filter(([at]) => within(at)),
  );
  const shownAtMs = new Map<number, number>();
  let surplus = 0;
  let thinned = 0;
  for (const frame of frames) {
    if (!within(frame.capturedAtMs)) continue;
    thinned += frame.withheld;
    if (shownAtMs.has(frame.capturedAtMs) || !closedAtMs.has(frame.capturedAtMs)) surplus += 1;
    else shownAtMs.set(frame.capturedAtMs, frame.atMs);
  }
  return {
    files: closedAtMs.size,
    shown: shownAtMs.size,
    thinned,
    refused,
    surplus,
    latenciesMs: [...shownAtMs].map(([key, atMs]) => atMs - closedAtMs.get(key)!),
  };
}

/** When a file's capture was taken, by the UTC timestamp at the end of its name. */
export function capturedAtMsOf(name: string): number {
  const match = /_(\d{4}-\d\d-\d\d)_(\d\d)\.(\d\d)\.(\d\d\.\d{3})$/.exec(name);
  if (!match) throw new Error(`${name} carries no timestamp`);
  const [, date, hour, minute, second] = match;
  return Date.parse(`${date}T${hour}:${minute}:${second}Z`);
}

/** Sum of one count over all ports. */
export function total(
  ports: readonly PortAccount[],
  count: "files" | "shown" | "thinned" | "refused" | "surplus",
): number {
  return ports.reduce((sum, port) => sum + port[count], 0);
}

/** Files of which neither a frame nor a word came. */
export function lostFiles(ports: readonly PortAccount[]): number {
  return ports.reduce(
    (sum, { files, shown, thinned, refused }) => sum + Math.abs(files - shown - thinned - refused),
    0,
  );
}

export function latencyQuantile(ports: readonly PortAccount[], q: number): number {
  return quantile(
    ports.flatMap(({ latenciesMs }) => latenciesMs),
    q,
  );
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

/** Slope of the line of least squares through points of time and value. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (pick: 0 | 1) => points.reduce((sum, point) => sum + point[pick], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
}
