import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { type Config, reachableHost } from "@pnmlab/config";
import { instanceOid, system } from "@pnmlab/docsis-mib";
import { SIMULATOR_MARK } from "./device/system.ts";
import { decodeResponse, encodeRequest, type ManagerResponse } from "./snmp/manager-message.ts";
import { parseOid } from "./snmp/oid.ts";
import { NULL } from "./snmp/values.ts";

const GET = 0xa0;
/** Two tries fit into the time of a check. */
const RETRANSMIT_MS = 1000;

type Settings = Pick<Config, "simHost" | "simSnmpPort" | "simCommunities">;

/**
 * Asks the first simulated CMTS that runs with this configuration for its sysDescr, over SNMP.
 *
 * @throws Error where no answer comes, or not that of a simulated CMTS.
 */
export async function checkSimulator({ simHost, simSnmpPort, simCommunities }: Settings): Promise<string> {
  const { address, family } = await lookup(reachableHost(simHost));
  const where = `${simHost}:${simSnmpPort}`;
  const request = encodeRequest({
    tag: GET,
    requestId: process.pid,
    community: simCommunities.read,
    varbinds: [{ oid: parseOid(instanceOid(system.sysDescr)), value: NULL }],
  });
  const { status, varbinds } = await ask(request, address, family, simSnmpPort, where);
  const value = varbinds[0]?.value.value;
  const text = value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : "";
  if (status !== "noError" || !text.startsWith(SIMULATOR_MARK)) {
    throw new Error(`the answer from ${where} is not that of a simulated CMTS: ${text || status}`);
  }
  return `${where} answers: ${text}`;
}

async function ask(request: Uint8Array, address: string, family: number, port: number, where: string) {
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  const { promise, resolve, reject } = Promise.withResolvers<ManagerResponse>();
  const fail = (why: string) =>
    reject(
      new Error(
        `${where} gives no SNMP answer (${why}): is the simulator up, and PNMLAB_SIM_COMMUNITIES its own?`,
      ),
    );
  socket.on("message", (datagram) => {
    try {
      resolve(decodeResponse(datagram));
    } catch {
      fail("what came is no SNMP response");
    }
  });
  socket.on("error", (error) => fail(error.message));
  // Connected, so that a closed port shows at once instead of as silence.
  socket.connect(port, address, () => socket.send(request));
  const again = setTimeout(() => socket.send(request, () => {}), RETRANSMIT_MS);
  const end = setTimeout(() => fail("silence"), 2 * RETRANSMIT_MS);
  try {
    return await promise;
  } finally {
    clearTimeout(again);
    clearTimeout(end);
    socket.close();
  }
}
