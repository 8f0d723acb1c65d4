import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { elements, integer, integerOf, oidOf, oidTlv, TAG, text, tlv } from "./ber.ts";

/** A request as a peer receives it. */
export interface PeerRequest {
  version: number;
  community: string;
  pdu: "get" | "getNext" | "set" | "getBulk";
  id: number;
  maxRepetitions: number;
  varbinds: { oid: string; value: Buffer }[];
}

/** What a response holds; what is not given is as the request has it. */
export interface PeerResponse {
  /** OID and encoded value of each varbind. */
  varbinds: [oid: string, value: Buffer][];
  errorStatus?: number;
  errorIndex?: number;
  id?: number;
  community?: string;
  version?: number;
}

export type PeerHandler = (request: PeerRequest, send: (datagram: Buffer) => void, from: RemoteInfo) => void;

const PDU_NAMES: Readonly<Record<number, PeerRequest["pdu"]>> = {
  [TAG.get]: "get",
  [TAG.getNext]: "getNext",
  [TAG.set]: "set",
  [TAG.getBulk]: "getBulk",
};

/** A UDP socket that answers SNMP requests as `handler` says: honestly, wrongly or not at all. */
export class UdpPeer implements AsyncDisposable {
  readonly requests: PeerRequest[] = [];
  readonly #socket: Socket;
  #isClosed = false;

  private constructor(socket: Socket, handler: PeerHandler) {
    this.#socket = socket;
    socket.on("message", (datagram, from) => {
      const request = parseRequest(datagram);
      this.requests.push(request);
      const send = (answer: Buffer) => {
        if (!this.#isClosed) socket.send(answer, from.port, from.address);
      };
      handler(request, send, from);
    });
  }

  static async start(handler: PeerHandler, port = 0): Promise<UdpPeer> {
    const socket = createSocket("udp4");
    socket.bind(port, "127.0.0.1");
    await once(socket, "listening");
    return new UdpPeer(socket, handler);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#socket.close();
    await once(this.#socket, "close");
  }
}

export function response(request: PeerRequest, answer: PeerResponse): Buffer {
  const varbinds = answer.varbinds.map(([oid, value]) => tlv(TAG.sequence, oidTlv(oid), value));
  return tlv(
    TAG.sequence,
    integer(answer.version ?? request.version),
    text(answer.community ?? request.community),
    tlv(
      TAG.response,
      integer(answer.id ?? request.id),
      integer(answer.errorStatus ?? 0),
      integer(answer.errorIndex ?? 0),
      tlv(TAG.sequence, ...varbinds),
    ),
  );
}

/** A device with the given rows, in OID order, that answers as RFC 3416 says; SETs change the rows. */
export function honest(rows: Map<string, Buffer>): PeerHandler {
  return (request, send) => {
    const asked = request.varbinds.map(({ oid }) => oid);
    const echo = request.varbinds.map(({ oid, value }): [string, Buffer] => [oid, value]);
    switch (request.pdu) {
      case "get":
        send(
          response(request, {
            varbinds: asked.map((oid) => [oid, rows.get(oid) ?? tlv(TAG.noSuchInstance)]),
          }),
        );
        return;
      case "set":
        for (const [oid, value] of echo) rows.set(oid, value);
        send(response(request, { varbinds: echo }));
        return;
      case "getNext":
      case "getBulk": {
        const all = [...rows];
        const start = all.findIndex(([oid]) => isAfter(oid, asked[0]!));
        const count = request.pdu === "getNext" ? 1 : request.maxRepetitions;
        const found = start < 0 ? [] : all.slice(start, start + count);
        if (found.length > 0) send(response(request, { varbinds: found }));
        else if (request.version === 0)
          send(response(request, { varbinds: echo, errorStatus: 2, errorIndex: 1 }));
        else send(response(request, { varbinds: [[asked[0]!, tlv(TAG.endOfMibView)]] }));
        return;
      }
    }
  };
}

function isAfter(oid: string, other: string): boolean {
  const [a, b] = [oid.split(".").map(Number), other.split(".").map(Number)];
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    if (a[index] !== b[index]) return a[index]! > b[index]!;
  }
  return a.length > b.length;
}

function parseRequest(datagram: Buffer): PeerRequest {
  const [message] = elements(datagram);
  const [version, community, pdu] = elements(message!.content);
  const [id, , maxRepetitions, list] = elements(pdu!.content);
  return {
    version: integerOf(version!.content),
    community: community!.content.toString(),
    pdu: PDU_NAMES[pdu!.tag]!,
    id: integerOf(id!.content),
    maxRepetitions: integerOf(maxRepetitions!.content),
    varbinds: elements(list!.content).map(({ content }) => {
      const [oid, value] = elements(content);
      return { oid: oidOf(oid!.content), value: value!.whole };
    }),
  };
}
