import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Real captures with the values an independent decoder read from them; they live beside the repository. */
const FOLDER = join(import.meta.dirname, "../../../../../shared/fixtures/pnm");

export interface Fixture {
  name: string;
  bytes: Uint8Array;
  golden: Record<string, unknown>;
}

/** The captures, or none, with the reason printed. */
export function readFixtures(): Fixture[] {
  if (!existsSync(FOLDER)) {
    console.warn(
      "skipped: the folder of real captures, ../shared/fixtures/pnm beside the repository, is not there",
    );
    return [];
  }
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".bin"));
  return names.map((name) => ({
    name,
    bytes: new Uint8Array(readFileSync(join(FOLDER, name))),
    golden: JSON.parse(readFileSync(join(FOLDER, "golden", `${name}.json`), "utf8")),
  }));
}
