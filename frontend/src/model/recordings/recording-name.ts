import type { Recording } from "@pnmlab/protocol";
import { formatClock, formatDateTime, formatDay } from "../format.ts";

type Named = Pick<Recording, "label" | "kind" | "rfPortName" | "firstMs">;

/** What a recording is called everywhere: its name, else its port and when it begins: `us-rf-0/0, 22 Nov 00:56`. */
export function recordingName({ label, kind, rfPortName, firstMs }: Named): string {
  if (label) return label;
  if (kind === "ring") return "Flight recorder";
  const minutes = (timeMs: number) => `${formatDay(timeMs)} ${formatClock(timeMs).slice(0, 5)}`;
  return firstMs === null ? rfPortName : `${rfPortName}, ${minutes(firstMs)}`;
}

/** The name with CMTS and port before it, each said once. */
export function recordingTitle(recording: Named & Pick<Recording, "cmtsId">): string {
  const { label, kind, cmtsId, rfPortName } = recording;
  const place = label || kind === "ring" ? `${cmtsId} ${rfPortName},` : cmtsId;
  return `${place} ${recordingName(recording)}`;
}

/** A recording in a list of choices: its name first, then where and when it begins, each said once. */
export function recordingChoice(recording: Named & Pick<Recording, "cmtsId">): string {
  const { label, kind, cmtsId, rfPortName, firstMs } = recording;
  const name = recordingName(recording);
  if (!label && kind !== "ring") return `${name}, ${cmtsId}`;
  return `${name}, ${cmtsId} ${rfPortName}${firstMs === null ? "" : `, ${formatDateTime(firstMs)}`}`;
}
