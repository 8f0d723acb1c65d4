import { MOST_WATCHED, type WatchedBand } from "./level-history.ts";
import { type LevelLine, thinnedLine } from "./level-line.ts";
import {
  MARKER_KINDS,
  MARKER_TRACES,
  type Marker,
  type MarkerFunction,
  type MarkerKind,
  type MarkerTrace,
  MOST_MARKERS,
} from "./marker.ts";
import { MASK_TRACES, type MaskSource, type MaskSpec, MOST_MASKS } from "./mask-spec.ts";
import type { PlotView } from "./plot-view.ts";

/** What the address keeps of markers, masks and bands followed over time. */
export type MarkedView = Pick<PlotView, "markers" | "activeMarker" | "masks" | "watched">;

/** An address stays short enough for mail and chat with lines of this many points. */
const MOST_POINTS = 64;

type Query = Record<string, unknown>;

/** Writes `m` markers, `k` masks that are on, `w` bands; what there is none of is left out. */
export function encodeMarkers(view: MarkedView): Record<string, string> {
  const markers = view.markers.map((marker) => markerText(marker, marker.number === view.activeMarker));
  const masks = view.masks.filter(({ isOn }) => isOn).map(maskText);
  const watched = view.watched.map(
    ({ label, lowerHz, upperHz }) => `${Math.round(lowerHz)}_${Math.round(upperHz)}_${safe(label)}`,
  );
  return {
    ...(markers.length > 0 && { m: markers.join(",") }),
    ...(masks.length > 0 && { k: masks.join(",") }),
    ...(watched.length > 0 && { w: watched.join(",") }),
  };
}

/** Reads what `encodeMarkers` wrote; an item that does not fit is left out, the others stand. */
export function decodeMarkers(query: Query): Partial<MarkedView> {
  const found: Partial<MarkedView> = {};
  const markers = itemsOf(query.m).map(markerOf).filter(isGiven).slice(0, MOST_MARKERS);
  const numbers = new Set(markers.map(({ marker }) => marker.number));
  if (markers.length > 0 && numbers.size === markers.length) {
    found.markers = markers.map(({ marker }) =>
      marker.kind === "delta" && !numbers.has(marker.reference ?? 0)
        ? { ...marker, kind: "normal", reference: undefined }
        : marker,
    );
    found.activeMarker = markers.find(({ isActive }) => isActive)?.marker.number;
  }
  const masks = itemsOf(query.k).map(maskOf).filter(isGiven).slice(0, MOST_MASKS);
  if (masks.length > 0) found.masks = masks.map((mask, index) => ({ ...mask, id: index + 1 }));
  const watched = itemsOf(query.w).map(bandOf).filter(isGiven).slice(0, MOST_WATCHED);
  if (watched.length > 0) found.watched = watched.map((band, index) => ({ ...band, id: index + 1 }));
  return found;
}

/** One mask as the address writes it: the same text means the same mask. */
export function maskText({ name, trace, consecutiveFrames, source }: MaskSpec): string {
  return [safe(name), trace, String(consecutiveFrames), sourceText(source)].join("~");
}

function markerText(marker: Marker, isActive: boolean): string {
  const { number, kind, trace, frequencyHz, reference, bandHz, isTracking, timeMs, measure } = marker;
  return [
    String(number),
    kind,
    trace,
    String(Math.round(frequencyHz)),
    ...(reference === undefined ? [] : [`r${reference}`]),
    ...(bandHz === undefined ? [] : [`b${Math.round(bandHz)}`]),
    ...(timeMs === undefined ? [] : [`z${Math.round(timeMs)}`]),
    ...(isTracking ? ["t"] : []),
    ...(isActive ? ["x"] : []),
    ...(measure ? [functionText(measure)] : []),
  ].join("_");
}

function functionText(measure: MarkerFunction): string {
  switch (measure.kind) {
    case "occupied":
      return `o${Math.round(measure.spanHz)}:${Math.round(measure.share * 1000)}`;
    case "width":
      return `d${Math.round(measure.downDb * 10)}`;
    case "adjacent":
      return `a${Math.round(measure.channelHz)}:${Math.round(measure.offsetHz)}`;
  }
}

function markerOf(text: string): { marker: Marker; isActive: boolean } | undefined {
  const [number, kind, trace, frequencyHz, ...extras] = text.split("_");
  const extra = (letter: string) => extras.find((part) => part.startsWith(letter))?.slice(1);
  const marker: Marker = {
    number: Number(number),
    kind: kind as MarkerKind,
    trace: trace as MarkerTrace,
    frequencyHz: Number(frequencyHz),
    isTracking: extras.includes("t"),
    ...optional("reference", numberOf(extra("r"))),
    ...optional("bandHz", numberOf(extra("b"))),
    ...optional("timeMs", numberOf(extra("z"))),
    ...optional("measure", functionOf(extra("o"), extra("d"), extra("a"))),
  };
  const fits =
    Number.isInteger(marker.number) &&
    marker.number >= 1 &&
    marker.number <= MOST_MARKERS &&
    MARKER_KINDS.includes(marker.kind) &&
    MARKER_TRACES.includes(marker.trace) &&
    marker.frequencyHz >= 0;
  return fits ? { marker, isActive: extras.includes("x") } : undefined;
}

