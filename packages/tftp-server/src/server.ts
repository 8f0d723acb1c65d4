import type { Socket, SocketType } from "node:dgram";
import { isIPv6 } from "node:net";
import type { Peer } from "./conversation.ts";
import type { TftpCounters } from "./counters.ts";
import { FileDirectory } from "./directory.ts";
import type { TftpLog, TftpServerEvents } from "./events.ts";
import { TftpFault } from "./fault.ts";
import { DEFAULT_LIMITS, type TftpLimits } from "./limits.ts";
import { bindListeningSocket } from "./listening-socket.ts";
import { flatName } from "./names.ts";
import { encodeError, looksLikeRequest, parsePacket, type RequestPacket } from "./packets.ts";
import { ReceiveTransfer } from "./receive-transfer.ts";
import { Reporter } from "./reporter.ts";
import { SendTransfer } from "./send-transfer.ts";
import type { Transfer, TransferContext } from "./transfer.ts";

export interface TftpServerOptions extends Partial<TftpLimits> {
  /** Address to listen on; transfers use the same one. */
  host: string;
  /** UDP port; 0 takes any free one. */
  port: number;
  /** Existing folder that belongs to this server alone. */
  directory: string;
  /** Path that peers may put before a name, such as `pnm/utsc`; it is taken off. */
  namePrefix?: string;
  /** What a read of `.pnmlab-server` answers, as JSON: which server this is. */
  about?: Readonly<Record<string, unknown>>;
  log?: TftpLog;
}

/**
 * Name under which the server says which program it is; no file of the directory, and not to be written.
 * Whoever finds something wrong asks first whether the server is one of this product.
 */
export const ABOUT_NAME = ".pnmlab-server";

/**
 * A TFTP server for receiving: RFC 1350 with the options of RFC 2347, 2348, 2349 and 7440. An upload
 * is visible under its name only when it is whole, and the sender is told that it is done only then;
 * an empty upload deletes the file of its name.
 */
