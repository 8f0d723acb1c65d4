import { createHmac, timingSafeEqual } from "node:crypto";

/** What a signature is for; a value signed for one purpose is worth nothing for another. */
export type Purpose = "sign-in-link" | "session";

/** `<payload>.<hmac>`: JSON as base64url, then HMAC-SHA256 over purpose and payload as base64url. */
export function signValue(key: string, purpose: Purpose, value: unknown): string {
  const payload = Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${payload}.${signature(key, purpose, payload).toString("base64url")}`;
}

/** The signed value, or undefined where the text is not one that `signValue` made with this key. */
export function readSignedValue(key: string, purpose: Purpose, text: string): unknown {
  const [payload, mac, ...rest] = text.split(".");
  if (!payload || !mac || rest.length > 0) return undefined;
  const given = Buffer.from(mac, "base64url");
  const expected = signature(key, purpose, payload);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  try {
    return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

function signature(key: string, purpose: Purpose, payload: string): Buffer {
  return createHmac("sha256", key).update(`pnmlab ${purpose}.${payload}`).digest();
}
