import { expect, test } from "vitest";
import { FRAME_MS, fakeRecording, player } from "./testing.ts";

test("playing shows every frame once, in order and at the pace of its capture times", async () => {
  const { playback, run, shown } = player(fakeRecording(300));
  playback.goTo(FRAME_MS * 10);
  await run(0);
  expect(shown.pictures.at(-1)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  playback.play();
  await run(2000);
  expect(shown.pictures.at(-1)).toEqual(sequences(1, 31));
  expect(playback.transport.positionMs).toBe(FRAME_MS * 10 + 2000);
});

test("at ten times the speed ten times as many frames are shown, none left out", async () => {
  const { playback, run, shown } = player(fakeRecording(2000));
  playback.goTo(0);
  playback.setSpeed(10);
  playback.play();
  await run(3000);
  expect(shown.pictures.at(-1)).toEqual(sequences(1, 301));
});

test("a tenth of the speed takes ten times as long", async () => {
  const { playback, run, shown } = player(fakeRecording(100));
  playback.goTo(0);
  playback.setSpeed(0.1);
  playback.play();
  await run(3000);
  expect(shown.pictures.at(-1)).toEqual(sequences(1, 4));
});

test("at its end it stops, and Play begins again", async () => {
  const { playback, run, shown } = player(fakeRecording(30));
  playback.goTo(FRAME_MS * 25);
  playback.play();
  await run(2000);
  expect(playback.transport.playing).toBe(false);
  expect(shown.pictures.at(-1)).toEqual(sequences(1, 30));
  playback.play();
  await run(500);
  expect(playback.transport.playing).toBe(true);
  expect(shown.pictures.at(-1)).toEqual(sequences(1, 6));
});

test("at the end of what is recorded it says so, until it is sent elsewhere", async () => {
  const { playback, run } = player(fakeRecording(30));
  playback.goTo(FRAME_MS * 25);
  await run(0);
  expect(playback.ended).toBe(false);
  playback.play();
  await run(2000);
  expect(playback.ended).toBe(true);
  playback.goTo(FRAME_MS * 5);
  await run(0);
  expect(playback.ended).toBe(false);
});

test("the period is that of the captures, at whatever speed they are played", async () => {
  const { playback, run } = player(fakeRecording(2000));
  playback.goTo(0);
  await run(0);
  expect(playback.periodMs).toBeUndefined();
  playback.setSpeed(50);
  playback.play();
  await run(2000);
  expect(playback.periodMs).toBe(FRAME_MS);
});

test("a step goes one frame on, or one back with the frames before it", async () => {
  const { playback, run, shown } = player(fakeRecording(400));
  playback.goTo(FRAME_MS * 250);
  await run(0);
  playback.step(1);
  playback.step(1);
  await run(0);
  expect(playback.shown?.frame.sequence).toBe(253);
  expect(shown.pictures.at(-1)).toEqual(sequences(151, 253));
  playback.step(-1);
  await run(0);
  expect(playback.shown?.frame.sequence).toBe(252);
  expect(shown.pictures.at(-1)!.at(-1)).toBe(252);
  expect(playback.transport.playing).toBe(false);
});

test("steps back go on over the begin of what was read, and end at the first frame", async () => {
  const { playback, run } = player(fakeRecording(400));
  playback.goToSequence(300);
  await run(0);
  for (let step = 0; step < 250; step += 1) playback.step(-1);
  await run(0);
  expect(playback.shown?.frame.sequence).toBe(50);
  for (let step = 0; step < 60; step += 1) {
    playback.step(-1);
    await run(0);
  }
  expect(playback.shown?.frame.sequence).toBe(1);
});

test("a loop is played over and over", async () => {
  const { playback, run, shown } = player(fakeRecording(400));
  playback.setLoop({ fromMs: FRAME_MS * 210, toMs: FRAME_MS * 200 });
  playback.play();
  await run(3500);
  expect(shown.pictures.filter((picture) => picture[picture.length - 1]! <= 211).length).toBeGreaterThan(2);
  expect(Math.max(...shown.pictures.flat())).toBeLessThanOrEqual(211);
  expect(playback.transport.playing).toBe(true);
});

test("a gap is not played through frame by frame: time goes over it", async () => {
  const { playback, run, shown } = player(fakeRecording(100, { gapAfter: 20, gapMs: 3_600_000 }));
  playback.goTo(FRAME_MS * 15);
  playback.play();
  await run(1500);
  expect(shown.pictures.at(-1)!.at(-1)).toBeGreaterThan(22);
  playback.goTo(1_800_000);
  await run(0);
  expect(playback.shown?.frame.sequence).toBe(20);
  playback.step(1);
  await run(0);
  expect(playback.shown?.frame.sequence).toBe(21);
});

test("while the picture is behind, time waits and no frame is left out", async () => {
  const { playback, run, shown, room } = player(fakeRecording(300));
  playback.goTo(0);
  playback.play();
  await run(500);
  room.frames = 0;
  await run(2000);
  expect(shown.pictures.at(-1)).toEqual(sequences(1, 6));
  room.frames = 1000;
  await run(500);
  expect(shown.pictures.at(-1)).toEqual(sequences(1, 11));
});

test("of many places wished for while frames are fetched the last one is shown", async () => {
  const recording = fakeRecording(3000);
  const { playback, run, shown } = player(recording);
  for (let at = 0; at < 50; at += 1) playback.goTo(at * 5000, true);
  await run(0);
  expect(playback.shown?.frame.capturedAtMs).toBe(49 * 5000);
  expect(shown.pictures.length).toBeLessThan(4);
});

test("what could not be fetched is told, and playing stops", async () => {
  const recording = fakeRecording(300);
  const { playback, run } = player(recording);
  recording.refuse = "The recording is gone";
  playback.goTo(5000);
  playback.play();
  await run(100);
  expect(playback.failure).toBe("The recording is gone");
  expect(playback.transport.playing).toBe(false);
  recording.refuse = undefined;
  playback.goTo(5000);
  await run(0);
  expect(playback.failure).toBeUndefined();
});

test("a recording that has grown is played on to its new end", async () => {
  const recording = fakeRecording(100);
  const { playback, run, shown } = player(recording);
  playback.goTo(FRAME_MS * 99);
  await run(0);
  recording.grow(50);
  playback.setBounds({ fromMs: 0, toMs: FRAME_MS * 149 });
  playback.play();
  await run(6000);
  expect(shown.pictures.at(-1)!.at(-1)).toBe(150);
});

function sequences(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