export class TftpServer implements AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly counters: Readonly<TftpCounters>;
  readonly #options: TftpServerOptions;
  readonly #limits: TftpLimits;
  readonly #directory: FileDirectory;
  readonly #socket: Socket;
  readonly #socketType: SocketType;
  readonly #reporter: Reporter;
  /** Transfers under way by peer and request, so that a repeated request finds its transfer. */
  readonly #active = new Map<string, Transfer>();
  readonly #ends = new Set<Promise<void>>();
  /** Finished uploads that still answer repeats, oldest first. */
  readonly #dallying = new Map<Transfer, NodeJS.Timeout>();
  #closing: Promise<void> | undefined;

  private constructor(
    options: TftpServerOptions,
    directory: FileDirectory,
    socket: Socket,
    type: SocketType,
  ) {
    const { address, port } = socket.address();
    this.host = address;
    this.port = port;
    this.#options = options;
    this.#limits = limitsOf(options);
    this.#directory = directory;
    this.#socket = socket;
    this.#socketType = type;
    this.#reporter = new Reporter(options.log);
    this.counters = this.#reporter.counters;
    socket.on("message", (datagram, sender) => this.#onDatagram(datagram, sender));
    socket.on("error", (error) => this.#options.log?.warn({ error: error.message }, "socket error"));
  }

  /**
   * Starts a server. Unfinished transfers of an earlier run are removed from the directory first.
   *
   * @throws PnmLabError `PORT_IN_USE`, `PORT_NOT_ALLOWED`, `HOST_NOT_USABLE` or `DIRECTORY_UNUSABLE`.
   */
  static async listen(options: TftpServerOptions): Promise<TftpServer> {
    const type = isIPv6(options.host) ? "udp6" : "udp4";
    // The port first: whoever does not get it has no business in the directory.
    const socket = await bindListeningSocket(type, options.host, options.port);
    try {
      const { directory, swept } = await FileDirectory.open(options.directory);
      const server = new TftpServer(options, directory, socket, type);
      if (swept.length > 0) options.log?.warn({ files: swept.length }, "removed unfinished transfers");
      options.log?.info({ host: server.host, port: server.port, directory: directory.path }, "listening");
      return server;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** Adds an observer; the answer removes it again. An observer must not throw. */
  on<Name extends keyof TftpServerEvents>(
    name: Name,
    listener: (event: TftpServerEvents[Name]) => void,
  ): () => void {
    return this.#reporter.on(name, listener);
  }

  /** Ends every transfer and frees the port. Unfinished uploads leave nothing behind. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#socket.close(resolve);
    });
    const fault = new TftpFault("CLOSING", "the server is closing");
    for (const transfer of [...this.#active.values()]) transfer.abort(fault);
    await Promise.all(this.#ends);
    for (const transfer of [...this.#dallying.keys()]) this.#endDally(transfer);
    await closed;
  }

  #onDatagram(datagram: Uint8Array, sender: Peer): void {
    const packet = parsePacket(datagram);
    if (packet?.kind === "request") {
      this.#onRequest(packet, datagram, sender);
      return;
    }
    this.#reporter.counters.malformed += 1;
    // Nothing else is answered: an answer to a stray ERROR could be answered for ever.
    if (looksLikeRequest(datagram)) this.#sendError(new TftpFault("MALFORMED", "malformed request"), sender);
  }

  #onRequest(request: RequestPacket, datagram: Uint8Array, peer: Peer): void {
    const key = `${peer.address} ${peer.port} ${Buffer.from(datagram).toString("latin1")}`;
    const earlier = this.#active.get(key);
    if (earlier?.repeatRequest()) return;
    earlier?.abort(new TftpFault("REPLACED", "the peer began anew"));
    try {
      this.#run(key, this.#createTransfer(request, peer), request, peer);
    } catch (error) {
      if (!(error instanceof TftpFault)) throw error;
      this.#sendError(error, peer);
      this.#reporter.tell(request, peer, { kind: "refused", bytes: 0, fault: error });
    }
  }

  /** @throws TftpFault where the request is refused without looking at the disk. */
  #createTransfer(request: RequestPacket, peer: Peer): Transfer {
    if (this.#reporter.counters.active >= this.#limits.maxTransfers) {
      throw new TftpFault("BUSY", `${this.#limits.maxTransfers} transfers are under way`, {
        retryable: true,
      });
    }
    if (request.mode !== "octet") {
      throw new TftpFault("MODE_REFUSED", "only mode octet keeps a file as it is");
    }
    const name = flatName(request.nameBytes, this.#options.namePrefix);
    const { about } = this.#options;
    if (name === ABOUT_NAME && request.operation === "write") {
      throw new TftpFault("NAME_REFUSED", `the file name ${ABOUT_NAME} is the server's own`);
    }
    const context: TransferContext = {
      socketType: this.#socketType,
      host: this.#options.host,
      peer: { address: peer.address, port: peer.port },
      name,
      ...(name === ABOUT_NAME &&
        about && { content: new TextEncoder().encode(`${JSON.stringify(about)}\n`) }),
      requestedOptions: request.options,
      directory: this.#directory,
      limits: this.#limits,
      counters: this.#reporter.counters,
    };
    return request.operation === "write" ? new ReceiveTransfer(context) : new SendTransfer(context);
  }

  #run(key: string, transfer: Transfer, request: RequestPacket, peer: Peer): void {
    const { counters } = this.#reporter;
    counters.active += 1;
    this.#active.set(key, transfer);
    const ended = transfer.run().then((outcome) => {
      counters.active -= 1;
      this.#ends.delete(ended);
      if (this.#active.get(key) === transfer) this.#active.delete(key);
      if (request.operation === "write" && !("fault" in outcome)) this.#dally(transfer);
      this.#reporter.tell(request, peer, outcome);
    });
    this.#ends.add(ended);
  }

  #dally(transfer: Transfer): void {
    const oldest = this.#dallying.keys().next().value;
    if (oldest !== undefined && this.#dallying.size >= this.#limits.maxDallying) this.#endDally(oldest);
    this.#dallying.set(
      transfer,
      setTimeout(() => this.#endDally(transfer), this.#limits.dallyMs),
    );
    this.#reporter.counters.dallying = this.#dallying.size;
  }

  #endDally(transfer: Transfer): void {
    clearTimeout(this.#dallying.get(transfer));
    this.#dallying.delete(transfer);
    this.#reporter.counters.dallying = this.#dallying.size;
    transfer.close();
  }

  #sendError(fault: TftpFault, peer: Peer): void {
    this.#socket.send(encodeError(fault.wireCode, fault.message), peer.port, peer.address, () => {});
  }
}

function limitsOf(options: TftpServerOptions): TftpLimits {
  const limits = { ...DEFAULT_LIMITS };
  for (const name of Object.keys(DEFAULT_LIMITS) as (keyof TftpLimits)[]) {
    limits[name] = options[name] ?? DEFAULT_LIMITS[name];
  }
  return limits;
}
