import type { Recording, UtscSession } from "@pnmlab/protocol";
import type { TimeSpan } from "../api/recordings-client.ts";

/** Id of the recording that holds the newest minutes of a session; undefined before its first frame. */
export function ringIdOf(
  session: Pick<UtscSession, "id" | "framesReceived"> | undefined,
): string | undefined {
  return session?.framesReceived ? `ring-${session.id}` : undefined;
}

/** From the first to the newest frame of a recording; undefined where it has none. */
export function recordedSpan(
  recording: Pick<Recording, "firstMs" | "lastMs"> | undefined,
): TimeSpan | undefined {
  if (!recording || recording.firstMs === null || recording.lastMs === null) return undefined;
  return { fromMs: recording.firstMs, toMs: recording.lastMs };
}
