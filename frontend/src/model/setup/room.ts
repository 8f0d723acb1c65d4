import type { UtscRoom } from "@pnmlab/protocol";

/** `Port us-conn 3/0`, `Line card 3`, `Chassis`. */
export function roomName({ scope, name }: UtscRoom): string {
  if (scope === "port") return `Port ${name}`;
  return scope === "lineCard" ? `Line card ${name}` : "Chassis";
}

/** Whether there is room: `free`, `1 of 1 in use, full`, `2 running, no limit known`. */
export function roomWords({ scope, most, text, holders, isFull }: UtscRoom, holdsOurs: boolean): string {
  const count = holders.length;
  if (scope === "port") {
    if (isFull) return "busy with another user's test";
    return holdsOurs ? "held by this port's session, which a start changes" : "free";
  }
  if (most !== null) return `${count} of ${most} in use${isFull ? ", full" : ""}`;
  return `${count} running, ${text === null ? "no limit known" : "this test does not count"}`;
}
