import type { SignedIn } from "@pnmlab/protocol";
import { z } from "zod";
import { readSignedValue, signValue } from "./signed-value.ts";

/** How long a browser stays signed in. */
export const SESSION_LIFETIME_MS = 30 * 24 * 3_600_000;

const sessionSchema = z.strictObject({
  user: z.string(),
  role: z.enum(["operator"]),
  issuedAtMs: z.number(),
  expiresAtMs: z.number(),
});
export type Session = z.infer<typeof sessionSchema>;
export type Role = Session["role"];

/**
 * A signed session value: the browser keeps it in its cookie, a script sends it as
 * `Authorization: Bearer`. Nothing is stored here; a new key ends all sessions.
 */
export function mintSession(key: string, nowMs: number = Date.now()): string {
  const session: Session = {
    user: "local",
    role: "operator",
    issuedAtMs: nowMs,
    expiresAtMs: nowMs + SESSION_LIFETIME_MS,
  };
  return signValue(key, "session", session);
}

/** The session that a value stands for, or undefined where it is forged, expired or not there. */
export function readSession(key: string, value: string | undefined, nowMs: number): Session | undefined {
  if (!value) return undefined;
  const session = sessionSchema.safeParse(readSignedValue(key, "session", value));
  return session.success && session.data.expiresAtMs > nowMs ? session.data : undefined;
}

export function signedInOf(session: Session): SignedIn {
  return { user: session.user, role: session.role, expiresAt: new Date(session.expiresAtMs).toISOString() };
}
