import { stepScale } from "../model/plot-view.ts";
import type { PlotViewControl } from "./use-plot-view.ts";

export interface TouchOptions {
  control: PlotViewControl;
  frequencyAt(x: number): number;
  paneWidth(): number;
  /** A finger rested on the plot. */
  longPress(event: PointerEvent): void;
  /** A finger flew sideways over the plot. */
  swipe(): void;
}

const LONG_PRESS_MS = 600;
const TAP_MS = 300;
const STILL_PX = 8;
const SWIPE_MS = 350;
const SWIPE_PX = 60;
/** Spread or closing of two fingers for one step of dB per division. */
const STEP_PX = 40;

/**
 * Fingers on the panes: one moves the crosshair and, resting, sets a marker; two pan and pinch, sideways the
 * frequency and upright the levels; a tap of two takes the last zoom back. One that flies sideways swipes.
 */
export function touchGestures({ control, frequencyAt, paneWidth, longPress, swipe }: TouchOptions) {
  const fingers = new Map<number, { x: number; y: number }>();
  let press: ReturnType<typeof setTimeout> | undefined;
  let moved = 0;
  let twoSinceMs = 0;
  let upright = 0;
  let began: { x: number; y: number; atMs: number } | undefined;

  const spread = () => {
    const [a, b] = [...fingers.values()];
    return {
      x: (a!.x + b!.x) / 2,
      dx: Math.abs(a!.x - b!.x),
      dy: Math.abs(a!.y - b!.y),
    };
  };
  const pinch = (before: ReturnType<typeof spread>) => {
    const after = spread();
    control.pan((before.x - after.x) / paneWidth());
    if (after.dx > after.dy && before.dx > 20 && after.dx > 20) {
      control.zoom(frequencyAt(after.x), before.dx / after.dx);
    } else if (after.dy >= after.dx) {
      upright += after.dy - before.dy;
      if (Math.abs(upright) >= STEP_PX) {
        control.setScale(stepScale(control.view.value.scale, upright > 0 ? -1 : 1));
        upright = 0;
      }
    }
  };

  return {
    isPinching: () => fingers.size === 2,
    /** @returns true where the finger is taken as a gesture of its own */
    down(event: PointerEvent, x: number, y: number, isPane: boolean): boolean {
      if (!isPane || fingers.size === 2) return false;
      fingers.set(event.pointerId, { x, y });
      (event.target as Element).setPointerCapture(event.pointerId);
      clearTimeout(press);
      moved = 0;
      began = fingers.size === 1 ? { x, y, atMs: event.timeStamp } : undefined;
      if (fingers.size === 1) press = setTimeout(() => longPress(event), LONG_PRESS_MS);
      else {
        twoSinceMs = event.timeStamp;
        upright = 0;
        control.show(control.view.value.range);
      }
      return true;
    },
    move(event: PointerEvent, x: number, y: number): boolean {
      const finger = fingers.get(event.pointerId);
      if (!finger) return false;
      moved += Math.hypot(x - finger.x, y - finger.y);
      if (moved > STILL_PX) clearTimeout(press);
      const before = fingers.size === 2 ? spread() : undefined;
      fingers.set(event.pointerId, { x, y });
      if (before) pinch(before);
      return true;
    },
    up(event: PointerEvent): boolean {
      if (!fingers.has(event.pointerId)) return false;
      clearTimeout(press);
      const isTap = fingers.size === 2 && moved <= STILL_PX && event.timeStamp - twoSinceMs < TAP_MS;
      const last = fingers.get(event.pointerId)!;
      fingers.delete(event.pointerId);
      if (began && event.type === "pointerup" && event.timeStamp - began.atMs < SWIPE_MS) {
        const across = Math.abs(last.x - began.x);
        if (across >= SWIPE_PX && across > 2 * Math.abs(last.y - began.y)) swipe();
      }
      if (isTap) {
        // The first step takes back what the touch itself remembered.
        control.back();
        control.back();
      }
      return true;
    },
  };
}
