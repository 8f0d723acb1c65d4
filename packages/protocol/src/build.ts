import { z } from "zod";

/** Which code is running: in the first log line, in health answers, in the page, in image labels. */
export const buildInfoSchema = z.strictObject({
  version: z.string(),
  commit: z.string(),
  dirty: z.boolean(),
  builtAt: z.string(),
});
export type BuildInfo = z.infer<typeof buildInfoSchema>;
