import type { ZodTypeProvider } from "@fastify/type-provider-zod";
import type { CmtsTarget } from "@pnmlab/config";
import {
  channelModemsSchema,
  chooseUtscProfileSchema,
  cmtsModemListSchema,
  startUtscSessionSchema,
  utscColumnsAnswerSchema,
  utscDryRunSchema,
  utscOptionsSchema,
  utscProfileAnswerSchema,
} from "@pnmlab/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { requireRole } from "../auth/guard.ts";
import type { ModemDirectory } from "../cmts/modem-directory.ts";
import type { CmtsMonitor } from "../cmts/monitor.ts";
import type { VendorProfiles } from "../cmts/vendor-profiles.ts";
import type { UtscSetup } from "../contracts.ts";
import { notFound } from "../http/api-error.ts";
import { receivedOn } from "../polling/channel-levels.ts";
import type { PollService } from "../polling/service.ts";
import type { SeriesStore } from "../storage/series.ts";
import { requireCmts } from "./cmts.ts";

export interface UtscSetupRouteDeps {
  cmts: CmtsMonitor;
  modems: ModemDirectory;
  profiles: VendorProfiles;
  utscSetup: UtscSetup;
  polling: Pick<PollService, "list">;
  series: Pick<SeriesStore, "newest">;
}

const idParams = z.strictObject({ id: z.string() });
const tags = ["utsc"];
/** A picker shows no more at a time. */
const MAX_MODEMS = 2000;
/** ifIndex of upstream channels: `12,13`. */
const channelListSchema = z
  .string()
  .regex(/^\d{1,10}(,\d{1,10}){0,63}$/)
  .transform((text) => text.split(",").map(Number));

export function utscSetupRoutes(app: FastifyInstance, deps: UtscSetupRouteDeps): void {
  const { cmts, modems, profiles, utscSetup } = deps;
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const profileOf = ({ id, host, port, profile }: CmtsTarget) => profiles.answer(id, { host, port, profile });
  routes.get(
    "/cmts/:id/rf-ports/:ifIndex/utsc-options",
    {
      schema: {
        summary: "What an RF port and its vendor profile allow of each UTSC parameter",
        tags,
        params: z.strictObject({ id: z.string(), ifIndex: z.coerce.number().int().min(1) }),
        querystring: z.strictObject({ profile: z.string().min(1).optional() }),
        response: { 200: utscOptionsSchema },
      },
    },
    ({ params, query }) => utscSetup.options(requireCmts(cmts, params.id).id, params.ifIndex, query.profile),
  );
  routes.post(
    "/utsc/sessions/dry-run",
    {
      config: { changesNothing: true },
      onRequest: requireRole("operator"),
      schema: {
        summary: "What a start would send, beside what the CMTS has; nothing is written",
        tags,
        body: startUtscSessionSchema,
        response: { 200: utscDryRunSchema },
      },
    },
    ({ body }) => utscSetup.dryRun(body),
  );
  routes.get(
    "/utsc/sessions/:id/columns",
    {
      schema: {
        summary: "Each column of a live capture as asked, written, accepted and observed",
        tags,
        params: idParams,
        response: { 200: utscColumnsAnswerSchema },
      },
    },
    ({ params }) => {
      const answer = utscSetup.columns(params.id);
      if (!answer) throw notFound("SESSION_UNKNOWN", `there is no session ${params.id}`);
      return answer;
    },
  );
  routes.get(
    "/cmts/:id/profile",
    {
      schema: {
        summary: "The vendor profile of a CMTS, how it was told, and what there is to choose from",
        tags,
        params: idParams,
        response: { 200: utscProfileAnswerSchema },
      },
    },
    ({ params }) => profileOf(requireCmts(cmts, params.id)),
  );
  routes.put(
    "/cmts/:id/profile",
    {
      onRequest: requireRole("operator"),
      schema: {
        summary: "Choose the vendor profile of a CMTS by hand, or go back to what is detected with null",
        tags,
        params: idParams,
        body: chooseUtscProfileSchema,
        response: { 200: utscProfileAnswerSchema },
      },
    },
    ({ params, body }) => {
      const target = requireCmts(cmts, params.id);
      profiles.choose(target.id, body.profile);
      return profileOf(target);
    },
  );
  routes.get(
    "/cmts/:id/upstream-channels/:ifIndex/modems",
    {
      schema: {
        summary:
          "How many modems send on an upstream channel and how it receives them, as far as that is known",
        tags: ["plant"],
        params: z.strictObject({ id: z.string(), ifIndex: z.coerce.number().int().min(1) }),
        response: { 200: channelModemsSchema },
      },
    },
    ({ params }) => {
      const target = requireCmts(cmts, params.id);
      return {
        counted: modems.countedOn(target.id, params.ifIndex),
        received: receivedOn(deps.series, deps.polling.list(), target, params.ifIndex),
      };
    },
  );
  routes.get(
    "/cmts/:id/modems",
    {
      schema: {
        summary:
          "Modems of a CMTS by a part of their MAC or IP address or by their upstream channels, with channels and RF ports",
        tags: ["plant"],
        params: idParams,
        querystring: z.strictObject({
          q: z.string().max(64).default(""),
          channels: channelListSchema.optional(),
          limit: z.coerce.number().int().min(1).max(MAX_MODEMS).default(20),
        }),
        response: { 200: cmtsModemListSchema },
      },
    },
    ({ params, query }) =>
      modems.search(requireCmts(cmts, params.id).id, query.q, query.limit, query.channels),
  );
}
