import { expect, test } from "vitest";
import { LIVE_HINTS, readDismissed } from "./live-hints.ts";

test("four hints are shown once each; what is stored damaged shows them again", () => {
  expect(LIVE_HINTS).toHaveLength(4);
  expect(readDismissed(null)).toEqual([]);
  expect(readDismissed("keys,wheel,unheard-of")).toEqual(["wheel", "keys"]);
});
