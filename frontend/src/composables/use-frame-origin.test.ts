import type { FrameProvenance } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { createApp, effectScope, type ShallowRef, shallowRef } from "vue";
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

function reportOf(sequence: number, capturedAtMs: number, streamId = 1) {
  return { streamId, shownFrame: { of: "newest", frame: { sequence, capturedAtMs } } };
}

interface Page {
  isPlayed: boolean;
  /** What happens on the page once the first answer is there. */
  after?(page: {
    active: ShallowRef<boolean>;
    report: ShallowRef<ReturnType<typeof reportOf>>;
  }): Promise<void>;
}

/** The page shows frame 7 of session s1, live or played from its ring; the backend answers as given, else 404. */
async function pageOf({ isPlayed, live, recorded, after }: Answers & Page) {
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
  const active = shallowRef(isPlayed);
  const report = shallowRef(reportOf(7, 5000));
  const monitor = {
    shownSession: shallowRef({ id: "s1", streamId: 1 }),
    report,
    recordingId: shallowRef("ring-s1"),
    isRecordingPage: false,
    playback: { active },
  } as unknown as FramesShown;
  const app = createApp({});
  app.provide(labKey, sync);
  const scope = effectScope();
  const { origin, missing } = scope.run(() => app.runWithContext(() => useFrameOrigin(monitor)))!;
  await settled();
  await after?.({ active, report });
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

test("a played frame that still stands there when playback ends is not asked of the live session", async () => {
  const { asked } = await pageOf({
    isPlayed: true,
    live: told("a", 9000),
    recorded: told("b"),
    after: async ({ active, report }) => {
      // Longer than the least time between two questions.
      await new Promise((resolve) => setTimeout(resolve, 300));
      active.value = false;
      await settled();
      report.value = reportOf(8, 9000);
      await settled();
    },
  });
  expect(asked).toEqual(["ring-s1 7 at 5000", "s1 8"]);
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

test("a frame of the session before is asked of nobody, until the figures are of this one", async () => {
  const before = await pageOf({
    isPlayed: false,
    live: told("a"),
    after: async ({ report }) => {
      report.value = reportOf(9, 6000, 2);
      await settled();
    },
  });
  expect(before.asked).toEqual(["s1 7"]);
});
