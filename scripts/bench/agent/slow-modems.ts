import { createSocket } from "node:dgram";
import { once } from "node:events";
import { elements, integer, TAG, tlv } from "../../../agent/test/ber.ts";

// Modems, each with an address of its own, that answer every GET with numbers after a round trip's time; some
// never do. `slow-modems.ts COUNT ROUND_TRIP_MS DEAD_EVERY` prints the port when it is ready.

const [count = 0, roundTripMs = 0, deadEvery = 0] = process.argv.slice(2).map(Number);

/** The varbinds of an answer, by the octets of those that were asked for. */
const answers = new Map<string, Buffer>();

function answerTo(datagram: Buffer): Buffer {
  const [version, community, pdu] = elements(elements(datagram)[0]!.content);
  const [id, , , asked] = elements(pdu!.content);
  const key = asked!.content.toString("latin1");
  let varbinds = answers.get(key);
  if (!varbinds) {
    const filled = elements(asked!.content).map(({ content }, at) =>
      tlv(TAG.sequence, elements(content)[0]!.whole, integer(at)),
    );
    varbinds = tlv(TAG.sequence, ...filled);
    answers.set(key, varbinds);
  }
  const response = tlv(TAG.response, id!.whole, integer(0), integer(0), varbinds);
  return tlv(TAG.sequence, version!.whole, community!.whole, response);
}

const first = createSocket("udp4").bind(0, "127.0.0.1");
await once(first, "listening");
const { port } = first.address();
first.close();
for (let modem = 0; modem < count; modem += 1) {
  const socket = createSocket("udp4");
  socket.on("message", (datagram, from) => {
    if (modem % deadEvery === 0) return;
    setTimeout(() => socket.send(answerTo(datagram), from.port, from.address), roundTripMs);
  });
  socket.bind(port, `127.21.${modem >> 8}.${modem & 255}`);
  await once(socket, "listening");
}
process.stdout.write(`${port}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
