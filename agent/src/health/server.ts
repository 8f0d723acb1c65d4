import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { BuildInfo } from "@pnmlab/protocol";
import type { AgentLog } from "../log.ts";
import type { AgentReport } from "./report.ts";

export interface HealthServerOptions {
  /** TCP port on the loopback address; 0 takes any free one. */
  port: number;
  build: BuildInfo;
  report: () => AgentReport;
  log: AgentLog;
}

export interface HealthServer extends AsyncDisposable {
  /** Undefined where the port could not be had: an agent works without it. */
  readonly port: number | undefined;
}

/**
 * `GET /health` for the machine that the agent runs on: 200 while the agent is connected, 503 while it is
 * not. A port that is taken is logged with the variable that changes it.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { build, log, report } = options;
  const server = createServer((request, response) => {
    const known = request.url === "/health" && (request.method === "GET" || request.method === "HEAD");
    const body = known ? { ...report(), build } : { error: "there is only GET /health" };
    const status = known ? ("status" in body && body.status === "ok" ? 200 : 503) : 404;
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(request.method === "HEAD" ? undefined : `${JSON.stringify(body)}\n`);
  });
  server.requestTimeout = 2000;
  server.keepAliveTimeout = 1000;
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  server.once("listening", () => resolve((server.address() as AddressInfo).port));
  server.on("error", (error) => {
    log.warn(
      { port: options.port, error: error.message },
      `the health port ${options.port} cannot be used (${(error as NodeJS.ErrnoException).code}); the agent works without it, its container check does not: set PNMLAB_AGENT_HEALTH_PORT to another port`,
    );
    resolve(undefined);
  });
  server.listen(options.port, "127.0.0.1");
  const port = await promise;
  return {
    port,
    [Symbol.asyncDispose]: () =>
      new Promise((closed) => {
        if (!server.listening) {
          closed();
          return;
        }
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
