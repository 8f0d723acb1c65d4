import { expectedLevels } from "../model/expected-levels.ts";
import { type Scene, xOf, yOf } from "./scene.ts";
import { crisp, hatchBox, type Painting } from "./surface.ts";

/** Channels of the plan as shading behind everything, the excluded bands of OFDMA hatched. */
export function paintPlan(context: Painting, scene: Scene): void {
  const { trace } = scene.layout;
  for (const { lowerFrequencyHz, upperFrequencyHz, excludedHz = [] } of scene.data.channels) {
    context.fillStyle = scene.theme.planShade;
    const left = xOf(scene, lowerFrequencyHz);
    context.fillRect(left, trace.top, xOf(scene, upperFrequencyHz) - left, trace.height);
    for (const [fromHz, toHz] of excludedHz) {
      const from = xOf(scene, fromHz);
      hatchBox(context, from, trace.top, xOf(scene, toHz) - from, trace.height, scene.theme.hatch);
    }
  }
}

/** Levels that the CMTS sets for its channels, dashed above the traces. */
export function paintExpectedLevels(context: Painting, scene: Scene): void {
  context.strokeStyle = scene.theme.plan;
  context.lineWidth = 1;
  context.setLineDash([6, 3]);
  context.beginPath();
  for (const { startHz, stopHz, levelDbmv } of expectedLevels(
    scene.data.channels,
    scene.data.resolutionBandwidthHz,
  )) {
    const y = crisp(yOf(scene, levelDbmv));
    context.moveTo(xOf(scene, startHz), y);
    context.lineTo(xOf(scene, stopHz), y);
  }
  context.stroke();
  context.setLineDash([]);
}
