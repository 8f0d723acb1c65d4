import { PnmLabError } from "@pnmlab/kit";
import { casaC100g } from "./casa-c100g.ts";
import { casaEvo } from "./casa-evo.ts";
import { ciscoCbr8 } from "./cisco-cbr8.ts";
import { e6000, e6000Iccap } from "./e6000.ts";
import { generic } from "./generic.ts";
import type { Personality } from "./personality.ts";

/** Every personality by name; a further vendor is one more file and one more line. */
export const personalities = {
  generic,
  e6000,
  "e6000-iccap": e6000Iccap,
  "casa-c100g": casaC100g,
  "casa-evo": casaEvo,
  "cisco-cbr8": ciscoCbr8,
} as const satisfies Record<string, Personality>;

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
