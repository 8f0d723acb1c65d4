import { PnmLabError } from "@pnmlab/kit";

/** One line that names the variable, where its value came from and the accepted form; never a secret. */
export class ConfigError extends PnmLabError<"CONFIG_INVALID"> {
  override name = "ConfigError";
  constructor(message: string) {
    super("CONFIG_INVALID", message);
  }
}
