import { statSync } from "node:fs";
import { messageOf } from "@pnmlab/kit";
import type { AgentLog } from "../log.ts";
import type { SnmpProfile } from "../snmp/index.ts";

export interface ProfilesWatchOptions {
  path: string;
  /** Reads all profiles of the agent anew; throws where they cannot be used. */
  read: () => SnmpProfile[];
  /** Takes them over; answers the names of those that are new, changed or gone. */
  use: (profiles: readonly SnmpProfile[]) => readonly string[];
  log: AgentLog;
  everyMs?: number;
}

/**
 * Looks at the profiles file now and then, and takes its profiles over when it has changed. A file that cannot be
 * used changes nothing: the profiles of before stay, and the log says once what is wrong. Asks for its status
 * instead of waiting for events, which file systems of other machines do not send.
 */
export class ProfilesWatch implements Disposable {
  readonly #options: ProfilesWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #seen = "";

  constructor(options: ProfilesWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), options.everyMs ?? 5_000).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { path, read, use, log } = this.#options;
    const status = statusOf(path);
    if (status === this.#seen) return;
    this.#seen = status;
    try {
      const changed = use(read());
      if (changed.length > 0) log.info({ profiles: changed }, `SNMP profiles are new: ${changed.join(", ")}`);
    } catch (error) {
      log.warn({}, `the SNMP profiles of before stay in use: ${messageOf(error)}`);
    }
  }
}

function statusOf(path: string): string {
  try {
    const { mtimeMs, ctimeMs, size, ino } = statSync(path);
    return [mtimeMs, ctimeMs, size, ino].join("|");
  } catch (error) {
    return messageOf(error);
  }
}
