/** The form in which an error crosses a wire: REST body, WebSocket message, log line. */
export interface ErrorBody {
  code: string;
  message: string;
  details?: Record<string, unknown>;
}

export interface PnmLabErrorOptions {
  cause?: unknown;
  details?: Record<string, unknown>;
  /** True where the same request may succeed later without any change. */
  retryable?: boolean;
}

/**
 * Base of every error of this product. Callers branch on `code`, never on wording.
 *
 * `Code` narrows the codes that a package can raise.
 */
export class PnmLabError<Code extends string = string> extends Error {
  override name = "PnmLabError";
  readonly code: Code;
  readonly details: Record<string, unknown> | undefined;
  readonly retryable: boolean;

  constructor(code: Code, message: string, options: PnmLabErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryable = options.retryable ?? false;
  }

  toBody(): ErrorBody {
    return this.details === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, details: this.details };
  }
}

/** Narrows an unknown thrown value to an error with one of the given codes (any code when none is given). */
export function isPnmLabError<Code extends string>(
  value: unknown,
  ...codes: Code[]
): value is PnmLabError<Code> {
  return value instanceof PnmLabError && (codes.length === 0 || codes.includes(value.code as Code));
}

/** Text of an unknown thrown value, for a sentence or a log line. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
