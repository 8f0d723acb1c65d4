import type { PlantEvent, UpstreamChannel, UtscSession } from "@pnmlab/protocol";
import type { PlotView } from "../plot-view.ts";

/** What an export is of, besides its numbers. */
export interface ExportSubject {
  cmtsId: string;
  cmtsName: string;
  isSimulated: boolean;
  portName: string;
  source: "live" | "recording";
  /** Name of the recording that is played. */
  recordingName: string | undefined;
  /** The session as it was for what is shown. */
  session: UtscSession | undefined;
  channels: readonly UpstreamChannel[];
  view: PlotView;
  /** Events of the shown time. */
  events: readonly PlantEvent[];
  /** Address that shows this view. */
  link: string;
  exportedAtMs: number;
}

/** `lab-1 / us-conn 3/0`. */
export function titleOf({ cmtsName, portName }: ExportSubject): string {
  return `${cmtsName} / ${portName}`;
}
