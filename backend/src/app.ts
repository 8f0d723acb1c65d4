import cookie from "@fastify/cookie";
import swaggerUi from "@fastify/swagger-ui";
import { serializerCompiler, validatorCompiler } from "@fastify/type-provider-zod";
import websocket from "@fastify/websocket";
import type { Logger } from "@pnmlab/config";
import type { BuildInfo, WebhookState } from "@pnmlab/protocol";
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import type { AgentRegistry } from "./agents/registry.ts";
import { Guard } from "./auth/guard.ts";
import type { CaptureLibrary } from "./captures/library.ts";
import type { ModemDirectory } from "./cmts/modem-directory.ts";
import type { CmtsMonitor } from "./cmts/monitor.ts";
import type { RfPortCache } from "./cmts/rf-port-cache.ts";
import type { VendorProfiles } from "./cmts/vendor-profiles.ts";
import type { UtscProbe, UtscService, UtscSetup } from "./contracts.ts";
import type { DetectionService } from "./detection/index.ts";
import type { Doctor } from "./doctor/index.ts";
import type { HealthMonitor } from "./health/monitor.ts";
import { ApiError } from "./http/api-error.ts";
import { keepAuditTrail } from "./http/audit-trail.ts";
import { installErrorHandling } from "./http/errors.ts";
import { collectOpenApi } from "./http/openapi.ts";
import { isMutating, requireSameOrigin } from "./http/origin.ts";
import { logRequests } from "./http/request-log.ts";
import { installSecurityHeaders } from "./http/security-headers.ts";
import { refuseUndeclaredInput } from "./http/validation.ts";
import { sendNotFound, serveWebApplication } from "./http/web-application.ts";
import type { LiveHub } from "./live/hub.ts";
import type { LabMasks } from "./masks/lab-masks.ts";
import type { PollService } from "./polling/service.ts";
import type { RecordingSchedules } from "./recorder/schedules.ts";
import type { FlightRecorder } from "./recorder/service.ts";
import { accountRoutes } from "./routes/account.ts";
import { agentRoutes } from "./routes/agents.ts";
import { auditRoutes } from "./routes/audit.ts";
import { captureRoutes } from "./routes/captures.ts";
import { cmtsRoutes } from "./routes/cmts.ts";
import { doctorRoute } from "./routes/doctor.ts";
import { eventRoutes } from "./routes/events.ts";
import { healthRoute } from "./routes/health.ts";
import { maskRoutes } from "./routes/masks.ts";
import { pollingRoutes } from "./routes/polling.ts";
import { recordingRoutes } from "./routes/recordings.ts";
import { signInRoute } from "./routes/sign-in.ts";
import { socketRoutes } from "./routes/sockets.ts";
import { tftpProbeRoutes } from "./routes/tftp-probe.ts";
import { utscFrameRoutes } from "./routes/utsc-frames.ts";
import { utscOrphanRoutes } from "./routes/utsc-orphans.ts";
import { utscSessionRoutes } from "./routes/utsc-sessions.ts";
import { utscSetupRoutes } from "./routes/utsc-setup.ts";
import { webhookRoute } from "./routes/webhook.ts";
import type { Storage } from "./storage/index.ts";
import type { SeriesStore } from "./storage/series.ts";
import type { OrphanWatch } from "./utsc/orphan-watch.ts";

export interface AppDeps {
  build: BuildInfo;
  log: Logger;
  now: () => number;
  sessionKey: string;
  /** Opens the checks and nothing else; empty where there is none. */
  checkToken: string;
  /** Folder of the built web application. */
  distDir: string;
  storage: Pick<Storage, "nonces" | "audit" | "events">;
  agents: AgentRegistry;
  hub: LiveHub;
  health: HealthMonitor;
  doctor: Pick<Doctor, "run">;
  captures: CaptureLibrary;
  cmts: CmtsMonitor;
  rfPorts: RfPortCache;
  modems: ModemDirectory;
  profiles: VendorProfiles;
  utsc: UtscService;
  utscSetup: UtscSetup;
  polling: PollService;
  series: SeriesStore;
  utscProbe: UtscProbe;
  orphans: Pick<OrphanWatch, "read" | "stop">;
  detection: DetectionService;
  masks: LabMasks;
  webhook: () => WebhookState;
  recorder: FlightRecorder;
  schedules: RecordingSchedules;
}

/** Largest request body: a session request is a few hundred bytes. */
const BODY_LIMIT_BYTES = 64 * 1024;

/** Largest WebSocket message: a walk of 100,000 varbinds from an agent. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** How long open WebSockets may take to close when the program stops. */
const CLOSE_GRACE_MS = 500;

/** The whole HTTP side: plugins and routes in order, without listening. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { build, log, now, storage } = deps;
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    // Heads must come at once; a recording that is taken in may take its time.
    requestTimeout: 1_800_000,
    http: { headersTimeout: 30_000 },
    forceCloseConnections: true,
  });
  const guard = new Guard({ sessionKey: deps.sessionKey, now });

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.removeContentTypeParser("text/plain");
  app.decorateRequest("session", null);
  installErrorHandling(app);
  installSecurityHeaders(app);
  logRequests(app);
  await app.register(cookie);
  await app.register(websocket, {
    options: { maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false },
    preClose: function (this: FastifyInstance, done) {
      const { clients } = this.websocketServer;
      for (const client of clients) client.close(1001, "the backend is stopping");
      setTimeout(() => {
        for (const client of clients) client.terminate();
      }, CLOSE_GRACE_MS).unref();
      done();
    },
  });
  app.addHook("onRequest", async (request) => {
    const isSocketRoute = (request.routeOptions.config as { isSocket?: boolean }).isSocket === true;
    if (request.ws && !isSocketRoute) {
      throw new ApiError(404, "NOT_FOUND", "this address is no WebSocket");
    }
  });
  await collectOpenApi(app, build);

  refuseUndeclaredInput(app);
  signInRoute(app, { ...deps, guard, nonces: storage.nonces, audit: storage.audit });
  healthRoute(app, { ...deps, guard });
  doctorRoute(app, { ...deps, guard, audit: storage.audit });
  socketRoutes(app, { ...deps, guard });
  await app.register(
    async (api) => {
      api.addHook("onRequest", guard.requireSession);
      api.addHook("onRequest", async (request) => {
        if (isMutating(request)) requireSameOrigin(request);
      });
      api.addHook("onSend", async (_request, reply) => {
        if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
      });
      keepAuditTrail(api, storage.audit, now);
      // A route of its own, because the page's files are served from every address that has none.
      api.all("/*", { schema: { hide: true } }, sendNotFound);
      accountRoutes(api, { guard });
      agentRoutes(api, deps);
      cmtsRoutes(api, deps);
      captureRoutes(api, deps);
      utscSessionRoutes(api, deps);
      utscSetupRoutes(api, deps);
      utscFrameRoutes(api, deps);
      utscOrphanRoutes(api, deps);
      tftpProbeRoutes(api, deps);
      pollingRoutes(api, deps);
      eventRoutes(api, deps);
      maskRoutes(api, deps);
      webhookRoute(api, deps);
      recordingRoutes(api, deps);
      auditRoutes(api, storage);
      await api.register(swaggerUi, { routePrefix: "/docs", indexPrefix: "/api" });
    },
    { prefix: "/api" },
  );
  await serveWebApplication(app, deps.distDir);
  return app;
}
