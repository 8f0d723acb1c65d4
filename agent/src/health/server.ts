import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { BuildInfo } from "@pnmlab/protocol";
import type { AgentLog } from "../log.ts";
import { EXPOSITION_CONTENT_TYPE, expositionText, type MetricFamily } from "./exposition.ts";
import type { AgentReport } from "./report.ts";

export interface HealthServerOptions {
  /** TCP port on the loopback address; 0 takes any free one. */
  port: number;
  build: BuildInfo;
  report: () => AgentReport;
  metrics: () => MetricFamily[];
  log: AgentLog;
}

export interface HealthServer extends AsyncDisposable {
  /** Undefined where the port could not be had: an agent works without it. */
  readonly port: number | undefined;
}

/**
 * For the machine that the agent runs on: `GET /health`, 200 while the agent is connected and 503 while it
 * is not, and `GET /metrics` in the text format of Prometheus. A port that is taken is logged with the variable that changes it.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { log } = options;
  const server = createServer((request, response) => {
    const isRead = request.method === "GET" || request.method === "HEAD";
    const { status, type, body } = answerTo(isRead ? request.url : undefined, options);
    response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
    response.end(request.method === "HEAD" ? undefined : body);
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

function answerTo(
  path: string | undefined,
  { build, report, metrics }: HealthServerOptions,
): { status: number; type: string; body: string } {
  if (path === "/metrics") {
    return { status: 200, type: EXPOSITION_CONTENT_TYPE, body: expositionText(metrics()) };
  }
  const json = (status: number, body: object) => ({
    status,
    type: "application/json",
    body: `${JSON.stringify(body)}\n`,
  });
  if (path !== "/health") return json(404, { error: "there are only GET /health and GET /metrics" });
  const said = report();
  return json(said.status === "ok" ? 200 : 503, { ...said, build });
}
