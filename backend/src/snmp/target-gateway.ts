import type { SnmpTarget } from "@pnmlab/protocol";
import type { SnmpGateway } from "../contracts.ts";

/** `gateway` as seen from one target: it is available where the agent that reaches the target is. */
export function gatewayTo(gateway: SnmpGateway, target: SnmpTarget): SnmpGateway {
  return {
    get: (...args) => gateway.get(...args),
    set: (...args) => gateway.set(...args),
    walk: (...args) => gateway.walk(...args),
    reach: (other) => gateway.reach(other),
    get available() {
      return gateway.reach(target).available;
    },
    get sentence() {
      return gateway.reach(target).sentence;
    },
    onAvailabilityChange: (listener) => gateway.onAvailabilityChange(listener),
  };
}
