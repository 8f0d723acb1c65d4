import { createHash } from "node:crypto";
import { type Program, type Variable, variables } from "./variables.ts";

/** Twelve hexadecimal digits: enough that two different texts do not look the same by chance. */
const FINGERPRINT_DIGITS = 12;

/**
 * Fingerprints by which two programs find out whether they hold the same settings without showing them:
 * the first 12 hexadecimal digits of SHA-256 over `salt:NAME:text`, by name. A shell makes the same one
 * with `printf '%s:%s:%s' "$salt" "$name" "$text" | sha256sum`.
 *
 * @param texts Effective texts by variable name, as `loadConfig` gives them; a missing one counts as empty.
 */
export function settingsFingerprints(
  texts: Readonly<Record<string, string>>,
  salt: string,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      const hash = createHash("sha256").update(`${salt}:${name}:${texts[name] ?? ""}`);
      return [name, hash.digest("hex").slice(0, FINGERPRINT_DIGITS)];
    }),
  );
}

/** Names of the settings that each of `programs` reads and that must be equal wherever they run. */
export function comparableSettings(...programs: readonly Program[]): string[] {
  return (Object.values(variables) as Variable[])
    .filter(({ placement, readers }) => !placement && programs.every((program) => readers.includes(program)))
    .map(({ name }) => name);
}
