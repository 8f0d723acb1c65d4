import type { Logger } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import type { AuditStore } from "./audit.ts";

/** How long it stays known who changed what. */
const AUDIT_KEPT_DAYS = 90;

const DAY_MS = 24 * 3_600_000;

export interface AuditRetentionOptions {
  audit: Pick<AuditStore, "removeBefore">;
  log: Logger;
  now: () => number;
  keptDays?: number;
}

/** Removes what is older from the audit, at once and then daily. */
export function keepAuditWithin(options: AuditRetentionOptions): Disposable {
  const { audit, log, now, keptDays = AUDIT_KEPT_DAYS } = options;
  const prune = () => {
    try {
      const removed = audit.removeBefore(new Date(now() - keptDays * DAY_MS));
      if (removed > 0)
        log.info(`${removed} entries of the audit were older than ${keptDays} days and are gone`);
    } catch (error) {
      log.warn(`old entries of the audit could not be removed: ${messageOf(error)}`);
    }
  };
  prune();
  const timer = setInterval(prune, DAY_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
