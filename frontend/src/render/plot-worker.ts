import { sleep } from "@pnmlab/kit";
import type { StageAnswer, StageMessage } from "./commands.ts";
import { stageThread } from "./stage-thread.ts";

/** The part of a dedicated worker's scope that the stage needs; the DOM library does not know it. */
interface WorkerScope {
  postMessage(message: StageAnswer): void;
  addEventListener(type: "message", listener: (event: MessageEvent<StageMessage>) => void): void;
  requestAnimationFrame?: (callback: () => void) => number;
  fonts?: FontFaceSet;
}

const FONT_DEADLINE_MS = 2000;

const scope = self as unknown as WorkerScope;

const handle = stageThread(
  {
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
  },
  (answer) => scope.postMessage(answer),
);

scope.addEventListener("message", ({ data }) => handle(data));
