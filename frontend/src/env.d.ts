import type { BuildInfo } from "@pnmlab/protocol";
import type { PageProbe } from "./model/page-probe.ts";

declare global {
  /** Put in by vite when the page is built. */
  const __PNMLAB_BUILD__: BuildInfo;

  interface Window {
    pnmlab?: PageProbe;
  }
}
