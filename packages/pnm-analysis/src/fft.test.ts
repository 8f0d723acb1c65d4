import { expect, test } from "vitest";
import { createFft, nextPowerOfTwo, Random } from "./index.ts";

function slowDft(re: Float64Array, im: Float64Array): [number, number][] {
  const N = re.length;
  return Array.from({ length: N }, (_, k) => {
    let sumRe = 0;
    let sumIm = 0;
    for (let n = 0; n < N; n += 1) {
      const angle = (-2 * Math.PI * ((k * n) % N)) / N;
      sumRe += re[n]! * Math.cos(angle) - im[n]! * Math.sin(angle);
      sumIm += re[n]! * Math.sin(angle) + im[n]! * Math.cos(angle);
    }
    return [sumRe, sumIm];
  });
}

test.each([1, 2, 3, 5, 8, 12, 64, 100, 200, 256, 331])("a transform of %i points is the DFT", (length) => {
  const random = new Random(length);
  const re = Float64Array.from({ length }, () => random.normal());
  const im = Float64Array.from({ length }, () => random.normal());
  const expected = slowDft(re, im);
  createFft(length).forward(re, im);
  for (let k = 0; k < length; k += 1) {
    expect(re[k]).toBeCloseTo(expected[k]![0], 9);
    expect(im[k]).toBeCloseTo(expected[k]![1], 9);
  }
});

test.each([16, 1600])("inverse after forward gives the samples back times the length %i", (length) => {
  const random = new Random(7);
  const re = Float64Array.from({ length }, () => random.normal());
  const im = Float64Array.from({ length }, () => random.normal());
  const [re0, im0] = [re.slice(), im.slice()];
  const fft = createFft(length);
  fft.forward(re, im);
  fft.inverse(re, im);
  for (let n = 0; n < length; n += 1) {
    expect(re[n]! / length).toBeCloseTo(re0[n]!, 10);
    expect(im[n]! / length).toBeCloseTo(im0[n]!, 10);
  }
});

test("a transform refuses a length that is no whole number from 1", () => {
  expect(() => createFft(0)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
  expect(() => createFft(2.5)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
});

test("the next power of two of a power of two is itself", () => {
  expect([1, 2, 3, 1600, 4096].map(nextPowerOfTwo)).toEqual([1, 2, 4, 2048, 4096]);
});
