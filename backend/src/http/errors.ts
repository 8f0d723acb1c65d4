import { hasZodFastifySchemaValidationErrors } from "@fastify/type-provider-zod";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import type { ErrorBody } from "@pnmlab/protocol";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ApiError, statusOfCode } from "./api-error.ts";
import { requestInvalid } from "./validation.ts";

declare module "fastify" {
  interface FastifyReply {
    /** Code of the error that this answer carries, for the audit. */
    errorCode: string | null;
  }
}

/** Every answer that is not a success has the body `{error: {code, message, details?}}`. */
export function installErrorHandling(app: FastifyInstance): void {
  app.decorateReply("errorCode", null);
  app.setErrorHandler((thrown, request, reply) => {
    const { status, body } = answerFor(thrown, request);
    return sendError(reply, status, body);
  });
}

export function sendError(reply: FastifyReply, status: number, body: ErrorBody): FastifyReply {
  reply.errorCode = body.code;
  // A route may have set the type of the answer that it meant to give.
  return reply
    .code(status)
    .type("application/json; charset=utf-8")
    .serializer(JSON.stringify)
    .send({ error: body });
}

function answerFor(thrown: unknown, request: FastifyRequest): { status: number; body: ErrorBody } {
  if (thrown instanceof ApiError) return { status: thrown.statusCode, body: thrown.toBody() };
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const refusal = requestInvalid(thrown.validation, (thrown as FastifyError).validationContext);
    return { status: refusal.statusCode, body: refusal.toBody() };
  }
  if (thrown instanceof PnmLabError) {
    const status = statusOfCode(thrown.code);
    if (status) return { status, body: thrown.toBody() };
  }
  const status = (thrown as Partial<FastifyError>).statusCode ?? 500;
  if (status >= 400 && status < 500) {
    return { status, body: { code: "REQUEST_INVALID", message: messageOf(thrown) } };
  }
  request.log.error({ err: thrown, route: request.routeOptions.url }, "a request failed unexpectedly");
  return {
    status: 500,
    body: {
      code: "INTERNAL",
      message: `the backend failed at this request; its log names the cause under request ${request.id}`,
    },
  };
}
