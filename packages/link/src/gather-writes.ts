import type { Socket } from "node:net";

/**
 * Lets messages that are written in one turn of the event loop leave in one write to the kernel: a busy agent
 * answers dozens of requests in a turn, and a write costs more than making the message. Call the returned
 * function before each message.
 */
export function gatherWrites(socket: Socket): () => void {
  let isGathering = false;
  return () => {
    if (isGathering) return;
    isGathering = true;
    socket.cork();
    setImmediate(() => {
      isGathering = false;
      socket.uncork();
    });
  };
}
