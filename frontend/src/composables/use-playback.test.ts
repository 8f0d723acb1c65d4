import type { RecordingDetail } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { effectScope, shallowRef } from "vue";
import type { RecordingsClient } from "../api/recordings-client.ts";
import { fakeRecording } from "../model/playback/testing.ts";
import { usePlayback } from "./use-playback.ts";

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Playback of twenty seconds on a page whose picture notes what it is shown. */
function pageOf(part: Partial<RecordingDetail> = {}) {
  const recording = fakeRecording(200);
  const shown: { sequence: number | undefined; anew: boolean }[] = [];
  let lives = 0;
  const scope = effectScope();
  const known = { isOpen: false, firstMs: 0, lastMs: 19_900, settings: [], ...part };
  const detail = known as unknown as RecordingDetail;
  const playback = scope.run(() =>
    usePlayback({
      client: {
        detail: async () => detail,
        frames: (_id: string, ...from) => recording.read(...from),
      } as Partial<RecordingsClient> as RecordingsClient,
      recordingId: shallowRef("ring-1"),
      show: (frames, anew) => shown.push({ sequence: frames.at(-1)?.frame.sequence, anew }),
      showLive: () => {
        lives += 1;
      },
      drawnSequence: () => 0,
    }),
  )!;
  return { playback, shown, scope, lives: () => lives };
}

test("of two places that are asked for at once the later one is shown, by one player", async () => {
  const { playback, shown, scope, lives } = pageOf();
  await Promise.all([playback.open(2000), playback.open(15_000)]);
  await settled();
  expect(playback.transport.value?.positionMs).toBe(15_000);
  expect(shown.at(-1)?.sequence).toBe(151);
  playback.close();
  const count = shown.length;
  await settled();
  expect(shown.length).toBe(count);
  expect(lives()).toBe(1);
  scope.stop();
});

test("a page that is left while it asks what there is to play shows nothing any more", async () => {
  const { playback, shown, scope } = pageOf();
  const opened = playback.open(2000);
  scope.stop();
  expect(await opened).toBe(false);
  await settled();
  expect(shown).toEqual([]);
});

test("a frame is gone to by its sequence number, also where the recording has dropped its oldest part", async () => {
  const { playback, scope } = pageOf({ firstSequence: 51, firstMs: 5000 });
  await playback.open(15_000);
  await settled();
  playback.goToFrame(60);
  await settled();
  expect(playback.shown.value?.sequence).toBe(60);
  playback.goToFrame(7);
  await settled();
  expect(playback.shown.value?.sequence).toBe(51);
  scope.stop();
});

test("at fifty times the speed the frame that is told is the one that the picture got last", async () => {
  const { playback, shown, scope } = pageOf();
  await playback.open(2000);
  await settled();
  playback.setSpeed(50);
  playback.toggle();
  for (let look = 0; look < 5; look += 1) {
    await settled();
    expect(playback.shown.value?.sequence).toBe(shown.at(-1)?.sequence);
  }
  expect(playback.shown.value!.sequence).toBeGreaterThan(21);
  scope.stop();
});
