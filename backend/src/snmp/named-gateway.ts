import type { CmtsTarget } from "@pnmlab/config";
import { isPnmLabError, messageOf, PnmLabError } from "@pnmlab/kit";
import type { SnmpTarget } from "@pnmlab/protocol";
import type { SnmpGateway } from "../contracts.ts";

/**
 * The same gateway, in whose errors a CMTS that does not answer in time is named as its users know it: a request
 * may have failed because those before it, to the same CMTS, went unanswered.
 */
export function namedGateway(snmp: SnmpGateway, cmts: readonly CmtsTarget[]): SnmpGateway {
  const named = async <Answer>({ host, port }: SnmpTarget, answer: Promise<Answer>): Promise<Answer> => {
    try {
      return await answer;
    } catch (error) {
      const silent = cmts.find((one) => one.host === host && one.port === port);
      if (silent === undefined || !isPnmLabError(error, "SNMP_TIMEOUT")) throw error;
      const { details, retryable } = error;
      throw new PnmLabError(
        "SNMP_TIMEOUT",
        `CMTS ${silent.id} does not answer in time: ${messageOf(error)}`,
        { cause: error, retryable, ...(details === undefined ? {} : { details }) },
      );
    }
  };
  return {
    get available() {
      return snmp.available;
    },
    get sentence() {
      return snmp.sentence;
    },
    reach: (target) => snmp.reach(target),
    onAvailabilityChange: (listener) => snmp.onAvailabilityChange(listener),
    get: (target, ...rest) => named(target, snmp.get(target, ...rest)),
    walk: (target, ...rest) => named(target, snmp.walk(target, ...rest)),
    set: (target, ...rest) => named(target, snmp.set(target, ...rest)),
  };
}
