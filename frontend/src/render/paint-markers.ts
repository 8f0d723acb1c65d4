import { DEFAULT_BAND_HZ, type Marker, type MarkerReading, markerName } from "../model/marker.ts";
import type { PlotLayout } from "../model/plot-layout.ts";
import { zeroOfDb } from "../model/plot-view.ts";
import { traceLevels } from "../model/trace-levels.ts";
import { type Scene, xOf, yOf } from "./scene.ts";
import { crisp, type Painting } from "./surface.ts";

/** Half the diagonal of the diamond; its lower tip touches the trace. */
const DIAMOND_PX = 5;
const FLAG_HEIGHT = 18;
/** Bins on either side that a noise marker takes in. */
const NOISE_BINS = 8;
/** A marker this far under its neighbourhood lies in a hole: its flag hangs below. */
const HOLE_DB = 3;
const HOLE_BINS = 12;

interface Placed {
  pane: Pick<PlotLayout["trace"], "left" | "top" | "width" | "height">;
  marker: Marker;
  x: number;
  y: number;
  isActive: boolean;
  hangs: boolean;
}

/** Diamonds and flags of the markers in time, on the rows of the waterfall that they read. */
export function paintTimeMarkers(context: Painting, scene: Scene, readings: readonly MarkerReading[]): void {
  if (!scene.layout.labelled) return;
  const pane = scene.layout.waterfall;
  const placed = scene.view.markers.flatMap((marker): Placed[] => {
    const reading = readings.find(({ number }) => number === marker.number);
    if (!reading || marker.timeMs === undefined) return [];
    const x = xOf(scene, reading.frequencyHz);
    const y = pane.top + (scene.topMs - marker.timeMs) / scene.view.msPerPx;
    const isInside =
      x >= pane.left && x <= pane.left + pane.width && y >= pane.top && y <= pane.top + pane.height;
    const isActive = marker.number === scene.view.activeMarker;
    return isInside ? [{ pane, marker, x, y, isActive, hangs: y < pane.top + 2 * FLAG_HEIGHT }] : [];
  });
  if (placed.length === 0) return;
  context.save();
  context.beginPath();
  context.rect(pane.left, pane.top, pane.width, pane.height);
  context.clip();
  for (const place of placed) paintLink(context, scene, place, placed);
  const flags: { left: number; right: number; top: number }[] = [];
  for (const place of placed.toSorted((a, b) => Number(a.isActive) - Number(b.isActive))) {
    paintDiamond(context, scene, place);
    paintFlag(context, scene, place, flags);
  }
  context.restore();
}

/** Diamonds with their flags, links of deltas and bands of noise and power. */
export function paintMarkers(context: Painting, scene: Scene, readings: readonly MarkerReading[]): void {
  if (readings.length === 0 || !scene.layout.labelled) return;
  const { trace } = scene.layout;
  const placed = placeOf(scene, readings);
  context.save();
  context.beginPath();
  context.rect(trace.left, trace.top, trace.width, trace.height);
  context.clip();
  for (const place of placed) paintBand(context, scene, place);
  for (const place of placed) paintLink(context, scene, place, placed);
  const flags: { left: number; right: number; top: number }[] = [];
  // The active one last, above the others.
  for (const place of placed.toSorted((a, b) => Number(a.isActive) - Number(b.isActive))) {
    paintDiamond(context, scene, place);
    paintFlag(context, scene, place, flags);
  }
  context.restore();
}

function placeOf(scene: Scene, readings: readonly MarkerReading[]): Placed[] {
  const { trace } = scene.layout;
  return scene.view.markers.flatMap((marker) => {
    const reading = readings.find(({ number }) => number === marker.number);
    if (!reading || marker.timeMs !== undefined || Number.isNaN(reading.levelDbmv)) return [];
    const x = xOf(scene, reading.frequencyHz);
    if (x < trace.left || x > trace.left + trace.width) return [];
    const level = reading.levelDbmv + (reading.isInDb ? zeroOfDb(scene.view.scale) : 0);
    const y = Math.min(Math.max(yOf(scene, level), trace.top), trace.top + trace.height);
    return [
      {
        pane: trace,
        marker,
        x,
        y,
        isActive: marker.number === scene.view.activeMarker,
        hangs: liesInHole(scene, marker, reading) && y < trace.top + trace.height - 2 * FLAG_HEIGHT,
      },
    ];
  });
}

