import type { Scene } from "./scene.ts";
import type { Surface2d } from "./surface.ts";

/** Diamonds, links and bands of the markers. */
export function paintMarkers(_context: Surface2d, _scene: Scene): void {}
