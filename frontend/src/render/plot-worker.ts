import { sleep } from "@pnmlab/kit";
import type { StageCommand } from "./commands.ts";
import { PlotStage } from "./plot-stage.ts";

/** The part of a dedicated worker's scope that the stage needs; the DOM library does not know it. */
interface WorkerScope {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent<StageCommand>) => void): void;
  requestAnimationFrame?: (callback: () => void) => number;
  fonts?: FontFaceSet;
}

const FONT_DEADLINE_MS = 2000;

const scope = self as unknown as WorkerScope;

const stage = new PlotStage({
  report: (report) => scope.postMessage(report),
  requestFrame: (callback) => {
    if (scope.requestAnimationFrame) scope.requestAnimationFrame(callback);
    else setTimeout(callback, 16);
  },
  now: () => Date.now(),
  async loadFonts(fonts) {
    const loaded = fonts.map(async ({ family, url, weight }) => {
      const face = new FontFace(family, `url(${url})`, { weight });
      await face.load();
      scope.fonts?.add(face);
    });
    // Labels in the browser's own font are better than no picture.
    await Promise.race([Promise.allSettled(loaded), sleep(FONT_DEADLINE_MS)]);
  },
});

scope.addEventListener("message", ({ data }) => stage.handle(data));
