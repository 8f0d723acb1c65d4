import { createSocket } from "node:dgram";
import { once } from "node:events";
import { elements, integer, integerOf, TAG, tlv } from "../../../agent/test/ber.ts";

// A process of simulated modems: one socket each on 127.x.y.z, which answers every GET with numbers.
// Arguments: how many, port, delay of modem k in ms as `least-most`.

const [count = "1", port = "0", delays = "0-0"] = process.argv.slice(2);
const [leastMs = 0, mostMs = 0] = delays.split("-").map(Number);

/** Address of modem k. */
const addressOf = (k: number) =>
  `127.${60 + Math.floor(k / 62_500)}.${Math.floor(k / 250) % 250}.${1 + (k % 250)}`;

const VALUE = integer(352);

function answerTo(datagram: Buffer): Buffer {
  const [message] = elements(datagram);
  const [version, community, pdu] = elements(message!.content);
  const [id, , , list] = elements(pdu!.content);
  const varbinds = elements(list!.content).map(({ content }) =>
    tlv(TAG.sequence, elements(content)[0]!.whole, VALUE),
  );
  return tlv(
    TAG.sequence,
    integer(integerOf(version!.content)),
    community!.whole,
    tlv(TAG.response, id!.whole, integer(0), integer(0), tlv(TAG.sequence, ...varbinds)),
  );
}

const total = Number(count);
await Promise.all(
  Array.from({ length: total }, async (_, k) => {
    const socket = createSocket("udp4");
    const delayMs = leastMs + ((mostMs - leastMs) * k) / Math.max(1, total - 1);
    socket.on("message", (datagram, from) => {
      const answer = answerTo(datagram);
      const send = () => socket.send(answer, from.port, from.address);
      if (delayMs === 0) send();
      else setTimeout(send, delayMs);
    });
    socket.bind(Number(port), addressOf(k));
    await once(socket, "listening");
  }),
);
process.send?.("ready");
process.on("disconnect", () => process.exit());
