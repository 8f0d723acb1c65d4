export interface Rgb {
  /** Components in 0..255. */
  red: number;
  green: number;
  blue: number;
}

/** Reads `#rrggbb` or `#rgb`; undefined for any other notation. */
export function parseHexColour(text: string): Rgb | undefined {
  const long = text.trim().replace(/^#([0-9a-f])([0-9a-f])([0-9a-f])$/i, "#$1$1$2$2$3$3");
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(long);
  if (!match) return undefined;
  const [red, green, blue] = match.slice(1).map((pair) => Number.parseInt(pair, 16));
  return { red: red!, green: green!, blue: blue! };
}

/** Relative luminance of WCAG 2.2, 0 for black to 1 for white. */
function relativeLuminance(colour: Rgb): number {
  const linear = [colour.red, colour.green, colour.blue].map((component) => {
    const share = component / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
}

/** Contrast ratio of WCAG 2.2, from 1 (equal) to 21 (black on white). */
export function contrastRatio(a: Rgb, b: Rgb): number {
  const [lighter, darker] = [relativeLuminance(a), relativeLuminance(b)].sort((x, y) => y - x);
  return (lighter! + 0.05) / (darker! + 0.05);
}
