import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { integer } from "../../../agent/test/ber.ts";
import { honest, UdpPeer } from "../../../agent/test/udp-peer.ts";

// 1,000 modems, each with an address of its own, that answer after a round trip's time; some never do.
// `slow-modems.ts COUNT ROUND_TRIP_MS DEAD_EVERY`, prints the port when it is ready.

const [count = 0, roundTripMs = 0, deadEvery = 0] = process.argv.slice(2).map(Number);
const rows = new Map(Array.from({ length: 10 }, (_, at) => [`1.3.6.1.2.1.1.${at + 1}.0`, integer(at)]));
const answer = honest(rows);

/** Address of a modem, the same in the benchmark. */
const addressOf = (modem: number) => `127.21.${modem >> 8}.${modem & 255}`;

const probe: Socket = createSocket("udp4").bind(0, "127.0.0.1");
await once(probe, "listening");
const { port } = probe.address();
probe.close();
await Promise.all(
  Array.from({ length: count }, (_, modem) =>
    UdpPeer.start(
      (request, send, from) => {
        if (modem % deadEvery === 0) return;
        setTimeout(() => answer(request, send, from), roundTripMs);
      },
      port,
      addressOf(modem),
    ),
  ),
);
process.stdout.write(`${port}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
