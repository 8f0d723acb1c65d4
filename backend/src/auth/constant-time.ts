import { createHash, timingSafeEqual } from "node:crypto";

/** Compares hashes, so that neither the content nor the length of a secret shows in the time it takes. */
export function equalInConstantTime(a: string, b: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
