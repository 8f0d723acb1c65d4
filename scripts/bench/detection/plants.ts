import type { SpectrumFrame, UpstreamChannel } from "@pnmlab/protocol";
import { scenarios } from "../../../packages/simulator/src/signal/scenario.ts";
import { bandPlanOf, recordingOf } from "../../../packages/simulator/src/testing/recording.ts";

/** Frames of each port that differ; they come round again. */
const FRAMES = 120;

/** A port as its session sends it: frames whose numbers and times go on, and the channels that its CMTS lists. */
export interface BenchPort {
  sessionId: string;
  channels: UpstreamChannel[];
  next: () => SpectrumFrame;
}

/** Ports of the simulated plant with its ingress and impulses, each drawn by itself. */
export function drawPorts(count: number, bins: number): BenchPort[] {
  return Array.from({ length: count }, (_, k) => drawPort(k, bins));
}

function drawPort(k: number, bins: number): BenchPort {
  const plan = scenarios.plant.ports[k % scenarios.plant.ports.length]!;
  const receiver = { bins, spanHz: 102.4e6, centerFrequencyHz: 51.2e6 };
  const drawn = [...recordingOf(plan, { frames: FRAMES, seed: `port ${k}`, receiver }).frames()];
  const levels = drawn.map(({ levelsDbmv }) =>
    Int16Array.from(levelsDbmv, (level) => Math.round(100 * level)),
  );
  let sequence = 0;
  const startMs = Date.now();
  return {
    sessionId: `session-${k}`,
    channels: bandPlanOf(plan).channels.map(({ kind, lowerHz, upperHz }, i) => ({
      ifIndex: 100 + i,
      name: `channel ${i}`,
      kind,
      lowerFrequencyHz: lowerHz,
      upperFrequencyHz: upperHz,
    })),
    next() {
      const { firstBinHz, binSpacingHz, resolutionBandwidthHz } = drawn[0]!;
      const levelsHundredthsDbmv = levels[sequence % FRAMES]!;
      sequence += 1;
      return {
        streamId: k + 1,
        sequence,
        capturedAtMs: startMs + 50 * sequence,
        receivedAtMs: Date.now(),
        firstBinHz,
        binSpacingHz,
        resolutionBandwidthHz,
        kHundredthsDb: 0,
        gapBefore: false,
        uncalibrated: false,
        withheld: 0,
        levelsHundredthsDbmv,
      };
    },
  };
}