function functionOf(
  occupied: string | undefined,
  down: string | undefined,
  adjacent: string | undefined,
): MarkerFunction | undefined {
  const pair = (text: string | undefined) => (text ?? "").split(":").map(Number);
  const [spanHz, permille] = pair(occupied);
  if (spanHz && permille && permille < 1000) return { kind: "occupied", spanHz, share: permille / 1000 };
  const tenths = numberOf(down);
  if (tenths) return { kind: "width", downDb: tenths / 10 };
  const [channelHz, offsetHz] = pair(adjacent);
  return channelHz && offsetHz ? { kind: "adjacent", channelHz, offsetHz } : undefined;
}

function sourceText(source: MaskSource): string {
  switch (source.from) {
    case "points":
      return ["points", ...lineTexts(source.points)].join("_");
    case "floor":
      return ["floor", ...bandwidthTexts(source), tenths(source.upperDb), ...lineTexts(source.line)].join(
        "_",
      );
    case "reference":
      return [
        "reference",
        ...bandwidthTexts(source),
        tenths(source.upperDb),
        tenths(source.lowerDb),
        ...lineTexts(source.line),
      ].join("_");
    case "plan":
      return [
        "plan",
        ...bandwidthTexts(source),
        tenths(source.channelMarginDb),
        tenths(source.idleDbmv),
        ...source.measured.map(({ ifIndex, dbmvPerHz }) => `${ifIndex}:${tenths(dbmvPerHz)}`),
      ].join("_");
  }
}

function maskOf(text: string): MaskSpec | undefined {
  const [name = "", trace, frames, form = ""] = text.split("~");
  const source = sourceOf(form.split("_"));
  const consecutiveFrames = Number(frames);
  const known = MASK_TRACES.find((one) => one === trace);
  if (!source || !known || !Number.isInteger(consecutiveFrames) || consecutiveFrames < 1) return undefined;
  return { id: 0, revision: 0, name: plain(name), isOn: true, source, trace: known, consecutiveFrames };
}

function sourceOf([from = "", ...given]: string[]): MaskSource | undefined {
  const [, bandwidth] = given[0]?.match(BANDWIDTH) ?? [];
  const parts = bandwidth ? given.slice(1) : given;
  const noise = optional("noiseBandwidthHz", numberOf(bandwidth));
  const db = (text: string | undefined) => {
    const value = numberOf(text);
    return value === undefined ? undefined : value / 10;
  };
  switch (from) {
    case "points": {
      const points = lineOf(parts);
      return points && { from, points };
    }
    case "floor": {
      const upperDb = db(parts[0]);
      const line = lineOf(parts.slice(1));
      return upperDb === undefined || !line ? undefined : { from, upperDb, line, ...noise };
    }
    case "reference": {
      const line = lineOf(parts.slice(2));
      return line && { from, upperDb: db(parts[0]), lowerDb: db(parts[1]), line, ...noise };
    }
    case "plan": {
      const [channelMarginDb, idleDbmv] = [db(parts[0]), db(parts[1])];
      if (channelMarginDb === undefined || idleDbmv === undefined) return undefined;
      const measured = parts.slice(2).map((part) => part.split(":").map(Number));
      return {
        from,
        channelMarginDb,
        idleDbmv,
        measured: measured
          .filter((pair) => pair.length === 2 && pair.every(Number.isFinite))
          .map(([ifIndex, value]) => ({ ifIndex: ifIndex!, dbmvPerHz: value! / 10 })),
        ...noise,
      };
    }
    default:
      return undefined;
  }
}

/** The noise bandwidth that a mask was made at, before all else: `n100195`, in hertz. */
const BANDWIDTH = /^n([1-9]\d{0,8})$/;

function bandwidthTexts({ noiseBandwidthHz }: { noiseBandwidthHz?: number | undefined }): string[] {
  return noiseBandwidthHz === undefined ? [] : [`n${Math.round(noiseBandwidthHz)}`];
}

/** Kilohertz and tenths of a dBmV. */
function lineTexts(line: LevelLine): string[] {
  return thinnedLine(line, MOST_POINTS).map(
    ({ frequencyHz, levelDbmv }) => `${Math.round(frequencyHz / 1000)}:${tenths(levelDbmv)}`,
  );
}

/** At least two points, all of them readable. */
function lineOf(parts: readonly string[]): LevelLine | undefined {
  const pairs = parts.map((part) => part.split(":").map(Number));
  if (pairs.length < 2 || pairs.some((pair) => pair.length !== 2 || !pair.every(Number.isFinite))) {
    return undefined;
  }
  return pairs.map(([khz, level]) => ({ frequencyHz: khz! * 1000, levelDbmv: level! / 10 }));
}

function bandOf(text: string): WatchedBand | undefined {
  const [lower, upper, label = ""] = text.split("_");
  const [lowerHz, upperHz] = [Number(lower), Number(upper)];
  return lowerHz >= 0 && upperHz > lowerHz ? { id: 0, label: plain(label), lowerHz, upperHz } : undefined;
}

function itemsOf(part: unknown): string[] {
  return typeof part === "string" && part !== "" ? part.split(",") : [];
}

function isGiven<Item>(item: Item | undefined): item is Item {
  return item !== undefined;
}

function numberOf(text: string | undefined): number | undefined {
  const value = text ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined) {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>);
}

function tenths(value: number | undefined): string {
  return value === undefined ? "x" : String(Math.round(value * 10));
}

/** Text without the signs that part the items. */
function safe(text: string): string {
  return encodeURIComponent(text).replaceAll("~", "%7E").replaceAll("_", "%5F");
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
