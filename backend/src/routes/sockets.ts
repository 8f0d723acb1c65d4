import { AGENT_CHECK_HEADER, AGENT_PATH, LIVE_PATH } from "@pnmlab/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { AgentRegistry } from "../agents/registry.ts";
import type { Guard } from "../auth/guard.ts";
import { addressOf } from "../http/address.ts";
import { ApiError } from "../http/api-error.ts";
import { requireSameOrigin } from "../http/origin.ts";
import type { LiveHub } from "../live/hub.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Name and token by which an agent was let in. */
    agent: { name: string; token: string } | null;
  }
}

/** The two WebSockets. Who is refused is told before the upgrade, as an HTTP answer with a reason. */
export function socketRoutes(
  app: FastifyInstance,
  { agents, hub, guard }: { agents: AgentRegistry; hub: LiveHub; guard: Guard },
): void {
  app.decorateRequest("agent", null);
  app.get(
    AGENT_PATH,
    {
      websocket: true,
      config: { isSocket: true },
      onRequest: async (request, reply) => {
        requireUpgrade(request);
        if (request.headers[AGENT_CHECK_HEADER] !== undefined) {
          const answer = agents.check(request.headers, addressOf(request));
          if (!answer.ok) throw new ApiError(answer.status, answer.code, answer.reason);
          return reply.header("cache-control", "no-store").send(answer.check);
        }
        const admission = await agents.admit(request.headers, addressOf(request));
        if (!admission.ok) throw new ApiError(admission.status, admission.code, admission.reason);
        request.agent = admission;
        return undefined;
      },
    },
    (socket, request) => agents.attach(socket, request.agent!, addressOf(request), request.raw.socket),
  );
  app.get(
    LIVE_PATH,
    {
      websocket: true,
      config: { isSocket: true },
      onRequest: async (request) => {
        requireUpgrade(request);
        requireSameOrigin(request);
        await guard.requireSession(request);
      },
    },
    (socket, request) => hub.attach(socket, request.raw.socket),
  );
}

function requireUpgrade(request: FastifyRequest): void {
  if (!request.ws) throw new ApiError(426, "UPGRADE_REQUIRED", "this address is a WebSocket");
}
