import { expect, test } from "vitest";
import { readLimits } from "./zoom-limits.ts";

const typed = (part: Partial<Parameters<typeof readLimits>[0]> = {}) =>
  readLimits({ startMhz: "26.9", stopMhz: "27.5", top: "-10", bottom: "-70", ...part });

test("limits are read in MHz and in the unit that is shown, with either minus", () => {
  expect(typed({ bottom: "−70" })).toEqual({
    ok: true,
    limits: { startHz: 26.9e6, stopHz: 27.5e6, top: -10, bottom: -70 },
  });
});

test("a frequency in another unit is taken as such", () => {
  const read = typed({ startMhz: "26900k", stopMhz: "27.5e6" });
  expect(read.ok && read.limits).toMatchObject({ startHz: 26.9e6, stopHz: 27.5e6 });
});

test("limits that are no box are refused with the reason", () => {
  expect(typed({ stopMhz: "26" })).toEqual({
    ok: false,
    why: "The upper frequency lies over the lower one.",
  });
  expect(typed({ startMhz: "abc" })).toMatchObject({ ok: false });
  expect(typed({ top: "-69" })).toMatchObject({ ok: false, why: expect.stringContaining("3 dB") });
  expect(typed({ bottom: "" })).toMatchObject({ ok: false });
});
