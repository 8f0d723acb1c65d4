import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { NonceStore } from "../storage/index.ts";
import { readSignedValue, signValue } from "./signed-value.ts";

/** How long a sign-in link may wait for its use. */
const LINK_LIFETIME_MS = 24 * 3_600_000;

const linkSchema = z.strictObject({ nonce: z.string().min(16), expiresAtMs: z.number() });

/**
 * A one-time token for `/sign-in?token=…`. It needs the key alone, so that the person at the machine can
 * make one whether or not the backend runs.
 */
export function mintSignInToken(key: string, nowMs: number = Date.now()): string {
  return signValue(key, "sign-in-link", {
    nonce: randomBytes(16).toString("base64url"),
    expiresAtMs: nowMs + LINK_LIFETIME_MS,
  });
}

/** The link that a person opens; `baseUrl` is the page's address, for example `http://127.0.0.1:5050`. */
export function signInUrl(baseUrl: string, token: string): string {
  const url = new URL("/sign-in", baseUrl);
  url.searchParams.set("token", token);
  return url.href;
}

export type LinkVerdict = "accepted" | "used" | "expired" | "wrong";

/** Checks a token and consumes it: the second use of one token answers `used`. */
export function consumeSignInToken(
  token: string,
  deps: { key: string; nonces: NonceStore; nowMs: number },
): LinkVerdict {
  const link = linkSchema.safeParse(readSignedValue(deps.key, "sign-in-link", token));
  if (!link.success) return "wrong";
  const { nonce, expiresAtMs } = link.data;
  if (expiresAtMs <= deps.nowMs) return "expired";
  return deps.nonces.use(nonce, new Date(expiresAtMs), new Date(deps.nowMs)) ? "accepted" : "used";
}
