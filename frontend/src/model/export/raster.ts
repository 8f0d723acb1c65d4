import type { PixelImage } from "../plot-snapshot.ts";

/** Pixels as an image with an address of its own. */
export function imageUrl({ pixels, columns, rows }: PixelImage): string {
  const canvas = canvasOf(columns, rows);
  const image = new ImageData(new Uint8ClampedArray(pixels.buffer), columns, rows);
  contextOf(canvas).putImageData(image, 0, 0);
  return canvas.toDataURL("image/png");
}

/** An SVG that states its width and height, as a PNG with `ratio` pixels for each of its own. */
export async function pngOf(svg: string, ratio: number): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = canvasOf(image.width * ratio, image.height * ratio);
    contextOf(canvas).drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob) resolve(blob);
        else reject(new Error("the browser could not write the picture"));
      }, "image/png");
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser gives no 2D drawing context");
  return context;
}
