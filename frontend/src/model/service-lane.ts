import type { FrequencyRange } from "./frequency-axis.ts";
import type { RadioService } from "./services.ts";

/** A service as it lies in the lane, in CSS pixels; `side` is where its label stands. */
export interface PlacedService {
  startHz: number;
  leftPx: number;
  widthPx: number;
  label: string;
  side: "inside" | "right" | "left" | "none";
}

/** Width of a sign of the smallest text, rounded up, so that room is judged without measuring. */
export const LABEL_PX_PER_SIGN = 7;
const PAD_PX = 6;

/**
 * Lays the services of a range along the lane. A label stands inside its band where it fits, else to the
 * right or left of it where nothing else is, else it is left out: labels never overlap.
 */
export function placeServices(
  services: readonly RadioService[],
  range: FrequencyRange,
  lanePx: number,
): PlacedService[] {
  const pxPerHz = lanePx / (range.stopHz - range.startHz);
  const bands = services
    .map((service) => {
      const leftPx = Math.max(0, (service.startHz - range.startHz) * pxPerHz);
      const rightPx = Math.min(lanePx, (service.stopHz - range.startHz) * pxPerHz);
      return { service, leftPx, rightPx };
    })
    .filter(({ leftPx, rightPx }) => rightPx > leftPx);
  let takenPx = 0;
  return bands.map(({ service, leftPx, rightPx }, index) => {
    const widthPx = Math.max(2, rightPx - leftPx);
    const labelPx = service.label.length * LABEL_PX_PER_SIGN + PAD_PX;
    const nextPx = bands[index + 1]?.leftPx ?? lanePx;
    let side: PlacedService["side"] = "none";
    if (service.label !== "") {
      if (widthPx > labelPx) side = "inside";
      else if (rightPx + labelPx <= nextPx) side = "right";
      else if (leftPx - labelPx >= takenPx) side = "left";
    }
    takenPx = side === "right" ? rightPx + labelPx : rightPx;
    return { startHz: service.startHz, leftPx, widthPx, label: side === "none" ? "" : service.label, side };
  });
}
