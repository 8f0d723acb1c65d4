import { integer, TAG, tlv } from "../../../agent/test/ber.ts";
import { response, UdpPeer } from "../../../agent/test/udp-peer.ts";

// A device with one column of numbers, as long as is said: `long-table.ts COLUMN_OID ROWS`. Debian's snmpd has no
// table of that length. Prints its port when it is ready.

const [columnOid = "", count = "0"] = process.argv.slice(2);
const rows = Number(count);
await using peer = await UdpPeer.start((request, send) => {
  const { oid } = request.varbinds[0]!;
  const after = oid.startsWith(`${columnOid}.`) ? Number(oid.slice(columnOid.length + 1)) : 0;
  const last = Math.min(rows, after + request.maxRepetitions);
  const varbinds: [string, Buffer][] = [];
  for (let at = after + 1; at <= last; at += 1) varbinds.push([`${columnOid}.${at}`, integer(at)]);
  if (varbinds.length === 0) varbinds.push([oid, tlv(TAG.endOfMibView)]);
  send(response(request, { varbinds }));
  peer.requests.length = 0;
});
process.stdout.write(`${peer.port}\n`);
process.stdin.resume();
await new Promise((resolve) => process.stdin.once("end", resolve));
