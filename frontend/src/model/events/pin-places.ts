import type { EventPin } from "./event-pin.ts";

/** Where a pin lies, in CSS pixels of the canvas. */
export interface PinPlace {
  pin: EventPin;
  x: number;
  y: number;
  /** Pins that found no room beside this one and lie behind it. */
  behind: number;
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
/** Where a pin goes whose place is taken, in steps: it leans aside no further than that. */
const LEANS = [0, 1, -1, 2, -2];
/** On the timeline aside is another time: no further than beside the line of the pin. */
const LEANS_IN_TIME = [0, 1, -1];

/**
 * Pins on the trace: of what was there at the time shown and of the selected event, at the frequency of each, under
 * the upper edge. The worst has the first row; one that would cover another goes a row down.
 *
 * @param pins in the order of painting, the most important last
 */
export function tracePins(
  pins: readonly EventPin[],
  box: Box,
  xOf: (frequencyHz: number) => number,
  atMs = Number.POSITIVE_INFINITY,
): PinPlace[] {
  const places: PinPlace[] = [];
  for (const pin of pins.toReversed()) {
    const isThere = pin.firstMs <= atMs && (pin.isRaised || pin.lastMs >= atMs);
    if (!pin.hasFrequency || !(isThere || pin.isSelected)) continue;
    const x = xOf(pin.f0Hz);
    if (x < box.left || x > box.left + box.width) continue;
    const wishes = Array.from({ length: ROWS }, (_, row) => ({ x, y: rowY(box, row) }));
    place(places, pin, wishes);
  }
  return places.reverse();
}

function rowY(box: Box, row: number): number {
  return box.top + PIN_STEP / 2 + 2 + row * PIN_STEP;
}

/**
 * Pins on the waterfall: beside the upper edge of the band at the first frame that showed it; one that would cover
 * another leans aside. Events that began outside of the shown time have none.
 */
export function waterfallPins(
  pins: readonly EventPin[],
  box: Box,
  xOf: (frequencyHz: number) => number,
  yOf: (timeMs: number) => number,
): PinPlace[] {
  const places: PinPlace[] = [];
  for (const pin of pins.toReversed()) {
    const firstY = yOf(pin.firstMs);
    const bottom = box.top + box.height;
    if (firstY > bottom || firstY < box.top) continue;
    const x = xOf(pin.f0Hz + pin.bwHz / 2) + PIN_STEP / 2 + 2;
    if (xOf(pin.f0Hz - pin.bwHz / 2) > box.left + box.width || x < box.left) continue;
    const rightX = box.left + box.width - PIN_STEP / 2;
    const y = Math.max(box.top + PIN_STEP / 2, Math.min(bottom - PIN_STEP / 2, firstY));
    const wishes = LEANS.map((lean) => ({ x: Math.min(x, rightX) + lean * PIN_STEP, y }));
    place(
      places,
      pin,
      wishes.filter((wish) => wish.x >= box.left + PIN_STEP / 2 && wish.x <= rightX),
    );
  }
  return places.reverse();
}

/**
 * Pins on the timeline, at the first frame of each; the worst has its own place, others lean aside.
 *
 * @param leastX where the recording begins: none leans to a time before it
 */
export function timelinePins(
  pins: readonly EventPin[],
  xOf: (timeMs: number) => number,
  leastX = Number.NEGATIVE_INFINITY,
): PinPlace[] {
  const places: PinPlace[] = [];
  for (const pin of pins.toReversed()) {
    const x = xOf(pin.firstMs);
    const wishes = LEANS_IN_TIME.map((lean) => ({ x: x + lean * PIN_STEP, y: 0 }));
    place(
      places,
      pin,
      wishes.filter((wish) => wish.x === x || wish.x >= leastX),
    );
  }
  return places.reverse();
}

/** Takes the first place of those wished that is free; without one the pin is counted behind the one in its place. */
function place(places: PinPlace[], pin: EventPin, wishes: readonly { x: number; y: number }[]): void {
  const covering = ({ x, y }: { x: number; y: number }) =>
    places.find((other) => Math.abs(other.x - x) < PIN_STEP && Math.abs(other.y - y) < PIN_STEP);
  const free = wishes.find((wish) => !covering(wish));
  if (free) places.push({ pin, ...free, behind: 0 });
  else {
    const front = wishes[0] && covering(wishes[0]);
    if (front) front.behind += 1;
  }
}
