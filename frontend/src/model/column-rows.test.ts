import type { UtscColumnTruth, UtscOptions, UtscSession } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { columnRows } from "./column-rows.ts";

const session = { accepted: { triggerMode: "freeRunning", outputFormat: "fftPower" } } as UtscSession;
const source = { kind: "profile" as const, name: "CommScope E6000", citation: "guide" };
const options = {
  fields: [
    {
      field: "repeatPeriodUs",
      reason: null,
      adjustments: [{ id: "r", field: "repeatPeriodUs", text: "Rounded up to 50 ms.", source }],
    },
    { field: "window", reason: null, adjustments: [] },
  ],
} as unknown as UtscOptions;

function truth(part: Partial<UtscColumnTruth> & Pick<UtscColumnTruth, "field">): UtscColumnTruth {
  const nothing = { requested: null, written: null, accepted: null, observed: null, note: null };
  return { column: `docsPnmCmtsUtscCfg${part.field}`, ...nothing, verdict: "asWritten", ...part };
}

function rowOf(part: Parameters<typeof truth>[0]) {
  return columnRows([truth(part)], session, options).rows[0]!;
}

test("a value that the CMTS has changed is marked, with what its profile says of it", () => {
  const asked = { requested: 120_000, written: 120_000, accepted: 150_000, observed: 151_234.5 };
  expect(rowOf({ field: "repeatPeriodUs", ...asked, verdict: "changed" })).toMatchObject({
    label: "Repeat period",
    requested: "120 ms",
    accepted: "150 ms",
    observed: "151.2 ms",
    acceptedDiffers: true,
    observedDiffers: false,
    reason: "Rounded up to 50 ms. (CommScope E6000)",
  });
});

test("where the profile knows no reason it says so, and a refusal says what the CMTS answered", () => {
  const changed = { requested: "hann", written: "hann", accepted: "rectangular" };
  expect(rowOf({ field: "window", ...changed, verdict: "changed" }).reason).toContain("tells no reason");
  const note = "the CMTS refused docsPnmCmtsUtscCfgAveraging = 8 with notWritable";
  expect(rowOf({ field: "averaging", requested: 8, written: 8, verdict: "refused", note })).toMatchObject({
    accepted: "refused",
    acceptedDiffers: true,
    reason: note,
  });
});

test("files that show another value than the CMTS reads back are marked in their own column", () => {
  const row = rowOf({ field: "bins", requested: 1600, written: 1600, accepted: 1600, observed: 800 });
  expect(row).toMatchObject({ acceptedDiffers: false, observedDiffers: true });
  expect(row.reason).toContain("The files show another value");
});

test("files with fewer captures than the most contradict nothing, those with more do", () => {
  const most = (observed: number, accepted = 4) =>
    rowOf({ field: "maxResultsPerFile", written: accepted, accepted, observed });
  expect(most(1)).toMatchObject({ observed: "1", observedDiffers: false });
  expect(most(5).observedDiffers).toBe(true);
  expect(most(5, 0).observedDiffers).toBe(false);
});

test("the window of time samples is that of our own FFT, with the reason, and marks nothing", () => {
  const timeIq = {
    ...session,
    observed: { outputFormat: "timeIQ", ownWindow: "blackmanHarris" },
  } as UtscSession;
  const column = truth({ field: "window", requested: "rectangular", accepted: "rectangular" });
  expect(columnRows([column], timeIq, options).rows[0]).toMatchObject({
    observed: "BH-4, own FFT",
    observedDiffers: false,
    reason: expect.stringContaining("own FFT of them"),
  });
});

test("averaging of the CMTS is listed whenever it is known, and stands out where it is not none", () => {
  const rowFor = (accepted: number) => rowOf({ field: "averaging", accepted, verdict: "notWritten" });
  expect(rowFor(0)).toMatchObject({ accepted: "0", isNotable: false, reason: undefined });
  expect(rowFor(8)).toMatchObject({
    accepted: "8",
    isNotable: true,
    acceptedDiffers: false,
    reason: expect.stringContaining("bursts read lower"),
  });
});

test("a default is named as one, and what was not written is only named", () => {
  const columns = [
    truth({ field: "freeRunDurationMs", written: 60_000, accepted: 60_000 }),
    truth({ field: "sid", accepted: 0, verdict: "notWritten" }),
  ];
  const { rows, leftAlone } = columnRows(columns, session, options);
  expect(rows.map(({ requested, accepted }) => [requested, accepted])).toEqual([["default 60 s", "60 s"]]);
  expect(leftAlone).toEqual(["SID"]);
});
