import { encodeSpectrumFrame } from "@pnmlab/protocol/frame";
import type { RecordedFrame } from "../frame-stream.ts";
import { readFrameStream } from "../frame-stream.ts";
import type { ReadFrames } from "./frame-window.ts";
import { Playback } from "./playback.ts";

export const FRAME_MS = 100;

/** A recording in memory: frame n is captured at (n − 1) · 100 ms, later after a gap. */
export function fakeRecording(
  count: number,
  gap: { gapAfter: number; gapMs: number } | undefined = undefined,
) {
  const frames: RecordedFrame[] = [];
  const add = (): void => {
    const sequence = frames.length + 1;
    const isAfterGap = gap !== undefined && sequence > gap.gapAfter;
    const bytes = encodeSpectrumFrame({
      streamId: 1,
      sequence,
      capturedAtMs: (sequence - 1) * FRAME_MS + (isAfterGap ? gap.gapMs : 0),
      receivedAtMs: 0,
      firstBinHz: 5e6,
      binSpacingHz: 50_000,
      resolutionBandwidthHz: 50_000,
      kHundredthsDb: 0,
      gapBefore: gap !== undefined && sequence === gap.gapAfter + 1,
      uncalibrated: false,
      withheld: 0,
      levelsHundredthsDbmv: Int16Array.from([-4000 + sequence]),
    });
    const stream = new Uint8Array(bytes.length + 4);
    new DataView(stream.buffer).setUint32(0, bytes.length, true);
    stream.set(bytes, 4);
    frames.push(...readFrameStream(stream.buffer));
  };
  for (let index = 0; index < count; index += 1) add();
  const recording = {
    frames,
    reads: 0,
    refuse: undefined as string | undefined,
    grow: (more: number) => {
      for (let index = 0; index < more; index += 1) add();
    },
    read: (async (from, limit) => {
      recording.reads += 1;
      if (recording.refuse !== undefined) throw new Error(recording.refuse);
      const first = frames.findIndex(({ frame }) =>
        "fromMs" in from ? frame.capturedAtMs >= from.fromMs : frame.sequence >= from.fromSequence,
      );
      return first < 0 ? [] : frames.slice(first, first + limit);
    }) satisfies ReadFrames as ReadFrames,
  };
  return recording;
}

/** A player on a fake recording and a clock that is moved by hand in steps of 50 ms. */
export function player(recording: ReturnType<typeof fakeRecording>) {
  const shown = { pictures: [] as number[][] };
  const room = { frames: 1000 };
  let nowMs = 0;
  const playback = new Playback(
    {
      read: recording.read,
      show: (frames, anew) => {
        const added = frames.map(({ frame }) => frame.sequence);
        if (anew) shown.pictures.push(added);
        else shown.pictures.at(-1)!.push(...added);
      },
      room: () => room.frames,
      now: () => nowMs,
      changed: () => {},
    },
    { fromMs: 0, toMs: recording.frames.at(-1)!.frame.capturedAtMs },
    0,
  );
  const settle = async () => {
    for (let turn = 0; turn < 2000 && (turn < 20 || playback.seeking); turn += 1) await Promise.resolve();
  };
  const run = async (durationMs: number) => {
    await settle();
    for (const endMs = nowMs + durationMs; nowMs < endMs; ) {
      nowMs += 50;
      playback.tick();
      await settle();
    }
  };
  return { playback, run, shown, room };
}
