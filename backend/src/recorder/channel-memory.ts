import { messageOf } from "@pnmlab/kit";
import type { UpstreamChannel, UtscSession } from "@pnmlab/protocol";
import type { RecorderOptions } from "./recorder-options.ts";

/** Channels change rarely, and reading them costs the CMTS a walk. */
const READ_EVERY_MS = 300_000;

/** The channels of each port that is recorded, as they were read last. */
export class ChannelMemory {
  readonly #options: Pick<RecorderOptions, "channels" | "now" | "log">;
  readonly #ports = new Map<string, { channels: UpstreamChannel[]; readAtMs: number }>();
  readonly #onRead: (session: UtscSession) => void;

  /** `onRead` is told when channels of a session's port have been read. */
  constructor(
    options: Pick<RecorderOptions, "channels" | "now" | "log">,
    onRead: (session: UtscSession) => void,
  ) {
    this.#options = options;
    this.#onRead = onRead;
  }

  /** What is known now; asks anew where that is old. */
  of(session: UtscSession): UpstreamChannel[] {
    const { channels, now, log } = this.#options;
    const key = `${session.cmtsId}:${session.rfPortIfIndex}`;
    const known = this.#ports.get(key) ?? { channels: [], readAtMs: -Infinity };
    if (Math.abs(now() - known.readAtMs) >= READ_EVERY_MS) {
      this.#ports.set(key, { ...known, readAtMs: now() });
      channels(session).then(
        (read) => {
          this.#ports.set(key, { channels: read, readAtMs: now() });
          this.#onRead(session);
        },
        (error: unknown) =>
          log.info(`channels of ${session.rfPortName} are not recorded: ${messageOf(error)}`),
      );
    }
    return known.channels;
  }
}
