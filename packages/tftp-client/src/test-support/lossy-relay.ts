import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { onTestFinished } from "vitest";

export interface LossyRelay {
  port: number;
  lost: number;
  passed: number;
}

const HOST = "127.0.0.1";

/**
 * Stands before a TFTP server and loses, repeats and delays datagrams in both directions. To its
 * clients, all answers come from the relay's one port; to the server, every client has its own.
 */
export async function startLossyRelay(
  serverPort: number,
  random: () => number,
  lossShare: number,
): Promise<LossyRelay> {
  const front = createSocket("udp4").bind(0, HOST);
  await once(front, "listening");
  const relay: LossyRelay = { port: front.address().port, lost: 0, passed: 0 };
  const upstreams = new Map<number, { socket: Socket; transferPort: number }>();
  let closed = false;

  const deliver = (send: () => void) => {
    if (random() < lossShare) {
      relay.lost += 1;
      return;
    }
    relay.passed += 1;
    const copies = random() < lossShare ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (random() < 0.8) send();
      else setTimeout(() => !closed && send(), random() * 5);
    }
  };
  front.on("message", (datagram, client) => {
    let upstream = upstreams.get(client.port);
    if (!upstream) {
      const created = { socket: createSocket("udp4"), transferPort: 0 };
      created.socket.on("message", (answer, server) => {
        // The first answer names the transfer; a second transfer for one client would be a fault of the server.
        created.transferPort ||= server.port;
        deliver(() => front.send(answer, client.port, HOST));
      });
      upstreams.set(client.port, created);
      upstream = created;
    }
    const { socket, transferPort } = upstream;
    const isRequest = datagram[1] === 1 || datagram[1] === 2;
    deliver(() => socket.send(datagram, isRequest ? serverPort : transferPort || serverPort, HOST));
  });
  onTestFinished(() => {
    closed = true;
    front.close();
    for (const { socket } of upstreams.values()) socket.close();
  });
  return relay;
}
