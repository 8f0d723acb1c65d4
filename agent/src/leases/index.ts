export { LeaseKeeper, type LeaseKeeperOptions } from "./lease-keeper.ts";
export { type LeaseEvent, type LeaseStateName, leaseTransitions } from "./lease-machine.ts";
