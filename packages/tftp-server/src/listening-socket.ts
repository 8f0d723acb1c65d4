import { createSocket, type Socket, type SocketType } from "node:dgram";
import { PnmLabError } from "@pnmlab/kit";

/** Bytes of requests that may wait in the kernel: a burst of uploads begins with one datagram each. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;

/**
 * Binds the port of the requests; port 0 takes any free one.
 *
 * @throws PnmLabError `PORT_IN_USE`, `PORT_NOT_ALLOWED`, or `HOST_NOT_USABLE`, naming host and port.
 */
export async function bindListeningSocket(
  socketType: SocketType,
  host: string,
  port: number,
): Promise<Socket> {
  const socket = createSocket({ type: socketType, recvBufferSize: RECEIVE_BUFFER_BYTES });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(port, host, () => {
        socket.off("error", reject);
        resolve();
      });
    });
    return socket;
  } catch (cause) {
    socket.close();
    throw bindError(cause as NodeJS.ErrnoException, host, port);
  }
}

function bindError(cause: NodeJS.ErrnoException, host: string, port: number): PnmLabError {
  const place = `UDP port ${host}:${port}`;
  const options = { cause, details: { host, port } };
  if (cause.code === "EADDRINUSE") {
    return new PnmLabError("PORT_IN_USE", `${place} is in use by another program`, options);
  }
  if (cause.code === "EACCES") {
    return new PnmLabError("PORT_NOT_ALLOWED", `${place} may not be opened by this user`, options);
  }
  return new PnmLabError("HOST_NOT_USABLE", `${place} cannot be opened: ${cause.message}`, options);
}
