import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import { ZodError, z } from "zod";
import type { Simulator } from "../simulator.ts";
import { callRoute } from "./routes.ts";

const HOST = "127.0.0.1";
const MAX_BODY_OCTETS = 64 * 1024;
const OWN_NAMES = new Set(["127.0.0.1", "localhost"]);

/**
 * The control API: faults, restarts and the truth of simulated CMTSs, as JSON over HTTP. It listens on
 * loopback alone and asks for no token, so it takes nothing that a web page could have sent.
 */
export class ControlServer implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** @throws PnmLabError `PORT_IN_USE` or `HOST_NOT_USABLE` */
  static async listen(simulator: Simulator, port: number): Promise<ControlServer> {
    const server = createServer((request, response) => {
      void answer(simulator, request, response);
    });
    server.listen(port, HOST);
    try {
      await once(server, "listening");
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code === "EADDRINUSE" ? "PORT_IN_USE" : "HOST_NOT_USABLE";
      throw new PnmLabError(code, `the control API cannot listen on ${HOST}:${port}: ${messageOf(cause)}`, {
        cause,
      });
    }
    return new ControlServer(server);
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

async function answer(simulator: Simulator, request: IncomingMessage, response: ServerResponse) {
  let status = 200;
  let content: unknown;
  try {
    requireLocal(request);
    const { pathname } = new URL(request.url ?? "/", `http://${HOST}`);
    const body = await bodyOf(request);
    content = { ok: true, result: callRoute(simulator, request.method ?? "GET", pathname, body) };
  } catch (error) {
    const failure = failureOf(error);
    status = failure.status;
    content = { ok: false, error: failure.error };
  }
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(content)}\n`);
}

/** A page of a browser names where it comes from, or reaches this address by a name of its own. */
function requireLocal({ headers }: IncomingMessage): void {
  const name = (headers.host ?? "").replace(/:\d+$/, "");
  if (headers.origin !== undefined || !OWN_NAMES.has(name)) {
    throw new PnmLabError("FORBIDDEN", "the control API is for programs on this machine");
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    octets += part.length;
    if (octets > MAX_BODY_OCTETS) throw new PnmLabError("BODY_TOO_LARGE", "the body is too large");
    parts.push(part);
  }
  if (octets === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch (cause) {
    throw new PnmLabError("BAD_JSON", `the body is no JSON: ${messageOf(cause)}`, { cause });
  }
}

function failureOf(error: unknown): { status: number; error: { code: string; message: string } } {
  if (error instanceof ZodError) {
    return { status: 400, error: { code: "BAD_REQUEST", message: z.prettifyError(error) } };
  }
  if (!(error instanceof PnmLabError)) {
    return { status: 500, error: { code: "INTERNAL", message: messageOf(error) } };
  }
  const { code, message } = error;
  return {
    status: STATUS_BY_CODE[code] ?? (code.startsWith("UNKNOWN_") ? 404 : 400),
    error: { code, message },
  };
}

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  NO_SUCH_ROUTE: 404,
  METHOD_NOT_ALLOWED: 405,
  FORBIDDEN: 403,
  BODY_TOO_LARGE: 413,
};
