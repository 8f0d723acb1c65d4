import { RADIO_SERVICES, type RadioService, type ServiceRegion } from "@pnmlab/pnm-analysis";
import type { FrequencyRange } from "./frequency-axis.ts";

/** A service as it lies in the lane, in CSS pixels; `side` is where its label stands. */
export interface PlacedService {
  service: RadioService;
  leftPx: number;
  widthPx: number;
  label: string;
  side: "inside" | "right" | "left" | "over" | "none";
}

/** Width of a sign of the smallest text, rounded up, so that room is judged without measuring. */
export const LABEL_PX_PER_SIGN = 7;
const PAD_PX = 6;
const LEAST_PX = 2;

/** Services that a plant of the region hears. */
export function servicesOf(region: ServiceRegion): RadioService[] {
  return RADIO_SERVICES.filter((service) => service.region === undefined || service.region === region);
}

interface Extent {
  fromPx: number;
  toPx: number;
}

/**
 * Lays the services of a range along the lane. A label stands inside its band where it fits, else to the
 * right or left of it where nothing else is, else over a band too narrow for it, else it is left out: it covers
 * no other band and no other label.
 */
export function placeServices(
  services: readonly RadioService[],
  range: FrequencyRange,
  lanePx: number,
): PlacedService[] {
  const pxPerHz = lanePx / (range.stopHz - range.startHz);
  const bands = services
    .map((service) => ({
      service,
      fromPx: Math.max(0, (service.lowerHz - range.startHz) * pxPerHz),
      toPx: Math.min(lanePx, (service.upperHz - range.startHz) * pxPerHz),
    }))
    .filter(({ fromPx, toPx }) => toPx > fromPx)
    .map((band) => ({ ...band, toPx: Math.max(band.fromPx + LEAST_PX, band.toPx) }));
  const labels: Extent[] = [];
  return bands.map((band) => {
    const { service, fromPx, toPx } = band;
    const textPx = service.label.length * LABEL_PX_PER_SIGN;
    const labelPx = textPx + PAD_PX;
    const middlePx = (fromPx + toPx) / 2;
    const sides = {
      inside: { fromPx: middlePx - labelPx / 2, toPx: middlePx + labelPx / 2 },
      right: { fromPx: toPx, toPx: toPx + labelPx },
      left: { fromPx: fromPx - labelPx, toPx: fromPx },
      over: { fromPx: middlePx - textPx / 2, toPx: middlePx + textPx / 2 },
    };
    // A band around this one is its ground, not in its way.
    const others = bands.filter((other) => other !== band && !(other.fromPx <= fromPx && other.toPx >= toPx));
    const isFree = (extent: Extent) =>
      extent.fromPx >= 0 &&
      extent.toPx <= lanePx &&
      ![...others, ...labels].some((other) => other.fromPx < extent.toPx && other.toPx > extent.fromPx);
    let side: PlacedService["side"] = "none";
    if (toPx - fromPx > labelPx && isFree(sides.inside)) side = "inside";
    else if (isFree(sides.right)) side = "right";
    else if (isFree(sides.left)) side = "left";
    else if (isFree(sides.over)) side = "over";
    if (side !== "none") labels.push(sides[side]);
    const label = side === "none" ? "" : service.label;
    return { service, leftPx: fromPx, widthPx: toPx - fromPx, label, side };
  });
}
