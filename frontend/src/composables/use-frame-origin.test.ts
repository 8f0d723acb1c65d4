import type { FrameProvenance } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { createApp, effectScope, shallowRef } from "vue";
import { ApiError } from "../api/api-error.ts";
import type { LabSync } from "../api/lab-sync.ts";
import { type FramesShown, useFrameOrigin } from "./use-frame-origin.ts";
import { labKey } from "./use-lab.ts";

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));
const forgotten = new ApiError("UTSC_FRAME_UNKNOWN", "where frame 7 came from is no longer known", 404);
const withoutOrigins = new ApiError("RECORDING_ORIGIN_NOT_FOUND", "this recording does not tell it", 404);

/** An answer of the backend about frame 7, captured at `capturedAtMs`. */
const told = (fileName: string, capturedAtMs = 5000) =>
  ({ fileName, sequence: 7, capturedAt: new Date(capturedAtMs).toISOString() }) as FrameProvenance;

interface Answers {
  live?: FrameProvenance;
  recorded?: FrameProvenance;
}

/** The page shows frame 7 of session s1, live or played from its ring; the backend answers as given, else 404. */
async function pageOf({ isPlayed, live, recorded }: Answers & { isPlayed: boolean }) {
  const asked: string[] = [];
  const answer = async (address: string, value: FrameProvenance | undefined, error: ApiError) => {
    asked.push(address);
    if (!value) throw error;
    return value;
  };
  const sync = {
    client: {
      frameOrigin: (id: string, sequence: number) => answer(`${id} ${sequence}`, live, forgotten),
      recordings: {
        frameOrigin: (id: string, sequence: number, atMs: number) =>
          answer(`${id} ${sequence} at ${atMs}`, recorded, withoutOrigins),
      },
    },
    state: { snapshot: {}, changes: { on: () => () => {} } },
  } as unknown as LabSync;
  const monitor = {
    shownSession: shallowRef({ id: "s1" }),
    report: shallowRef({ shownFrame: { of: "newest", frame: { sequence: 7, capturedAtMs: 5000 } } }),
    recordingId: shallowRef("ring-s1"),
    isRecordingPage: false,
    playback: { active: shallowRef(isPlayed) },
  } as unknown as FramesShown;
  const app = createApp({});
  app.provide(labKey, sync);
  const scope = effectScope();
  const { origin, missing } = scope.run(() => app.runWithContext(() => useFrameOrigin(monitor)))!;
  await settled();
  scope.stop();
  return { asked, fileName: origin.value?.fileName, missing: missing.value };
}

test("a live frame is asked of its session", async () => {
  expect(await pageOf({ isPlayed: false, live: told("a") })).toEqual({
    asked: ["s1 7"],
    fileName: "a",
    missing: undefined,
  });
});

test("a frame that is played is asked of the recording, with the time that tells it from others of its number", async () => {
  expect(await pageOf({ isPlayed: true, live: told("a"), recorded: told("b") })).toEqual({
    asked: ["ring-s1 7 at 5000"],
    fileName: "b",
    missing: undefined,
  });
});

test("a live frame that its session has forgotten, or numbers anew, is asked of its ring", async () => {
  const asked = ["s1 7", "ring-s1 7 at 5000"];
  const recorded = told("b");
  expect(await pageOf({ isPlayed: false, recorded })).toMatchObject({ asked, fileName: "b" });
  const renumbered = told("c", 9_000_000);
  expect(await pageOf({ isPlayed: false, live: renumbered, recorded })).toMatchObject({
    asked,
    fileName: "b",
  });
});

test("what nobody knows is told in one sentence, a live frame's in that of its session", async () => {
  expect(await pageOf({ isPlayed: true })).toMatchObject({
    fileName: undefined,
    missing: "this recording does not tell it",
  });
  expect(await pageOf({ isPlayed: false })).toMatchObject({
    fileName: undefined,
    missing: forgotten.message,
  });
});
