import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import {
  labMaskAnswerSchema,
  labMaskListSchema,
  labMaskQuerySchema,
  putLabMaskSchema,
} from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { requireRole } from "../auth/guard.ts";
import type { LabMasks } from "../masks/lab-masks.ts";

const tags = ["masks"];
const idParams = z.strictObject({ id: z.uuid() });
const operator = { onRequest: requireRole("operator") };
/** A line of 4,096 points with all digits of a number. */
const BODY_LIMIT_BYTES = 512 * 1024;

/** Masks that the detectors judge on a port, whether a page is open or not. */
export function maskRoutes(app: FastifyInstance, { masks }: { masks: LabMasks }): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    "/masks",
    {
      schema: {
        summary: "Masks that the lab watches, of one port or of all, and how they stand",
        tags,
        querystring: labMaskQuerySchema,
        response: { 200: labMaskListSchema },
      },
    },
    ({ query }) => ({ masks: masks.list(query) }),
  );
  routes.put(
    "/masks/:id",
    {
      ...operator,
      bodyLimit: BODY_LIMIT_BYTES,
      config: { auditDetails: withoutPoints },
      schema: {
        summary: "Have the lab watch a mask on a port, under an id that the caller makes, or change it",
        tags,
        params: idParams,
        body: putLabMaskSchema,
        response: { 200: labMaskAnswerSchema },
      },
    },
    ({ params, body, session }) => ({ mask: masks.put(params.id, body, session!.user) }),
  );
  routes.delete(
    "/masks/:id",
    {
      ...operator,
      schema: {
        summary: "Have the lab watch a mask no more; its events are cleared",
        tags,
        params: idParams,
        response: { 200: labMaskAnswerSchema },
      },
    },
    ({ params }) => ({ mask: masks.remove(params.id) }),
  );
}

/** The audit holds what a mask is made from; of its line the number of points. */
function withoutPoints(body: Record<string, unknown>): Record<string, unknown> {
  const source = body.source;
  if (typeof source !== "object" || source === null) return body;
  return {
    ...body,
    source: Object.fromEntries(
      Object.entries(source).map(([field, value]) =>
        Array.isArray(value) ? [`${field}Count`, value.length] : [field, value],
      ),
    ),
  };
}
