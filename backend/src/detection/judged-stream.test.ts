import { expect, test } from "vitest";
import { noiseFrame, wireBytes } from "../_test/detection.ts";
import { JudgedStream } from "./judged-stream.ts";
import type { JudgeOptions } from "./worker-messages.ts";

const RECTANGULAR_HZ = 50_000;
const FLAT_TOP_HZ = 3.77 * RECTANGULAR_HZ;
const FRAMES = 300;

/** A stream of `noiseFrame`, and what it told. */
function openStream(options: Partial<JudgeOptions> = {}) {
  const told: string[] = [];
  let released = 0;
  let lastId = 0;
  const nextId = () => {
    lastId += 1;
    return `${lastId}`;
  };
  const stream = new JudgedStream(
    {
      plan: { channels: [], upperEdgeHz: 85e6 },
      looks: 1,
      enbwBins: 1,
      enabled: ["D1", "D2", "D3", "D10"],
      thresholds: { d2HoldS: 5 },
      ...options,
    },
    nextId,
    {
      onEvent: (change, { kind }) => void told.push(`${kind} ${change}`),
      onEvidence: () => undefined,
      onReleased: () => {
        released += 1;
      },
      onMaskStates: () => undefined,
      onLevels: () => undefined,
      onNoise: () => undefined,
    },
  );
  let sequence = 0;
  return {
    told,
    released: () => released,
    /** Noise of one density, read through a window of this noise bandwidth. */
    feed(frames: number, resolutionBandwidthHz: number) {
      const riseDb = 10 * Math.log10(resolutionBandwidthHz / RECTANGULAR_HZ);
      for (let k = 0; k < frames; k += 1) {
        const { levelsHundredthsDbmv, ...frame } = noiseFrame(sequence, {}, riseDb);
        const levelsDbmv = Float32Array.from(levelsHundredthsDbmv, (level) => level / 100);
        const timeS = sequence / 20;
        stream.feed(wireBytes({ ...frame, levelsDbmv, resolutionBandwidthHz, timeS }).buffer);
        sequence += 1;
      }
    },
  };
}

test("a wider window on an unchanged plant raises nothing: the detectors begin anew with it", () => {
  const { feed, told, released } = openStream();
  feed(FRAMES, RECTANGULAR_HZ);
  feed(FRAMES, FLAT_TOP_HZ);
  expect(told).toEqual([]);
  expect(released()).toBe(1);
});

test("detectors keep what they know where the CMTS tells the noise bandwidth of the same frames a little differently", () => {
  const { feed, released } = openStream();
  feed(5, FLAT_TOP_HZ);
  feed(5, Math.round(FLAT_TOP_HZ) + 0.4);
  expect(released()).toBe(0);
});

test("noise that is known from before is known of the wider window too", () => {
  const { feed, told, released } = openStream({ noiseBaselineDbmv: -59 });
  feed(FRAMES, RECTANGULAR_HZ);
  feed(FRAMES, FLAT_TOP_HZ);
  expect(told).toEqual([]);
  expect(released()).toBe(1);
});
