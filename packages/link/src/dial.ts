import { readFileSync } from "node:fs";
import { request } from "node:http";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, getCACertificates, type SecureContextOptions } from "node:tls";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import type { ClientOptions } from "ws";

/** How the backend is reached; files are read at each attempt, so that a renewed one needs no restart. */
export interface DialOptions {
  /** PEM file of authorities that are trusted beside those of the machine's. */
  caFile?: string;
  /** PEM files of the agent's own certificate and key. */
  certFile?: string;
  keyFile?: string;
  /** `http://[user:password@]host:port` of a proxy that takes CONNECT. */
  proxyUrl?: string;
}

/** The proxy does not answer or does not let through. The message never holds its password. */
export class ProxyError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Options of a WebSocket for the way to `url`.
 *
 * @throws PnmLabError `LINK_FILE_UNREADABLE` naming the setting whose file cannot be read.
 */
export function dialOptionsFor(url: URL, way: DialOptions, deadlineMs: number): ClientOptions {
  const isTls = url.protocol === "wss:";
  const tls = isTls ? tlsOptions(way) : {};
  const { proxyUrl } = way;
  if (!proxyUrl) return tls;
  return {
    ...tls,
    // `http.request` takes what the callback brings; the types know the synchronous form alone.
    createConnection: ((_options: unknown, done: (error: Error | null, socket?: Socket) => void) => {
      tunnel(new URL(proxyUrl), url, deadlineMs).then(
        (socket) =>
          done(
            null,
            isTls
              ? connectTls({
                  ...tls,
                  socket,
                  ALPNProtocols: ["http/1.1"],
                  ...(isIP(bareHost(url)) ? {} : { servername: url.hostname }),
                  host: bareHost(url),
                })
              : socket,
          ),
        (error: unknown) => done(error as Error),
      );
    }) as unknown as NonNullable<ClientOptions["createConnection"]>,
  };
}

/** Reads a file that a setting names. @throws PnmLabError `LINK_FILE_UNREADABLE` */
export function readNamedFile(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new PnmLabError(
      "LINK_FILE_UNREADABLE",
      `${setting} names ${path}, which cannot be read (${messageOf(error).split(",", 1)[0]}). Put the file there, readable for the user that the agent runs as.`,
      { cause: error },
    );
  }
}

function tlsOptions({ caFile, certFile, keyFile }: DialOptions): SecureContextOptions {
  return {
    ...(caFile && { ca: [...getCACertificates("default"), readNamedFile("PNMLAB_AGENT_CA_FILE", caFile)] }),
    ...(certFile && { cert: readNamedFile("PNMLAB_AGENT_CERT_FILE", certFile) }),
    ...(keyFile && { key: readNamedFile("PNMLAB_AGENT_KEY_FILE", keyFile) }),
  };
}

/** A TCP connection to the backend through the proxy. */
function tunnel(proxy: URL, target: URL, deadlineMs: number): Promise<Socket> {
  const shown = `${proxy.protocol}//${proxy.host}`;
  const authority = `${target.hostname}:${target.port || (target.protocol === "wss:" ? 443 : 80)}`;
  const credentials = proxy.username
    ? {
        "proxy-authorization": `Basic ${Buffer.from(
          `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`,
        ).toString("base64")}`,
      }
    : {};
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const asked = request({
    createConnection: () => connectTcp({ host: bareHost(proxy), port: Number(proxy.port || 80) }),
    method: "CONNECT",
    path: authority,
    headers: { host: authority, ...credentials },
    signal: AbortSignal.timeout(deadlineMs),
  });
  const fail = (code: string, what: string, advice: string) =>
    reject(new ProxyError(code, `The proxy ${shown} ${what} (${code}). ${advice}`));
  asked.on("connect", (response, socket: Socket) => {
    if (response.statusCode === 200) {
      resolve(socket);
      return;
    }
    socket.destroy();
    const status = `HTTP_${response.statusCode}`;
    if (response.statusCode === 407) {
      fail(
        status,
        "wants a user and a password",
        "Write them into PNMLAB_AGENT_PROXY as http://user:password@host:port.",
      );
      return;
    }
    fail(
      status,
      `does not let through to ${authority}`,
      `Let it allow CONNECT to ${authority}, or set PNMLAB_AGENT_PROXY to none where no proxy is needed.`,
    );
  });
  asked.on("error", (error: NodeJS.ErrnoException) => {
    const code =
      error.name === "TimeoutError" || error.name === "AbortError" ? "TIMEOUT" : (error.code ?? "ERROR");
    fail(
      `PROXY_${code}`,
      "does not answer",
      "Start it, or correct PNMLAB_AGENT_PROXY (HTTPS_PROXY where that is not set); none goes without one.",
    );
  });
  asked.end();
  return promise;
}

/** The host without the brackets of an IPv6 address. */
function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}
