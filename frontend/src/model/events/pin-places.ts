import type { EventPin } from "./event-pin.ts";

/** Where a pin lies, in CSS pixels of the canvas. */
export interface PinPlace {
  pin: EventPin;
  x: number;
  y: number;
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Diameter of a pin with the room around it. */
const PIN_STEP = 20;
const ROWS = 4;

/**
 * Pins on the trace: of what is raised now and of the selected event, at the frequency of each, under the upper edge;
 * one that would cover another goes a row down.
 */
export function tracePins(
  pins: readonly EventPin[],
  box: Box,
  xOf: (frequencyHz: number) => number,
): PinPlace[] {
  const places: PinPlace[] = [];
  for (const pin of pins) {
    if (!pin.isRaised && !pin.isSelected) continue;
    const x = xOf(pin.f0Hz);
    if (x < box.left || x > box.left + box.width) continue;
    let row = 0;
    const isTaken = () =>
      places.some((place) => Math.abs(place.x - x) < PIN_STEP && place.y === rowY(box, row));
    while (row < ROWS - 1 && isTaken()) row += 1;
    places.push({ pin, x, y: rowY(box, row) });
  }
  return places;
}

function rowY(box: Box, row: number): number {
  return box.top + PIN_STEP / 2 + 2 + row * PIN_STEP;
}

/**
 * Pins on the waterfall: beside the upper edge of the band at the first frame that showed it, or at the edge of the
 * pane where the event began before what is shown. Events outside of the shown time have none.
 */
export function waterfallPins(
  pins: readonly EventPin[],
  box: Box,
  xOf: (frequencyHz: number) => number,
  yOf: (timeMs: number) => number,
): PinPlace[] {
  const places: PinPlace[] = [];
  for (const pin of pins) {
    const firstY = yOf(pin.firstMs);
    const lastY = pin.isRaised ? Math.min(box.top, yOf(pin.lastMs)) : yOf(pin.lastMs);
    const bottom = box.top + box.height;
    if (lastY > bottom || firstY < box.top) continue;
    const x = xOf(pin.f0Hz + pin.bwHz / 2) + PIN_STEP / 2 + 2;
    if (xOf(pin.f0Hz - pin.bwHz / 2) > box.left + box.width || x < box.left) continue;
    places.push({
      pin,
      x: Math.min(x, box.left + box.width - PIN_STEP / 2),
      y: Math.max(box.top + PIN_STEP / 2, Math.min(bottom - PIN_STEP / 2, firstY)),
    });
  }
  return places;
}
