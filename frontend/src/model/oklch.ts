/** A colour in OKLCH: lightness 0..1, chroma, hue in degrees. */
export interface Oklch {
  lightness: number;
  chroma: number;
  hue: number;
}

/** Linear-light sRGB components of an OKLCH colour, possibly outside 0..1 (Ottosson 2020, "OKLab"). */
function linearRgbOf({ lightness, chroma, hue }: Oklch): [number, number, number] {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** OKLab lightness of an sRGB colour with components in 0..255. */
export function lightnessOf(red: number, green: number, blue: number): number {
  const [r, g, b] = [red, green, blue].map((component) => {
    const share = component / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
}

/** sRGB bytes of an OKLCH colour; where it lies outside sRGB its chroma, not its lightness, gives way. */
export function srgbBytesOf(colour: Oklch): [number, number, number] {
  let chroma = colour.chroma;
  let rgb = linearRgbOf(colour);
  for (let step = 0; step < 40 && !rgb.every((part) => part >= -1e-6 && part <= 1 + 1e-6); step += 1) {
    chroma *= 0.95;
    rgb = linearRgbOf({ ...colour, chroma });
  }
  return rgb.map(encode) as [number, number, number];
}

function encode(linear: number): number {
  const clipped = Math.min(1, Math.max(0, linear));
  const encoded = clipped <= 0.0031308 ? clipped * 12.92 : 1.055 * clipped ** (1 / 2.4) - 0.055;
  return Math.round(encoded * 255);
}
