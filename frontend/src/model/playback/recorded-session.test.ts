import type { Recording, RecordingSettings } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { aSession } from "../testing.ts";
import { sessionOfRecording } from "./recorded-session.ts";

test("the period is that of the captures shown, and not the one of the first two when it was recorded", () => {
  const { requested, accepted, observed } = aSession({ observed: { repeatPeriodUs: 3000 } });
  const settings = { requested, accepted, observed, fromMs: 0 } as RecordingSettings;
  const recording = { sessionId: "s1", lastMs: null } as Recording;
  expect(sessionOfRecording(recording, settings, 103_000)?.observed?.repeatPeriodUs).toBe(103_000);
  const unknown = sessionOfRecording(recording, settings);
  expect(unknown?.observed).not.toHaveProperty("repeatPeriodUs");
  expect(unknown?.framesPerSecond).toBe(10);
});
