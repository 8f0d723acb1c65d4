import type { EventPin } from "../model/events/event-pin.ts";
import { type PinPlace, tracePins, waterfallPins } from "../model/events/pin-places.ts";
import type { PlotTheme } from "./plot-theme.ts";
import { type Scene, xOf } from "./scene.ts";
import { crisp, type Painting } from "./surface.ts";

const RADIUS = 8;
/** A box narrower than this would not be seen. */
const LEAST_BOX = 8;

/** Numbered pins of events on trace and waterfall, with the box of the selected one in time and frequency. */
export function paintEvents(context: Painting, scene: Scene): void {
  const { view, layout } = scene;
  if (view.events.length === 0 || !layout.labelled) return;
  const x = (frequencyHz: number) => xOf(scene, frequencyHz);
  const y = (timeMs: number) => layout.waterfall.top + (scene.topMs - timeMs) / view.msPerPx;
  if (layout.trace.height > 0) {
    for (const place of tracePins(view.events, layout.trace, x, scene.topMs || undefined)) {
      paintBand(context, scene, place.pin, x);
      paintPin(context, scene.theme, place);
    }
  }
  if (scene.topMs === 0 || layout.waterfall.height === 0) return;
  const selected = view.events.find(({ isSelected }) => isSelected);
  if (selected) paintBox(context, scene, selected, x, y);
  for (const place of waterfallPins(view.events, layout.waterfall, x, y)) {
    paintPin(context, scene.theme, place);
  }
}

/** Shape differs with the severity too: what is critical or major is a square, the rest is round. */
function paintPin(context: Painting, theme: PlotTheme, { pin, x, y, behind }: PinPlace): void {
  const isBad = pin.severity === "critical" || pin.severity === "major";
  const fill = isBad ? theme.fail : pin.severity === "minor" ? theme.warn : theme.unknown;
  const text = `${pin.number % 1000}${behind > 0 ? ` +${behind}` : ""}`;
  context.save();
  context.font = theme.strongFont;
  const half = Math.max(RADIUS, context.measureText(text).width / 2 + 4);
  context.beginPath();
  context.roundRect(x - half, y - RADIUS, 2 * half, 2 * RADIUS, isBad ? 3 : RADIUS);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = pin.isSelected ? 2 : 1;
  context.strokeStyle = pin.isSelected ? theme.text1 : theme.well;
  context.stroke();
  context.fillStyle = theme.well;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x, y + 0.5);
  context.restore();
}

/** The band of an event as a tint over the trace pane, so that a wide one shows how wide it is. */
function paintBand(
  context: Painting,
  { layout, theme }: Scene,
  pin: EventPin,
  x: (frequencyHz: number) => number,
): void {
  if (!pin.isSelected) return;
  const { trace } = layout;
  const left = Math.max(trace.left, x(pin.f0Hz - pin.bwHz / 2));
  const right = Math.min(trace.left + trace.width, x(pin.f0Hz + pin.bwHz / 2));
  if (right < left) return;
  context.save();
  context.globalAlpha = 0.13;
  context.fillStyle = theme.accent;
  const width = Math.max(2, right - left);
  context.fillRect((left + right - width) / 2, trace.top, width, trace.height);
  context.restore();
}

function paintBox(
  context: Painting,
  { layout, theme }: Scene,
  pin: EventPin,
  x: (frequencyHz: number) => number,
  y: (timeMs: number) => number,
): void {
  const { waterfall } = layout;
  const middle = x(pin.f0Hz);
  const half = Math.max(LEAST_BOX, x(pin.f0Hz + pin.bwHz / 2) - x(pin.f0Hz - pin.bwHz / 2)) / 2;
  const top = Math.min(y(pin.lastMs), y(pin.firstMs) - LEAST_BOX);
  context.save();
  context.beginPath();
  context.rect(waterfall.left, waterfall.top, waterfall.width, waterfall.height);
  context.clip();
  context.strokeStyle = theme.text1;
  context.lineWidth = 1;
  context.setLineDash([4, 3]);
  context.strokeRect(crisp(middle - half), crisp(top), 2 * half, y(pin.firstMs) - top);
  context.restore();
}
