// The npm package ships no types. Members with an underscore are private to it: `guard.ts` says why
// they are used, and the package's version is pinned.
declare module "tftp" {
  import type { RemoteInfo, Socket } from "node:dgram";
  import type { Readable, Writable } from "node:stream";

  export interface ClientOptions {
    host: string;
    port: number;
    /** Bytes of a block to ask for. */
    blockSize: number;
    /** Blocks in flight to ask for. */
    windowSize: number;
    /** Time after which a packet is sent again, in milliseconds. */
    timeout: number;
    retries: number;
  }

  /** What was agreed on with the server. */
  export interface Stats {
    blockSize: number;
    windowSize: number;
    /** File size that the server announced, in bytes. */
    size: number | null;
  }

  interface RetransmitTimer {
    reset(): void;
  }

  type MessageHandler = (message: Buffer, sender: RemoteInfo) => void;

  /** One transfer: the protocol half of a stream. */
  export interface Request {
    _address: string;
    _port: number;
    _socket: Socket | null;
    _closed: boolean;
    _firstPacket: boolean;
    _oackExpected: boolean;
    _extensionsEmitted: boolean;
    _extensionsRetransmitted: boolean;
    _requestTimer: RetransmitTimer;
    _readerTimer?: RetransmitTimer;
    _window?: {
      /** Blocks in flight, in order. */
      _blocks: { block: number }[];
      _writerTimer: RetransmitTimer;
      /** Sends all blocks in flight again. */
      _restransmitterSendFn(): void;
    } | null;
    _open(withOptions?: boolean): void;
    _send(packet: Buffer, onSent?: (error: Error | null) => void): void;
    _initSocket(socket: null, onMessage: MessageHandler): void;
  }

  export interface PutStream extends Writable {
    /** Made by the first write. */
    _writer: Request | null;
  }

  export interface GetStream extends Readable {
    _reader: Request;
  }

  export interface Client {
    _options: { extensionsString: Record<string, string>; extensionsLength: number };
    createPutStream(
      name: string,
      options: { size: number; userExtensions: Record<string, string> },
    ): PutStream;
    createGetStream(name: string, options: { userExtensions: Record<string, string> }): GetStream;
  }

  const tftp: { createClient(options: ClientOptions): Client };
  export default tftp;
}
