import type { Socket } from "node:net";

/** Messages that leave together at most: the other side is to begin before this one has made them all. */
const MAX_GATHERED = 8;

/**
 * Lets messages that are written in one turn of the event loop leave in few writes to the kernel: a busy agent
 * answers dozens of requests in a turn, and a write costs more than making the message. Call the returned
 * function before each message.
 */
export function gatherWrites(socket: Socket): () => void {
  let gathered = 0;
  return () => {
    gathered += 1;
    if (gathered === 1) {
      socket.cork();
      setImmediate(() => {
        gathered = 0;
        socket.uncork();
      });
    } else if (gathered % MAX_GATHERED === 1) {
      socket.uncork();
      socket.cork();
    }
  };
}
