import type { RecordingDetail } from "@pnmlab/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { effectScope, nextTick, shallowRef } from "vue";
import type { TimeSpan } from "../api/recordings-client.ts";
import type { RecordedFrame } from "../model/frame-stream.ts";
import type { PlotReport } from "../model/plot-report.ts";
import { useTileHistory } from "./use-tile-history.ts";

const OPENED_MS = 1_000_000_000_000;
const RING_MS = 600_000;
const MS_PER_PX = 900;
const HEIGHT_PX = 104;

beforeEach(() => vi.useFakeTimers({ now: OPENED_MS }));
afterEach(() => vi.useRealTimers());

type Report = Pick<PlotReport, "waterfall" | "bins">;

/** A tile of 104 pixels over a ring of ten minutes, whose first frame comes when it is opened. */
function tileOf({ bins = 1600, ring = true, refusals = 0 } = {}) {
  const asked: (TimeSpan & { id: string; rows: number })[] = [];
  const put: number[] = [];
  const details: string[] = [];
  const report = shallowRef<Report>();
  const session = shallowRef<{ id: string; framesReceived: number } | undefined>({
    id: "a",
    framesReceived: 6000,
  });
  let hasRing = ring;
  const scope = effectScope();
  scope.run(() =>
    useTileHistory({
      client: {
        async detail(id) {
          details.push(id);
          if (!hasRing) throw new Error("no such recording");
          return { firstMs: Date.now() - RING_MS, lastMs: Date.now(), frames: 6000 } as RecordingDetail;
        },
        async rows(id, span, rows) {
          asked.push({ id, ...span, rows });
          if (asked.length <= refusals) throw new Error("the recorder is busy");
          return [{ bytes: new ArrayBuffer(rows) } as RecordedFrame];
        },
      },
      session,
      report,
      msPerPx: () => MS_PER_PX,
      setHistory: ([bytes]) => put.push(bytes?.byteLength ?? 0),
    }),
  );
  /** Lets the tile show frames up to now for a while. */
  const live = async (forMs: number, stepMs = 500) => {
    for (const endMs = Date.now() + forMs; Date.now() < endMs; ) {
      const topMs = Date.now();
      report.value = {
        bins,
        waterfall: {
          topMs,
          bottomMs: topMs - HEIGHT_PX * MS_PER_PX,
          heldFromMs: OPENED_MS,
          keptFromMs: OPENED_MS,
        },
      };
      await nextTick();
      await vi.advanceTimersByTimeAsync(stepMs);
    }
  };
  const giveRing = () => {
    hasRing = true;
  };
  return { live, giveRing, asked, put, details, session, scope };
}

test("a tile is filled once with the rows that it shows, and not with the ring", async () => {
  const { live, asked, put, details, scope } = tileOf();
  await live(300_000);
  expect(details).toEqual(["ring-a"]);
  expect(asked).toHaveLength(1);
  const [{ fromMs, toMs, rows }] = asked as [TimeSpan & { rows: number }];
  expect(toMs - fromMs).toBe(HEIGHT_PX * MS_PER_PX);
  expect(fromMs).toBeLessThan(OPENED_MS - 90_000);
  expect(rows).toBe(HEIGHT_PX);
  expect(put).toEqual([HEIGHT_PX]);
  scope.stop();
});

test("rows of many bins are fewer and longer, so that their bytes stay bounded", async () => {
  const { live, asked, scope } = tileOf({ bins: 16_000 });
  await live(5000);
  expect(asked[0]!.rows * 16_000 * 2).toBeLessThanOrEqual(1_000_000);
  expect(asked[0]!.rows).toBeGreaterThan(25);
  scope.stop();
});

test("a ring that cannot be read yet is asked for again", async () => {
  const { live, giveRing, asked, details, scope } = tileOf({ ring: false });
  await live(2000);
  expect(asked).toEqual([]);
  giveRing();
  await live(6000);
  expect(details).toHaveLength(2);
  expect(asked).toHaveLength(1);
  scope.stop();
});

test("rows that cannot be read are not asked for with every report of the tile", async () => {
  const { live, asked, put, scope } = tileOf({ refusals: 3 });
  await live(14_000, 250);
  expect(asked).toHaveLength(3);
  expect(put).toEqual([]);
  await live(6000, 250);
  expect(asked).toHaveLength(4);
  expect(put).toHaveLength(1);
  scope.stop();
});

test("nothing is asked for where no frame has come", async () => {
  const { details, session, scope } = tileOf();
  session.value = { id: "a", framesReceived: 0 };
  await vi.advanceTimersByTimeAsync(20_000);
  expect(details).toEqual([]);
  scope.stop();
});

test("nothing is asked for any more when the tile has gone", async () => {
  const { live, giveRing, details, scope } = tileOf({ ring: false });
  await live(1000);
  scope.stop();
  giveRing();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(details).toHaveLength(1);
});
