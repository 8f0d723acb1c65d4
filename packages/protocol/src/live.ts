import { z } from "zod";
import { buildInfoSchema } from "./build.ts";
import { plantEventSchema } from "./detection.ts";
import { errorBodySchema } from "./errors.ts";
import { agentSchema, captureSchema, healthSchema } from "./rest.ts";
import { utscSessionSchema } from "./utsc.ts";

/** Path of the browsers' WebSocket on the backend. */
export const LIVE_PATH = "/ws/live";

/** What a browser sends. State of everything comes unasked; frames only of the sessions it watches. */
export const browserToBackendSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("watch"), sessionId: z.string() }),
  z.strictObject({ type: z.literal("unwatch"), sessionId: z.string() }),
]);
export type BrowserToBackend = z.infer<typeof browserToBackendSchema>;

/**
 * What a browser receives as text. After `hello` come the whole agents, sessions and health; later
 * messages replace what they name. Spectrum frames come as binary messages, see `frame.ts`.
 */
export const backendToBrowserSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("hello"), build: buildInfoSchema, serverTimeMs: z.number() }),
  z.strictObject({ type: z.literal("agents"), agents: z.array(agentSchema) }),
  z.strictObject({ type: z.literal("sessions"), sessions: z.array(utscSessionSchema) }),
  z.strictObject({ type: z.literal("session"), session: utscSessionSchema }),
  z.strictObject({ type: z.literal("capture"), capture: captureSchema }),
  /** An event that was raised, changed or cleared. */
  z.strictObject({ type: z.literal("event"), event: plantEventSchema }),
  /** Masks that the lab watches on a port, or how they stand, have changed: to be read anew. */
  z.strictObject({ type: z.literal("masks"), cmtsId: z.string(), rfPortIfIndex: z.int() }),
  z.strictObject({ type: z.literal("health"), health: healthSchema }),
  /** How many browsers watch a session. */
  z.strictObject({ type: z.literal("viewers"), sessionId: z.string(), count: z.int() }),
  z.strictObject({ type: z.literal("error"), error: errorBodySchema }),
]);
export type BackendToBrowser = z.infer<typeof backendToBrowserSchema>;
