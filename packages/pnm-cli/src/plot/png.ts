import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Resvg } from "@resvg/resvg-js";

// The machine's fonts are left aside: a picture looks the same everywhere.
const FONTS = join(dirname(createRequire(import.meta.url).resolve("dejavu-fonts-ttf/package.json")), "ttf");

/** An SVG document of this program as a PNG image. */
export function pngOf(svg: string, widthPixels: number): Uint8Array {
  const image = new Resvg(svg, {
    fitTo: { mode: "width", value: widthPixels },
    font: {
      loadSystemFonts: false,
      fontFiles: [join(FONTS, "DejaVuSans.ttf"), join(FONTS, "DejaVuSans-Bold.ttf")],
      defaultFontFamily: "DejaVu Sans",
    },
  });
  return image.render().asPng();
}
