import { MINISLOT_HZ, minislotStretches } from "@pnmlab/pnm-analysis";
import { diplexerEdgeHz } from "../model/diplexer.ts";
import { expectedLevels } from "../model/expected-levels.ts";
import { type Scene, xOf, yOf } from "./scene.ts";
import { crisp, drawTag, hatchBox, type Painting } from "./surface.ts";

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

/** Lines between minislots nearer than this would hide the traces. */
const LEAST_MINISLOT_PX = 8;
const MINISLOT_OPACITY = 0.28;

/** The minislot grid of OFDMA channels, once the zoom leaves room for it. */
export function paintMinislots(context: Painting, scene: Scene): void {
  const { trace } = scene.layout;
  const { startHz, stopHz } = scene.view.range;
  if ((MINISLOT_HZ / (stopHz - startHz)) * trace.width < LEAST_MINISLOT_PX) return;
  context.strokeStyle = scene.theme.plan;
  context.globalAlpha = MINISLOT_OPACITY;
  context.lineWidth = 1;
  context.beginPath();
  for (const { kind, lowerFrequencyHz, upperFrequencyHz, excludedHz = [] } of scene.data.channels) {
    if (kind !== "ofdma") continue;
    for (const { lowerHz, count } of minislotStretches({
      lowerHz: lowerFrequencyHz,
      upperHz: upperFrequencyHz,
      excludedHz,
    })) {
      const first = Math.max(0, Math.ceil((startHz - lowerHz) / MINISLOT_HZ));
      const last = Math.min(count, Math.floor((stopHz - lowerHz) / MINISLOT_HZ));
      for (let edge = first; edge <= last; edge += 1) {
        const x = crisp(xOf(scene, lowerHz + edge * MINISLOT_HZ));
        context.moveTo(x, trace.top);
        context.lineTo(x, trace.top + trace.height);
      }
    }
  }
  context.stroke();
  context.globalAlpha = 1;
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

const TAG_BELOW_TOP_PX = 14;

/** The end of the upstream by the diplexer that suits the plan. */
export function paintDiplexer(context: Painting, scene: Scene): void {
  const edgeHz = diplexerEdgeHz(scene.data.channels);
  const { trace } = scene.layout;
  const { startHz, stopHz } = scene.view.range;
  if (edgeHz === undefined || edgeHz <= startHz || edgeHz >= stopHz) return;
  const x = crisp(xOf(scene, edgeHz));
  context.strokeStyle = scene.theme.plan;
  context.lineWidth = 1;
  context.setLineDash([8, 4]);
  context.beginPath();
  context.moveTo(x, trace.top);
  context.lineTo(x, trace.top + trace.height);
  context.stroke();
  context.setLineDash([]);
  if (!scene.layout.labelled) return;
  context.font = scene.theme.labelFont;
  const colours = { fill: scene.theme.panel, text: scene.theme.text2, edge: scene.theme.edge };
  const text = `diplexer ${Math.round(edgeHz / 1e6)} MHz`;
  const half = context.measureText(text).width / 2 + 6;
  const middle = Math.min(x, trace.left + trace.width - half - 2);
  drawTag(context, text, middle, trace.top + TAG_BELOW_TOP_PX, colours);
}
