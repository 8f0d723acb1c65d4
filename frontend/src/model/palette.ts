import { type Oklch, srgbBytesOf } from "./oklch.ts";

export const PALETTE_NAMES = ["deep", "paper", "viridis", "inferno", "turbo", "grey"] as const;
export type PaletteName = (typeof PALETTE_NAMES)[number];

type Stop = readonly [position: number, lightness: number, chroma: number, hue: number];

const OKLCH_STOPS: Record<"deep" | "paper" | "grey", readonly Stop[]> = {
  deep: [
    [0, 0.115, 0.012, 265],
    [0.14, 0.165, 0.04, 266],
    [0.28, 0.26, 0.085, 264],
    [0.42, 0.36, 0.105, 256],
    [0.54, 0.47, 0.088, 236],
    [0.66, 0.58, 0.083, 205],
    [0.76, 0.68, 0.1, 172],
    [0.85, 0.79, 0.13, 125],
    [0.93, 0.885, 0.13, 98],
    [1, 0.98, 0.045, 95],
  ],
  paper: [
    [0, 0.99, 0.003, 235],
    [0.16, 0.965, 0.015, 235],
    [0.34, 0.91, 0.04, 236],
    [0.5, 0.835, 0.07, 240],
    [0.64, 0.745, 0.095, 245],
    [0.76, 0.645, 0.12, 252],
    [0.86, 0.53, 0.15, 265],
    [0.94, 0.42, 0.17, 290],
    [1, 0.3, 0.14, 325],
  ],
  grey: [
    [0, 0.12, 0, 0],
    [1, 0.97, 0, 0],
  ],
};

/**
 * Polynomials in the position, constant term first, per component 0..1. viridis and inferno: fits of
 * the matplotlib maps by M. Zucker (public domain); turbo: A. Mikhailov, Google, 2019 (Apache-2.0).
 */
const POLYNOMIALS: Record<"viridis" | "inferno" | "turbo", readonly (readonly number[])[]> = {
  viridis: [
    [0.2777273272, 0.1050930431, -0.3308618287, -4.6342304989, 6.2282699363, 4.7763849977, -5.4354558559],
    [0.0054073445, 1.4046135299, 0.2148475595, -5.7991009734, 14.1799333668, -13.745145378, 4.6458526123],
    [0.3340998054, 1.3845901627, 0.095095163, -19.3324409563, 56.6905526007, -65.3530326334, 26.3124352496],
  ],
  inferno: [
    [0.0002189404, 0.1065134195, 11.6024930825, -41.7039961314, 77.1629356994, -71.3194282448, 25.1311262248],
    [0.0016510046, 0.5639564368, -3.9728539658, 17.4363988823, -33.4023589421, 32.626064264, -12.2426689524],
    [
      -0.0194808984, 3.9327123889, -15.9423941062, 44.3541451987, -81.8073092574, 73.209519858,
      -23.0703250053,
    ],
  ],
  turbo: [
    [0.13572138, 4.6153926, -42.66032258, 132.13108234, -152.94239396, 59.28637943],
    [0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604],
    [0.1066733, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973],
  ],
};

/** The 256 entries of a palette as red, green, blue bytes, lowest level first. */
export function paletteBytes(name: PaletteName): Uint8Array {
  const bytes = new Uint8Array(256 * 3);
  for (let index = 0; index < 256; index += 1) {
    const position = index / 255;
    const rgb =
      name === "viridis" || name === "inferno" || name === "turbo"
        ? POLYNOMIALS[name].map((terms) => polynomialByte(terms, position))
        : srgbBytesOf(oklchAt(OKLCH_STOPS[name], position));
    bytes.set(rgb, index * 3);
  }
  return bytes;
}

/** The greys of a picture that nothing comes to any more: dark where the palette is dark. */
export function greyBytes(name: PaletteName): Uint8Array {
  const grey = paletteBytes("grey");
  const own = paletteBytes(name);
  const sum = (bytes: Uint8Array) => bytes.reduce((total, byte) => total + byte, 0);
  if (sum(own.subarray(0, 3)) <= sum(own.subarray(-3))) return grey;
  return Uint8Array.from({ length: 256 * 3 }, (_, index) => grey[(255 - Math.floor(index / 3)) * 3]!);
}

function oklchAt(stops: readonly Stop[], position: number): Oklch {
  const upper = Math.max(
    1,
    stops.findIndex((stop) => stop[0] >= position),
  );
  const [p0, l0, c0, h0] = stops[upper - 1]!;
  const [p1, l1, c1, h1] = stops[upper]!;
  const share = (position - p0) / (p1 - p0);
  return {
    lightness: l0 + (l1 - l0) * share,
    chroma: c0 + (c1 - c0) * share,
    hue: h0 + (h1 - h0) * share,
  };
}

function polynomialByte(terms: readonly number[], position: number): number {
  const value = terms.reduceRight((sum, term) => sum * position + term, 0);
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}
