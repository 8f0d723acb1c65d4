import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { FrameRing } from "../model/frame-ring.ts";
import { waterfallRows } from "../model/waterfall-rows.ts";
import type { Surface2d } from "./surface.ts";
import { WaterfallImage } from "./waterfall-image.ts";

const BINS = 8;
const columns = { first: Int32Array.from([0, 4]), last: Int32Array.from([3, 7]) };
/** Every level is a colour of its own. */
const colours = Uint32Array.from({ length: 65536 }, (_, index) => index);
const MS_PER_ROW = 60_000;

beforeAll(() => {
  vi.stubGlobal(
    "ImageData",
    class {
      readonly data: Uint8ClampedArray;
      constructor(data: Uint8ClampedArray) {
        this.data = data;
      }
    },
  );
});
afterAll(() => vi.unstubAllGlobals());

/** Peaks of the rows from the top, one number per column. */
function rowsOf(image: WaterfallImage, count: number): number[][] {
  const rows: number[][] = [];
  const context = {
    putImageData(data: ImageData, _left: number, _top: number, _x: number, y: number, _w: number, h: number) {
      const pixels = new Uint32Array(data.data.buffer);
      for (let row = y; row < y + h; row += 1) {
        rows.push([...pixels.subarray(row * 2, row * 2 + 2)].map((pixel) => pixel - 32768));
      }
    },
  } as unknown as Surface2d;
  image.draw(context, 0, 0);
  return rows.slice(0, count);
}

test("a row of a minute shows the peak of all frames that came into it, also when it is painted frame by frame", () => {
  const ring = new FrameRing(BINS, 64);
  const stepwise = new WaterfallImage();
  let seed = 7;
  for (let frame = 0; frame < 150; frame += 1) {
    const levels = Int16Array.from({ length: BINS }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return -(seed % 6000);
    });
    const capturedAtMs = 3_600_000 + frame * 2000;
    ring.push(levels, { sequence: frame, capturedAtMs, gapBefore: false });
    const rows = waterfallRows(ring, capturedAtMs, MS_PER_ROW, 3);
    stepwise.update(ring, rows, columns, colours, 0, ["same"]);
    const atOnce = new WaterfallImage();
    atOnce.update(ring, rows, columns, colours, 0, ["same"]);
    expect(rowsOf(stepwise, 1), `after frame ${frame}`).toEqual(rowsOf(atOnce, 1));
  }
});

test("a change of the colours paints all of it anew", () => {
  const ring = new FrameRing(BINS, 8);
  ring.push(new Int16Array(BINS).fill(-500), { sequence: 1, capturedAtMs: 1000, gapBefore: false });
  const image = new WaterfallImage();
  const rows = waterfallRows(ring, 1000, MS_PER_ROW, 2);
  image.update(ring, rows, columns, colours, 0, ["before"]);
  image.update(
    ring,
    rows,
    columns,
    colours.map((colour) => colour + 1),
    0,
    ["after"],
  );
  expect(rowsOf(image, 1)).toEqual([[-499, -499]]);
});
