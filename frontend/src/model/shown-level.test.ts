import { expect, test } from "vitest";
import { formatShownLevel, levelOfShown, shownLevel } from "./shown-level.ts";

test("a level is shown in the chosen unit with the loss in front of the CMTS added", () => {
  expect(formatShownLevel({ unit: "dBmV", offsetDb: 20 }, -20.5, 50e3)).toBe("−0.5 dBmV");
  expect(formatShownLevel({ unit: "dBuV", offsetDb: 0 }, -20, 50e3)).toBe("40.0 dBµV");
  expect(shownLevel({ unit: "dBm", offsetDb: 0 }, 0, 50e3)).toBeCloseTo(-48.75, 2);
  expect(shownLevel({ unit: "dBmV/Hz", offsetDb: 0 }, -10, 100e3)).toBeCloseTo(-60, 6);
  expect(formatShownLevel({ unit: "dBmV", offsetDb: 0 }, Number.NaN, 50e3)).toBe("no level");
});

test("what is typed in the shown unit comes back as dBmV per bin", () => {
  const display = { unit: "dBm/Hz", offsetDb: 3 } as const;
  expect(levelOfShown(display, shownLevel(display, -12.5, 30e3), 30e3)).toBeCloseTo(-12.5, 9);
});
