import { PnmLabError } from "@pnmlab/kit";

/**
 * A request that did not give its answer. `code` is the backend's or one of `UNREACHABLE`, `DEADLINE`,
 * `INVALID_ANSWER`; `status` is 0 where no answer came at all. `details` are those of the answer.
 */
export class ApiError extends PnmLabError {
  override name = "ApiError";
  readonly status: number;

  constructor(
    code: string,
    message: string,
    status: number,
    options: { cause?: unknown; details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(code, message, { ...options, retryable: status === 0 || status >= 500 });
    this.status = status;
  }

  /** True where the backend does not know this browser. */
  get signedOut(): boolean {
    return this.status === 401;
  }
}
