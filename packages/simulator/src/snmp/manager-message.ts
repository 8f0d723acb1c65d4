import { BerReader, BerWriter } from "./ber.ts";
import { ERROR_STATUS, type ErrorStatus } from "./error-status.ts";
import { encodeVarbind, type Varbind } from "./message.ts";

/** A request of SNMP v1 or v2c as a manager asks it: the check of this program, and tests. */
export interface ManagerRequest {
  version?: number;
  community?: string;
  /** PDU tag: 0xa0 GET, 0xa1 GETNEXT, 0xa3 SET, 0xa5 GETBULK. */
  tag: number;
  requestId?: number;
  second?: number;
  third?: number;
  varbinds: Varbind[];
}

export interface ManagerResponse {
  requestId: number;
  status: ErrorStatus;
  errorIndex: number;
  varbinds: Varbind[];
}

/** A request datagram as a manager writes it. */
export function encodeRequest(request: ManagerRequest): Uint8Array {
  const writer = new BerWriter();
  for (const varbind of request.varbinds.toReversed()) writer.raw(encodeVarbind(varbind));
  writer.wrap(0x30, 0);
  writer.integer(request.third ?? 0);
  writer.integer(request.second ?? 0);
  writer.integer(request.requestId ?? 7);
  writer.wrap(request.tag, 0);
  writer.octets(new TextEncoder().encode(request.community ?? "public"));
  writer.integer(request.version ?? 1);
  writer.wrap(0x30, 0);
  return writer.finish();
}

export function decodeResponse(datagram: Uint8Array): ManagerResponse {
  const message = new BerReader(datagram).inside(0x30);
  message.integer();
  message.octets();
  const pdu = message.inside(0xa2);
  const requestId = pdu.integer();
  const statusNumber = pdu.integer();
  const errorIndex = pdu.integer();
  const list = pdu.inside(0x30);
  const varbinds: Varbind[] = [];
  while (!list.done) {
    const varbind = list.inside(0x30);
    varbinds.push({ oid: varbind.oid(), value: varbind.value() });
  }
  const status = Object.entries(ERROR_STATUS).find(([, number]) => number === statusNumber)![0];
  return { requestId, status: status as ErrorStatus, errorIndex, varbinds };
}
