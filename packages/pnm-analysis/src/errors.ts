export type AnalysisErrorCode =
  /** A number is outside of what the computation is defined for. */
  | "BAD_ARGUMENT"
  /** The capture does not say what the computation needs, and the caller did not either. */
  | "MISSING_PARAMETER";

/** The one error that the functions of this package throw. */
export class AnalysisError extends Error {
  override name = "AnalysisError";
  readonly code: AnalysisErrorCode;

  constructor(code: AnalysisErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
