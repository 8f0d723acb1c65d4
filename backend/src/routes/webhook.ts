import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import { type WebhookState, webhookStateSchema } from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";

/** How events are told to another program. */
export function webhookRoute(app: FastifyInstance, { webhook }: { webhook: () => WebhookState }): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    "/webhook",
    {
      schema: {
        summary: "How events are told to the program that PNMLAB_EVENT_WEBHOOK_URL names; never its address",
        tags: ["events"],
        response: { 200: webhookStateSchema },
      },
    },
    () => webhook(),
  );
}
