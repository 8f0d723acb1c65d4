import { createSocket, type Socket } from "node:dgram";
import { instanceOid, type MibObject } from "@pnmlab/docsis-mib";
import { withDeadline } from "@pnmlab/kit";
import type { ErrorStatus } from "../snmp/error-status.ts";
import type { Varbind } from "../snmp/message.ts";
import { oidText, parseOid } from "../snmp/oid.ts";
import { type RawValue, type SnmpValue, typedValue } from "../snmp/values.ts";
import { asking, decodeResponse, encodeRequest, type TestRequest, type TestResponse } from "./requests.ts";

/** A small manager on a real socket, one request at a time. */
export class Manager implements Disposable {
  readonly #socket: Socket = createSocket("udp4");
  readonly #port: number;
  #requestId = 0;

  constructor(port: number) {
    this.#port = port;
  }

  async ask(request: TestRequest, deadlineMs = 2000): Promise<TestResponse> {
    this.#requestId += 1;
    const requestId = this.#requestId;
    const answer = new Promise<TestResponse>((resolve) => {
      const listen = (datagram: Uint8Array) => {
        const response = decodeResponse(datagram);
        if (response.requestId !== requestId) return;
        this.#socket.off("message", listen);
        resolve(response);
      };
      this.#socket.on("message", listen);
    });
    this.#socket.send(encodeRequest({ ...request, requestId }), this.#port, "127.0.0.1");
    return withDeadline(answer, deadlineMs, "the request");
  }

  async get(object: MibObject, ...index: number[]): Promise<SnmpValue> {
    const { varbinds } = await this.ask({ tag: 0xa0, varbinds: asking(instanceOid(object, ...index)) });
    return varbinds[0]!.value;
  }

  async number(object: MibObject, ...index: number[]): Promise<number> {
    return (await this.get(object, ...index)).value as number;
  }

  async text(object: MibObject, ...index: number[]): Promise<string> {
    return Buffer.from((await this.get(object, ...index)).value as Uint8Array).toString("utf8");
  }

  /** SETs several objects of one row in one request; answers the status. */
  async set(index: number[], ...pairs: [MibObject, RawValue][]): Promise<ErrorStatus> {
    return (await this.setAll(pairs.map(([object, raw]) => [object, index, raw]))).status;
  }

  setAll(triples: [MibObject, number[], RawValue][]): Promise<TestResponse> {
    return this.ask({
      tag: 0xa3,
      community: "private",
      varbinds: triples.map(([object, index, raw]) => ({
        oid: parseOid(instanceOid(object, ...index)),
        value: typedValue(object, raw),
      })),
    });
  }

  /** Every varbind below an OID, by GETBULK. */
  async walk(root: string, maxRepetitions = 20): Promise<Varbind[]> {
    const found: Varbind[] = [];
    let oid = root;
    for (;;) {
      const { varbinds } = await this.ask({ tag: 0xa5, third: maxRepetitions, varbinds: asking(oid) });
      for (const varbind of varbinds) {
        const text = oidText(varbind.oid);
        if (varbind.value.type === "endOfMibView" || !text.startsWith(`${root}.`)) return found;
        found.push(varbind);
        oid = text;
      }
    }
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}
