import { expect, test } from "vitest";
import { colourTable, pixelOf } from "./colour-table.ts";
import { lightnessOf } from "./oklch.ts";
import { greyBytes, paletteBytes } from "./palette.ts";

function lightnesses(name: Parameters<typeof paletteBytes>[0]): number[] {
  const bytes = paletteBytes(name);
  return Array.from({ length: 256 }, (_, n) =>
    lightnessOf(bytes[n * 3]!, bytes[n * 3 + 1]!, bytes[n * 3 + 2]!),
  );
}

/** Largest step against the direction; a byte per component cannot resolve less than this. */
const ROUNDING = 0.0025;

test("the greys of a picture without frames keep the palette's dark or light ground", () => {
  expect(greyBytes("deep")[0]).toBeLessThan(greyBytes("deep")[765]!);
  expect(greyBytes("paper")[0]).toBeGreaterThan(greyBytes("paper")[765]!);
});

test.each(["deep", "viridis", "inferno", "grey"] as const)("%s rises steadily in lightness", (name) => {
  const values = lightnesses(name);
  for (let n = 1; n < 256; n += 1) expect(values[n]! - values[n - 1]!).toBeGreaterThan(-ROUNDING);
  for (let n = 8; n < 256; n += 1) expect(values[n]!).toBeGreaterThan(values[n - 8]!);
  expect(values[255]! - values[0]!).toBeGreaterThan(0.6);
});

test("paper falls steadily in lightness", () => {
  const values = lightnesses("paper");
  for (let n = 1; n < 256; n += 1) expect(values[n - 1]! - values[n]!).toBeGreaterThan(-ROUNDING);
  for (let n = 8; n < 256; n += 1) expect(values[n]!).toBeLessThan(values[n - 8]!);
});

test("deep and paper begin and end at their stops", () => {
  const deep = lightnesses("deep");
  expect(deep[0]!).toBeCloseTo(0.115, 2);
  expect(deep[255]!).toBeCloseTo(0.98, 2);
  const paper = lightnesses("paper");
  expect(paper[0]!).toBeCloseTo(0.99, 2);
  expect(paper[255]!).toBeCloseTo(0.3, 2);
});

test("the fitted palettes stay close to the published colours", () => {
  const near = (name: "viridis" | "inferno" | "turbo", index: number, rgb: number[], within = 6) => {
    const bytes = paletteBytes(name).subarray(index * 3, index * 3 + 3);
    rgb.forEach((part, n) => {
      expect(Math.abs(bytes[n]! - part), `${name} ${index}`).toBeLessThanOrEqual(within);
    });
  };
  near("viridis", 0, [68, 1, 84]);
  near("viridis", 128, [33, 145, 140]);
  near("viridis", 255, [253, 231, 37]);
  near("inferno", 0, [0, 0, 4]);
  near("inferno", 128, [188, 55, 84]);
  // The published polynomial of turbo is coarser than those of the other two.
  near("turbo", 128, [164, 252, 60], 20);
});

test("a colour table spans the limits, clips beyond them and shows nothing for a bin without a value", () => {
  const grey = paletteBytes("grey");
  const empty = pixelOf(1, 2, 3);
  const table = colourTable(grey, -60, 0, empty);
  const at = (hundredths: number) => table[hundredths + 32768];
  expect(at(-6000)).toBe(pixelOf(grey[0]!, grey[1]!, grey[2]!));
  expect(at(-9000)).toBe(at(-6000));
  expect(at(0)).toBe(pixelOf(grey[765]!, grey[766]!, grey[767]!));
  expect(at(2000)).toBe(at(0));
  expect(at(-32768)).toBe(empty);
});
