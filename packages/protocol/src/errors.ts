import { z } from "zod";

/** How an error crosses any wire of this product. */
export const errorBodySchema = z.strictObject({
  code: z.string().min(1),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;

/** The body of every non-2xx answer of the REST API. */
export const errorResponseSchema = z.strictObject({ error: errorBodySchema });
export type ErrorResponse = z.infer<typeof errorResponseSchema>;
