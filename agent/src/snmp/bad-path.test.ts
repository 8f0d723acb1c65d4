import { afterEach, expect, it } from "vitest";
import { integer } from "../../test/ber.ts";
import { honest, type PeerHandler, UdpPeer } from "../../test/udp-peer.ts";
import type { SnmpEndpoint } from "./endpoint.ts";
import { SnmpEngine } from "./engine.ts";

const ROOT = "1.3.6.1.4.1.4491.2.1.27";
const DEVICES = 8;
const ROWS = 200;

const cleanUp = new AsyncDisposableStack();
afterEach(() => cleanUp.disposeAsync());

/** Of five requests one is lost; answers come twice, and out of order. */
function overBadPath(device: PeerHandler): PeerHandler {
  let count = 0;
  return (request, send, from) => {
    count += 1;
    if (count % 5 === 2) return;
    const lateMs = (count % 3) * 12;
    device(
      request,
      (answer) => {
        setTimeout(send, lateMs, answer);
        setTimeout(send, lateMs + 25, answer);
      },
      from,
    );
  };
}

it("reads rows once and in order from devices behind a path that loses, doubles and reorders", async () => {
  const engine = cleanUp.use(new SnmpEngine());
  const endpoints: SnmpEndpoint[] = [];
  for (let device = 0; device < DEVICES; device++) {
    const rows = new Map(
      Array.from({ length: ROWS }, (_, row) => [`${ROOT}.1.${row + 1}`, integer(1000 * device + row)]),
    );
    const { port } = cleanUp.use(await UdpPeer.start(overBadPath(honest(rows))));
    const profile = { name: "sim", version: "v2c", readCommunity: "a", writeCommunity: "b" } as const;
    endpoints.push({ host: "127.0.0.1", address: "127.0.0.1", family: 4, port, profile });
  }
  const limits = { deadlineMs: 30_000 };
  await Promise.all(
    endpoints.flatMap((endpoint, device) => [
      engine.walk(endpoint, ROOT, 10_000, limits).then((varbinds) => {
        expect(varbinds.map(({ value }) => value)).toEqual(
          Array.from({ length: ROWS }, (_, row) => ({ type: "Integer", value: 1000 * device + row })),
        );
      }),
      ...[3, 77, 199].map((row) =>
        engine.get(endpoint, [`${ROOT}.1.${row + 1}`], limits).then((varbinds) => {
          expect(varbinds[0]!.value).toEqual({ type: "Integer", value: 1000 * device + row });
        }),
      ),
    ]),
  );
}, 40_000);
