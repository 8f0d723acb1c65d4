import { decodeSpectrumFrame, type UpstreamChannel } from "@pnmlab/protocol";
import { type PortPlan, scenarios } from "@pnmlab/simulator";
import { expect, test, vi } from "vitest";
import { bandPlanOf, recordingOf } from "../../../packages/simulator/src/testing/recording.ts";
import { channelsOf, openDetection, START_MS, wireBytes } from "../_test/detection.ts";
import { waitFor as waitForAtMost } from "../_test/support.ts";
import { PortLevelsBook } from "./port-levels.ts";
import type { StreamLevels } from "./worker-messages.ts";

const FRAMES = 300;
const DAY_MS = 86_400_000;

// Frames of several thousand bins go through a thread that shares its processor with other tests.
vi.setConfig({ testTimeout: 300_000 });

/** Channels of a simulated port with the levels that a CMTS would tell to set. */
function channelsWithLevels(port: PortPlan): UpstreamChannel[] {
  const { channels } = bandPlanOf(port);
  return channelsOf(port).map((channel, k) => {
    const dbmv = channels[k]!.expectedDbmvPerHz!;
    return { ...channel, expectedLevel: { dbmv, bandwidthHz: 1 } };
  });
}

test("levels that are off as a whole are told of their port with no browser open, also when its capture has ended, until another one tells it anew", async () => {
  const port = scenarios.clean.ports[0]!;
  const channels = channelsWithLevels(port);
  const { service, session } = await openDetection({ channels });
  const levels = () => service.state().levels[0];
  const feed = (offDb: number, fromS: number) => {
    for (const frame of recordingOf(port, { frames: FRAMES }).frames()) {
      frame.levelsDbmv.forEach((level, k) => {
        frame.levelsDbmv[k] = level + offDb;
      });
      const bytes = wireBytes({ ...frame, timeS: frame.timeS + fromS });
      service.publishFrame(session.id, decodeSpectrumFrame(bytes.buffer));
    }
  };
  feed(4, 0);
  await waitForAtMost(() => levels()?.areOff === true, 120_000);
  expect(levels()).toMatchObject({ cmtsId: "lab-cmts-1", rfPortIfIndex: 5, endedMs: null });
  expect(Math.abs(levels()!.medianDb - 4)).toBeLessThan(0.3);
  expect(levels()!.channels).toBe(channels.length);
  expect(levels()!.channelsOff).toBe(channels.length);

  // Other thresholds have the frames judged anew.
  service.changeSettings({ thresholds: { d1LiveDb: 14 } });
  expect(levels()?.areOff).toBe(true);

  Object.assign(session, { state: "stopped", desired: "stopped" });
  service.publishSession(session);
  expect(service.state().levels).toHaveLength(1);
  expect(levels()!.areOff).toBe(true);
  expect(levels()!.endedMs).toBeGreaterThan(START_MS + 1000 * (FRAMES / 20 - 1));

  Object.assign(session, { state: "receiving", desired: "running" });
  feed(0, 60);
  expect(levels()!.areOff).toBe(true);
  await waitForAtMost(() => levels()?.areOff === false, 120_000);
  expect(levels()).toMatchObject({ endedMs: null, channelsOff: 0 });
  expect(service.state().levels).toHaveLength(1);
});

test("levels of unknown calibration are not held against those that the CMTS sets", async () => {
  const port = scenarios.clean.ports[0]!;
  const { service, session } = await openDetection({ channels: channelsWithLevels(port) });
  for (const frame of recordingOf(port, { frames: FRAMES }).frames()) {
    service.publishFrame(session.id, {
      ...decodeSpectrumFrame(wireBytes(frame).buffer),
      uncalibrated: true,
    });
  }
  await waitForAtMost(() => service.state().sessions[0]?.framesAnalysed === FRAMES, 120_000);
  expect(service.state().levels).toEqual([]);
});

test("how levels stood is kept for a day after the capture, of each port the last", () => {
  let nowMs = START_MS;
  const book = new PortLevelsBook(() => nowMs);
  const port = { cmtsId: "cmts-1", rfPortIfIndex: 72, rfPortName: "us 1/0" };
  const levels: StreamLevels = { medianDb: 2, channels: 4, channelsOff: 4, areOff: true };
  book.keep(port, levels, nowMs - 5);
  book.keep({ ...port, rfPortIfIndex: 73 }, levels, nowMs - 5);
  book.keep(port, { ...levels, medianDb: 3 }, nowMs);
  expect(book.ended().map(({ rfPortIfIndex, medianDb }) => [rfPortIfIndex, medianDb])).toEqual([
    [72, 3],
    [73, 2],
  ]);
  nowMs += DAY_MS;
  expect(book.ended()).toHaveLength(2);
  nowMs += 1;
  expect(book.ended()).toEqual([]);
});
