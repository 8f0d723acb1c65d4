import { expect, test } from "vitest";
import { startChain } from "../_test/utsc/chain.ts";
import { until } from "../_test/utsc/fixture.ts";

test("each capture of a file with several becomes a frame, in order and at its own time, across re-arms", async () => {
  const chain = await startChain("generic");
  // 20 captures in a run: six files of three, and one of two.
  const { id } = await chain.start({ maxResultsPerFile: 3, freeRunDurationMs: 1000 });
  await until(() => chain.publisher.frames.length >= 40 || chain.session(id).state === "failed", 20_000);
  const session = chain.session(id);
  expect(session).toMatchObject({ state: "receiving", failure: null, framesDropped: 0 });
  expect(session.accepted?.maxResultsPerFile).toBe(3);
  expect(session.rearms).toBeGreaterThanOrEqual(1);
  const frames = chain.publisher.frames.slice(0, 20);
  expect(frames.map(({ sequence }) => sequence)).toEqual(frames.map((_, at) => at + 1));
  const stepsMs = frames.slice(1).map(({ capturedAtMs }, at) => capturedAtMs - frames[at]!.capturedAtMs);
  // One that a busy machine takes late changes two steps, not the middle of all.
  expect(Math.min(...stepsMs)).toBeGreaterThan(0);
  expect(Math.abs(stepsMs.toSorted((a, b) => a - b)[9]! - 50)).toBeLessThanOrEqual(2);
  expect(new Set(frames.map(({ receivedAtMs }) => receivedAtMs)).size).toBe(7);
  const gaps = frames.flatMap(({ gapBefore }, at) => (gapBefore ? [stepsMs[at - 1]] : []));
  expect(gaps.filter((stepMs) => stepMs === undefined || stepMs < 75)).toEqual([]);
  // Three spectra of one file are three measurements, not one of them shown thrice.
  const noise = frames.map(({ levelsHundredthsDbmv }) => levelsHundredthsDbmv.join());
  expect(new Set(noise).size).toBe(20);
  await chain.stop(id);
}, 30_000);

test("a file that takes longer to fill than a session is patient with single captures is waited for", async () => {
  const chain = await startChain("generic");
  const { id } = await chain.start({ repeatPeriodUs: 100_000, maxResultsPerFile: 30 });
  await until(() => chain.publisher.frames.length > 0 || chain.session(id).state === "stalled", 10_000);
  expect(chain.session(id)).toMatchObject({ state: "receiving", rearms: 0 });
  expect(chain.publisher.frames).toHaveLength(30);
  await chain.stop(id);
}, 30_000);
