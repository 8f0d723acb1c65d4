import { PnmLabError } from "@pnmlab/kit";
import { e6000 } from "./e6000.ts";
import { generic } from "./generic.ts";
import type { Personality } from "./personality.ts";

/** Every personality by name; a further vendor is one more file and one more line. */
export const personalities = { generic, e6000 } as const satisfies Record<string, Personality>;

export type PersonalityName = keyof typeof personalities;

/** @throws PnmLabError `UNKNOWN_PERSONALITY` that lists the valid names */
export function personalityOf(name: string): Personality {
  const found = (personalities as Readonly<Record<string, Personality>>)[name];
  if (found) return found;
  throw new PnmLabError(
    "UNKNOWN_PERSONALITY",
    `there is no personality "${name}"; choose one of ${Object.keys(personalities).join(", ")}`,
  );
}
