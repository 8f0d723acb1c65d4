import { PnmDecodeError } from "@pnmlab/pnm-codec";

/** Why one file could not be read, in the form of the codec's errors. */
export interface Problem {
  code: string;
  message: string;
  offset?: number | undefined;
  expected?: string | undefined;
  found?: string | undefined;
}

const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EISDIR: "is a directory",
  ENOTDIR: "a part of the path is no directory",
  ENOSPC: "no space left on the device",
  EROFS: "the file system is read-only",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many open files",
};

/** A file that cannot be read or written. */
export class InputError extends Error implements Problem {
  readonly code: string;
  readonly expected: string | undefined;
  readonly found: string | undefined;

  constructor(code: string, message: string, details: { expected?: string; found?: string } = {}) {
    super(message);
    this.name = "InputError";
    this.code = code;
    this.expected = details.expected;
    this.found = details.found;
  }

  /** An error of the operating system in words; other errors are thrown on. */
  static from(error: unknown): InputError {
    if (error instanceof InputError) return error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!/^E[A-Z]+$/.test(code)) throw error;
    return new InputError(code, SYSTEM_WORDS[code] ?? "the system refuses it");
  }
}

/**
 * Any error that one file caused, so that the others still go through: what the codec and the system refuse,
 * a result longer than text can be, and as `INTERNAL` whatever nobody has foreseen.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof PnmDecodeError || error instanceof InputError) return error;
  if (error instanceof RangeError) {
    return new InputError("TOO_LARGE", `the result is too large: ${error.message}`);
  }
  try {
    return InputError.from(error);
  } catch {
    return new InputError("INTERNAL", `an error of this program: ${String(error)}`);
  }
}

/** `pnm: FILE: CODE at offset N: message, expected …, found …`, safe to print on a terminal. */
export function problemLine(path: string, problem: Problem): string {
  const where = problem.offset === undefined ? "" : ` at offset ${problem.offset}`;
  const details = [
    problem.expected === undefined ? "" : `, expected ${problem.expected}`,
    problem.found === undefined ? "" : `, found ${problem.found}`,
  ];
  return `${printable(`pnm: ${path}: ${problem.code}${where}: ${problem.message}${details.join("")}`)}\n`;
}

/** Names come from archives: control characters in them must not reach a terminal. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
