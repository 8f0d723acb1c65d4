import type { LimitMask } from "@pnmlab/pnm-analysis";
import { binFrequencyHz } from "../model/frequency-axis.ts";
import type { MaskJudge } from "../model/mask-judge.ts";
import type { MaskReport, MaskSpec } from "../model/mask-spec.ts";
import { traceLevels } from "../model/trace-levels.ts";
import { type Scene, xOf, yOf } from "./scene.ts";
import { hatchBox, type Painting } from "./surface.ts";

const HATCH_PX = 8;
const VIOLATION_PX = 2.4;
const POINT_PX = 4;

/** Limits of the masks, hatched where it is forbidden, with what lies beyond them and the bands that fail. */
export function paintMasks(
  context: Painting,
  scene: Scene,
  judge: MaskJudge,
  reports: readonly MaskReport[],
): void {
  const { axis } = scene.data;
  const masks = scene.view.masks.filter(({ isOn }) => isOn);
  if (!axis || !scene.columns || masks.length === 0) return;
  const { trace } = scene.layout;
  context.save();
  context.beginPath();
  context.rect(trace.left, trace.top, trace.width, trace.height);
  context.clip();
  for (const mask of masks) {
    const limits = judge.limits(mask.id, axis);
    if (!limits) continue;
    tintBands(
      context,
      scene,
      reports.find(({ id }) => id === mask.id),
    );
    paintLimit(context, scene, limits.upperDbmv, -1);
    paintLimit(context, scene, limits.lowerDbmv, 1);
    paintViolation(context, scene, mask, limits);
    if (mask.source.from === "points") paintPoints(context, scene, mask.source.points);
  }
  context.restore();
}

function tintBands(context: Painting, scene: Scene, report: MaskReport | undefined): void {
  const { trace } = scene.layout;
  context.fillStyle = scene.theme.fail;
  context.globalAlpha = 0.14;
  for (const { isPassing, startHz, stopHz } of report?.bands ?? []) {
    if (isPassing) continue;
    const left = xOf(scene, startHz);
    context.fillRect(left, trace.top, xOf(scene, stopHz) - left, trace.height);
  }
  context.globalAlpha = 1;
}

/** A place on the picture with the bin that decides it. */
interface Place {
  x: number;
  bin: number;
}

/** Where a value of the spectrum is drawn: bin by bin, or per pixel column the bin that `worse` prefers. */
function placesOf(scene: Scene, worse: (bin: number, than: number) => boolean): Place[] {
  const axis = scene.data.axis!;
  const { first, last } = scene.columns!;
  const { left, width } = scene.layout.trace;
  const { range } = scene.view;
  const isWide = (range.stopHz - range.startHz) / axis.binSpacingHz < first.length;
  const places: Place[] = [];
  for (let column = 0; column < first.length; column += 1) {
    let bin = first[column]!;
    if (bin < 0) continue;
    for (let other = bin + 1; other <= last[column]!; other += 1) if (worse(other, bin)) bin = other;
    if (!isWide) places.push({ x: left + ((column + 0.5) / first.length) * width, bin });
    else if (places.at(-1)?.bin !== bin) places.push({ x: xOf(scene, binFrequencyHz(axis, bin)), bin });
  }
  return places;
}

/** @param side where it is forbidden: -1 above the line, 1 below */
function paintLimit(context: Painting, scene: Scene, limit: Float32Array, side: 1 | -1): void {
  const { trace } = scene.layout;
  const places = placesOf(scene, (bin, than) => side * (limit[bin]! - limit[than]!) > 0);
  for (const stretch of stretchesOf(places, ({ bin }) => !Number.isNaN(limit[bin]!))) {
    const line = stretch.map(({ x, bin }) => [x, yOf(scene, limit[bin]!)] as const);
    context.save();
    context.beginPath();
    for (const [x, y] of line) context.lineTo(x, y);
    for (const [x, y] of line.toReversed()) context.lineTo(x, y + side * HATCH_PX);
    context.closePath();
    context.clip();
    context.globalAlpha = 0.55;
    const [left, right] = [line[0]![0], line.at(-1)![0]];
    hatchBox(context, left, trace.top, right - left, trace.height, scene.theme.fail);
    context.restore();
    context.strokeStyle = scene.theme.fail;
    context.lineWidth = 1.2;
    context.beginPath();
    for (const [x, y] of line) context.lineTo(x, y);
    context.stroke();
  }
}

function paintViolation(
  context: Painting,
  scene: Scene,
  { trace }: MaskSpec,
  { upperDbmv, lowerDbmv }: LimitMask,
): void {
  const levels = traceLevels(scene.data, trace);
  if (levels?.length !== upperDbmv.length) return;
  const beyond = (bin: number) => {
    const above = levels[bin]! - upperDbmv[bin]!;
    const below = lowerDbmv[bin]! - levels[bin]!;
    return Number.isNaN(above) || below > above ? below : above;
  };
  const places = placesOf(scene, (bin, than) => beyond(bin) > beyond(than));
  context.strokeStyle = scene.theme.fail;
  context.fillStyle = scene.theme.fail;
  context.lineWidth = VIOLATION_PX;
  context.lineJoin = "round";
  for (const stretch of stretchesOf(places, ({ bin }) => beyond(bin) > 0)) {
    context.beginPath();
    for (const { x, bin } of stretch) context.lineTo(x, yOf(scene, levels[bin]!));
    // A single bin has no line; it is a stroke down to its limit.
    if (stretch.length === 1) {
      const { x, bin } = stretch[0]!;
      const limit = Number.isNaN(upperDbmv[bin]!) ? lowerDbmv[bin]! : upperDbmv[bin]!;
      context.lineTo(x, yOf(scene, limit));
    }
    context.stroke();
  }
}

function stretchesOf(places: readonly Place[], belongs: (place: Place) => boolean): Place[][] {
  const stretches: Place[][] = [];
  let open: Place[] | undefined;
  for (const place of places) {
    if (!belongs(place)) {
      open = undefined;
      continue;
    }
    if (!open) {
      open = [];
      stretches.push(open);
    }
    open.push(place);
  }
  return stretches;
}

function paintPoints(
  context: Painting,
  scene: Scene,
  points: readonly { frequencyHz: number; levelDbmv: number }[],
): void {
  context.fillStyle = scene.theme.well;
  context.strokeStyle = scene.theme.fail;
  context.lineWidth = 1.4;
  for (const { frequencyHz, levelDbmv } of points) {
    context.beginPath();
    context.rect(
      xOf(scene, frequencyHz) - POINT_PX,
      yOf(scene, levelDbmv) - POINT_PX,
      2 * POINT_PX,
      2 * POINT_PX,
    );
    context.fill();
    context.stroke();
  }
}
