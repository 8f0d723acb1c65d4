export { LeaseKeeper, type LeaseKeeperOptions } from "./lease-keeper.ts";
export type { LeaseEvent, LeaseStateName } from "./lease-machine.ts";
