import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { utscProfilesMarkdown } from "./markdown.ts";

test("the page about vendor profiles is what the profiles say", () => {
  const page = readFileSync(new URL("../../../../docs/vendor-profiles.md", import.meta.url), "utf8");
  expect(page, "run `npm run docs`").toBe(utscProfilesMarkdown());
});
