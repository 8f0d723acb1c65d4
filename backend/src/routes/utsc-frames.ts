import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import { type FrameProvenance, frameProvenanceSchema } from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { AgentRegistry } from "../agents/registry.ts";
import type { CaptureLibrary } from "../captures/library.ts";
import type { UtscSetup } from "../contracts.ts";

export interface UtscFrameRouteDeps {
  agents: AgentRegistry;
  captures: CaptureLibrary;
  utscSetup: UtscSetup;
}

export function utscFrameRoutes(
  app: FastifyInstance,
  { agents, captures, utscSetup }: UtscFrameRouteDeps,
): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    "/utsc/sessions/:id/frames/:sequence",
    {
      schema: {
        summary:
          "Where one of the newest frames of a live capture comes from, how it was read, and by which agent",
        tags: ["utsc"],
        params: z.strictObject({ id: z.string(), sequence: z.coerce.number().int().min(1) }),
        response: { 200: frameProvenanceSchema },
      },
    },
    ({ params }): FrameProvenance => {
      const frame = utscSetup.frame(params.id, params.sequence);
      const { name, sentence } = agents.agentFor(frame.target);
      const agent = agents.list().find((known) => known.name === name);
      return {
        ...frame,
        captureId: captures.idOf(frame.fileName, frame.sha256) ?? null,
        agent: {
          name: name || null,
          sentence,
          roundTripMs: agent?.roundTripMs ?? null,
          clockOffsetMs: agent?.clockSkewMs ?? null,
        },
      };
    },
  );
}
