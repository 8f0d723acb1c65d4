import type { Logger } from "@pnmlab/config";
import type { BuildInfo, RecordingTrigger, UpstreamChannel, UtscSession } from "@pnmlab/protocol";
import type { FrameOriginSource } from "../contracts.ts";
import type { RecordingStore } from "../storage/recordings.ts";

export interface RecorderOptions {
  dataDir: string;
  store: RecordingStore;
  sessions: { get(id: string): UtscSession | undefined };
  /** Channels of the port of a session; may ask the CMTS. */
  channels(session: UtscSession): Promise<UpstreamChannel[]>;
  /** Asked when a frame is taken. */
  origins: FrameOriginSource;
  build: BuildInfo;
  ringMinutes: number;
  /** Room for rings and recordings together. */
  maxBytes: number;
  log: Logger;
  now: () => number;
  /** Free room of the disk. */
  freeBytes: () => Promise<number>;
}

/** Nothing is kept by itself until somebody wants it: recordings stay until they are removed. */
export const DEFAULT_TRIGGER: RecordingTrigger = {
  enabled: false,
  leastSeverity: "major",
  kinds: [],
  preS: 30,
  postS: 30,
};
