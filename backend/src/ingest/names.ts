/** Files of the health check, which writes and removes them itself. */
import { PROBE_PREFIX } from "../health/probe-files.ts";

/** Whether a name in the TFTP directory can be a capture's: no hidden, unfinished or probe file. */
export function isCaptureName(name: string): boolean {
  return !name.startsWith(".") && !name.endsWith(".part") && !name.startsWith(PROBE_PREFIX);
}
