import type { DetectionState } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { detectionProbe } from "./detection.ts";

const session = {
  sessionId: "s-1",
  hasPlan: true,
  hiddenMainsHz: null,
  trafficRestsFor: null,
  framesAnalysed: 10,
  framesSkipped: 0,
  framesWaiting: 0,
  cpuMsPerFrame: 0.3,
};

test("health tells frames that no detector saw, a thread that is away, and ports without channels", async () => {
  const state: DetectionState = {
    worker: "running",
    sentence: "the detectors judge 1 session",
    restarts: 0,
    cpuMsPerFrame: 0.3,
    sessions: [session],
    levels: [],
  };
  const probe = detectionProbe(() => state);
  const look = async () => {
    const { status, detail } = await probe.run();
    return `${status}: ${detail}`;
  };
  expect(await look()).toBe("ok: the detectors judge 1 session");
  state.sessions = [{ ...session, framesSkipped: 7 }];
  expect(await look()).toMatch(/^degraded: the detectors did not see 7 frames/);
  expect(await look()).toMatch(/^ok/);
  state.sessions = [{ ...session, framesSkipped: 7, hasPlan: false }];
  expect(await look()).toMatch(/^ok/);
  expect(await look()).toMatch(/^degraded: the detectors wait for the channel table of a port/);
  state.worker = "restarting";
  expect(await look()).toMatch(/^degraded/);
});
