import type { UtscRoom } from "@pnmlab/protocol";

/** `Port us-conn 3/0`, `Line card 3`, `Chassis`. */
export function roomName({ scope, name }: UtscRoom): string {
  if (scope === "port") return `Port ${name}`;
  return scope === "lineCard" ? `Line card ${name}` : "Chassis";
}

/**
 * Whether there is room: `free`, `1 of 1 in use, full`, `2 running, no limit known`. A session of the port itself, which
 * a start changes, is none of the holders: the words say so.
 */
export function roomWords({ scope, most, text, holders, isFull }: UtscRoom, portHasOurs: boolean): string {
  const count = holders.length;
  if (scope === "port") {
    if (isFull) return "busy with another user's test";
    return portHasOurs ? "held by this port's session, which a start changes" : "free";
  }
  const besides = portHasOurs ? " besides this port" : "";
  if (most !== null) return `${count} of ${most} in use${besides}${isFull ? ", full" : ""}`;
  return `${count} running${besides}, ${text === null ? "no limit known" : "this test does not count"}`;
}
