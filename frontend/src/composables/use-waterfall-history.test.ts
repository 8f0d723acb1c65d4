import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { effectScope, nextTick, shallowRef } from "vue";
import type { TimeSpan } from "../api/recordings-client.ts";
import type { RecordedFrame } from "../model/frame-stream.ts";
import type { PlotReport } from "../model/plot-report.ts";
import { useWaterfallHistory } from "./use-waterfall-history.ts";

const HOUR = 3_600_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A picture 80 s high over a recording of an hour, whose reads take a while. */
function pageOf(readMs = 400) {
  const asked: (TimeSpan & { rows: number })[] = [];
  const put: number[] = [];
  const report = shallowRef<Pick<PlotReport, "waterfall">>();
  const recordingId = shallowRef<string | undefined>("rec-1");
  let msPerPx = 200;
  const scope = effectScope();
  const history = scope.run(() =>
    useWaterfallHistory({
      client: {
        async rows(_id, span, rows) {
          asked.push({ ...span, rows });
          await new Promise((resolve) => setTimeout(resolve, readMs));
          return [{ bytes: new ArrayBuffer(rows) } as RecordedFrame];
        },
      },
      recordingId,
      recorded: shallowRef({ fromMs: 0, toMs: HOUR }),
      frames: () => 36_000,
      report,
      msPerPx: () => msPerPx,
      setHistory: ([bytes]) => put.push(bytes?.byteLength ?? 0),
    }),
  )!;
  const show = async (topMs: number, heldFromMs: number) => {
    report.value = {
      waterfall: { topMs, bottomMs: topMs - 400 * msPerPx, heldFromMs, keptFromMs: heldFromMs },
    };
    await nextTick();
  };
  const zoomTo = (next: number) => {
    msPerPx = next;
  };
  return { history, show, zoomTo, asked, put, recordingId, scope };
}

test("playing ten times as fast reads the rows behind it once", async () => {
  const { history, show, asked, put, scope } = pageOf();
  history.begin(HOUR / 2 - 10_000);
  for (let playedMs = 0; playedMs < 60_000; playedMs += 500) {
    await show(HOUR / 2 + playedMs * 10, HOUR / 2 - 10_000);
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(asked).toHaveLength(1);
  expect(put).toHaveLength(1);
  scope.stop();
});

test("a loop that empties the picture again and again reads nothing again", async () => {
  const { history, show, asked, put, scope } = pageOf();
  for (let turn = 0; turn < 10; turn += 1) {
    history.begin(HOUR / 2 - 10_000);
    for (const playedMs of [0, 5000, 10_000]) {
      await show(HOUR / 2 + playedMs, HOUR / 2 - 10_000);
      await vi.advanceTimersByTimeAsync(500);
    }
  }
  expect(asked).toHaveLength(1);
  expect(put.length, "every picture gets the rows").toBeGreaterThanOrEqual(10);
  scope.stop();
});

test("what is known already is shown with the first frames of every turn of a loop", async () => {
  const { history, show, put, scope } = pageOf();
  history.begin(HOUR / 2 - 10_000);
  await show(HOUR / 2, HOUR / 2 - 10_000);
  await vi.advanceTimersByTimeAsync(1000);
  expect(put).toHaveLength(1);
  for (let turn = 2; turn <= 4; turn += 1) {
    await vi.advanceTimersByTimeAsync(60);
    history.begin(HOUR / 2 - 10_000);
    expect(put).toHaveLength(turn);
  }
  scope.stop();
});

test("a turn of a loop longer than the picture shows at once what is known of its beginning", async () => {
  const { history, show, put, scope } = pageOf();
  const beginMs = HOUR / 2;
  history.begin(beginMs - 10_000, beginMs);
  await show(beginMs, beginMs - 10_000);
  await vi.advanceTimersByTimeAsync(1000);
  expect(put).toHaveLength(1);
  // Played on until the picture, 80 s high, holds frames alone.
  await show(beginMs + 200_000, beginMs - 10_000);
  history.begin(beginMs - 10_000, beginMs);
  expect(put).toHaveLength(2);
  scope.stop();
});

test("a read that ends after the picture went elsewhere is not thrown away", async () => {
  const { history, show, asked, put, scope } = pageOf(900);
  for (let turn = 0; turn < 8; turn += 1) {
    const atMs = HOUR / 2 + turn * 2000;
    history.begin(atMs - 2000);
    await show(atMs, atMs - 2000);
    await vi.advanceTimersByTimeAsync(300);
  }
  await vi.advanceTimersByTimeAsync(2000);
  expect(put.length).toBeGreaterThanOrEqual(1);
  expect(asked.length, "one read at a time").toBeLessThanOrEqual(2);
  scope.stop();
});

test("a day is asked for in rows as high as a pixel, a closer look in finer ones", async () => {
  const { show, zoomTo, asked, scope } = pageOf();
  zoomTo(9000);
  await show(HOUR, HOUR - 10_000);
  await vi.advanceTimersByTimeAsync(1000);
  zoomTo(200);
  await show(HOUR, HOUR - 10_000);
  await vi.advanceTimersByTimeAsync(1000);
  const rowMs = asked.map(({ fromMs, toMs, rows }) => Math.round((toMs - fromMs) / rows / 100) * 100);
  // An hour of frames is read from what the recorder has summed up.
  expect(rowMs).toEqual([10_000, 200]);
  scope.stop();
});

test("another recording gets rows of its own", async () => {
  const { show, asked, recordingId, scope } = pageOf();
  await show(HOUR, HOUR - 10_000);
  await vi.advanceTimersByTimeAsync(1000);
  recordingId.value = "rec-2";
  await nextTick();
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toHaveLength(2);
  scope.stop();
});
