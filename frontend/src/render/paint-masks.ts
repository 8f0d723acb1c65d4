import type { MaskJudge } from "../model/mask-judge.ts";
import type { Scene } from "./scene.ts";
import type { Surface2d } from "./surface.ts";

/** Lines of the masks and what lies beyond them. */
export function paintMasks(_context: Surface2d, _scene: Scene, _judge: MaskJudge): void {}