function liesInHole(scene: Scene, marker: Marker, { bin, levelDbmv }: MarkerReading): boolean {
  const levels = traceLevels(scene.data, marker.trace);
  const left = levels?.[bin - HOLE_BINS] ?? Number.NaN;
  const right = levels?.[bin + HOLE_BINS] ?? Number.NaN;
  return left - levelDbmv > HOLE_DB && right - levelDbmv > HOLE_DB;
}

function paintBand(context: Painting, scene: Scene, { marker, x, isActive }: Placed): void {
  const { trace } = scene.layout;
  const spacingHz = scene.data.axis?.binSpacingHz ?? 0;
  const widthHz =
    marker.kind === "bandPower"
      ? (marker.bandHz ?? DEFAULT_BAND_HZ)
      : marker.kind === "noise"
        ? (2 * NOISE_BINS + 1) * spacingHz
        : 0;
  if (widthHz === 0) return;
  const half = ((widthHz / (scene.view.range.stopHz - scene.view.range.startHz)) * trace.width) / 2;
  context.fillStyle = scene.theme.text1;
  context.globalAlpha = 0.09;
  context.fillRect(x - half, trace.top, 2 * half, trace.height);
  context.globalAlpha = isActive ? 0.9 : 0.55;
  context.strokeStyle = scene.theme.text1;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  for (const edge of [x - half, x + half]) {
    context.moveTo(crisp(edge), trace.top);
    context.lineTo(crisp(edge), trace.top + trace.height);
  }
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function paintLink(
  context: Painting,
  scene: Scene,
  { marker, x, y }: Placed,
  placed: readonly Placed[],
): void {
  if (marker.kind !== "delta") return;
  const reference = placed.find((place) => place.marker.number === marker.reference);
  if (!reference) return;
  context.strokeStyle = scene.theme.text2;
  context.lineWidth = 1;
  context.setLineDash([4, 3]);
  context.beginPath();
  context.moveTo(reference.x, reference.y);
  context.lineTo(x, reference.y);
  context.lineTo(x, y);
  context.stroke();
  context.setLineDash([]);
}

function paintDiamond(context: Painting, scene: Scene, { x, y, isActive, hangs }: Placed): void {
  const middle = hangs ? y + DIAMOND_PX : y - DIAMOND_PX;
  context.beginPath();
  context.moveTo(x, middle - DIAMOND_PX);
  context.lineTo(x + DIAMOND_PX, middle);
  context.lineTo(x, middle + DIAMOND_PX);
  context.lineTo(x - DIAMOND_PX, middle);
  context.closePath();
  context.fillStyle = isActive ? scene.theme.text1 : scene.theme.well;
  context.fill();
  context.strokeStyle = scene.view.stale ? scene.theme.text3 : scene.theme.text1;
  context.lineWidth = 1.4;
  context.stroke();
}

function paintFlag(
  context: Painting,
  scene: Scene,
  { pane, marker, x, y, isActive, hangs }: Placed,
  flags: { left: number; right: number; top: number }[],
): void {
  const { theme } = scene;
  context.font = theme.strongFont;
  const text = markerName(marker);
  const width = Math.ceil(context.measureText(text).width) + 10;
  const left = Math.min(Math.max(x - width / 2, pane.left + 1), pane.left + pane.width - width - 1);
  const right = left + width;
  const room = 2 * DIAMOND_PX + 4;
  const isBelow = hangs || y - room - FLAG_HEIGHT < pane.top;
  let top = isBelow ? y + (hangs ? room : 4) : y - room - FLAG_HEIGHT;
  // Flags of markers side by side are stacked.
  while (
    flags.some((flag) => flag.left < right && flag.right > left && Math.abs(flag.top - top) < FLAG_HEIGHT)
  ) {
    top += isBelow ? FLAG_HEIGHT + 2 : -(FLAG_HEIGHT + 2);
  }
  flags.push({ left, right, top });
  context.beginPath();
  context.roundRect(left, top, width, FLAG_HEIGHT, 3);
  context.fillStyle = isActive ? theme.text1 : theme.popover;
  context.fill();
  if (!isActive) {
    context.strokeStyle = theme.edge;
    context.lineWidth = 1;
    context.stroke();
  }
  context.fillStyle = isActive ? theme.well : theme.text1;
  context.textAlign = "center";
  context.fillText(text, left + width / 2, top + FLAG_HEIGHT / 2 + 0.5);
}
