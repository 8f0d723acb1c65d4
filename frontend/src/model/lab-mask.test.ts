import { labMaskSchema, MOST_LAB_MASK_POINTS, putLabMaskSchema } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { isSameMask, labFormOf, newMaskId } from "./lab-mask.ts";
import type { MaskSource, MaskSpec } from "./mask-spec.ts";

function mask(source: MaskSource): MaskSpec {
  return { id: 3, revision: 7, name: "node 7", isOn: true, source, trace: "average", consecutiveFrames: 2 };
}

const line = (points: number) =>
  Array.from({ length: points }, (_, k) => ({ frequencyHz: 5e6 + k * 25_000.4, levelDbmv: -50.1234 }));

const SOURCES: MaskSource[] = [
  { from: "points", points: line(3) },
  { from: "floor", line: line(3), upperDb: 6 },
  { from: "floor", line: line(3), upperDb: 6, noiseBandwidthHz: 100_195.3 },
  { from: "reference", line: line(3), upperDb: 3, lowerDb: undefined },
  { from: "reference", line: line(3), upperDb: 3, lowerDb: undefined, noiseBandwidthHz: 100_195.3 },
  { from: "plan", channelMarginDb: 6, idleDbmv: -44, measured: [{ ifIndex: 5, dbmvPerHz: -60.123 }] },
  { from: "plan", channelMarginDb: 6, idleDbmv: -44, measured: [], noiseBandwidthHz: 100_195.3 },
];

test.each(SOURCES)("a mask of this browser is one that the lab takes: $from", (source) => {
  const form = labFormOf(mask(source));
  if (typeof form === "string") throw new Error(form);
  const body = { cmtsId: "lab-cmts-1", rfPortIfIndex: 5, ...form };
  const stored = putLabMaskSchema.parse(JSON.parse(JSON.stringify(body)));
  expect(stored).toMatchObject({ name: "node 7", trace: "average", consecutiveFrames: 2 });
  expect(isSameMask(form, stored)).toBe(true);
  expect(isSameMask({ ...form, consecutiveFrames: 3 }, stored)).toBe(false);
});

test.each(SOURCES.filter((source) => "noiseBandwidthHz" in source))(
  "the lab is told the noise bandwidth that a mask was made at, in whole hertz: $from",
  (source) => {
    expect(labFormOf(mask(source))).toMatchObject({ source: { noiseBandwidthHz: 100_195 } });
  },
);

test("levels go to the lab in hundredths of a dB and whole hertz", () => {
  expect(labFormOf(mask({ from: "points", points: line(2) }))).toMatchObject({
    source: {
      points: [
        { frequencyHz: 5e6, levelDbmv: -50.12 },
        { frequencyHz: 5_025_000, levelDbmv: -50.12 },
      ],
    },
  });
});

test("what the lab would not take is said before it is asked", () => {
  expect(labFormOf(mask({ from: "points", points: line(1) }))).toMatch(/^Two points/);
  expect(
    labFormOf(mask({ from: "reference", line: line(2), upperDb: undefined, lowerDb: undefined })),
  ).toMatch(/no limit/);
  expect(labFormOf(mask({ from: "floor", upperDb: 6, line: line(MOST_LAB_MASK_POINTS + 1) }))).toMatch(
    /4096 points at most; this one has 4097/,
  );
});

test("ids of masks are UUIDs, also on a page that is not served over TLS", () => {
  const ids = Array.from({ length: 20 }, newMaskId);
  for (const id of ids) expect(labMaskSchema.shape.id.safeParse(id).success).toBe(true);
  expect(new Set(ids).size).toBe(20);
});
