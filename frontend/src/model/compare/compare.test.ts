import { compareSpectra, dbOfPower } from "@pnmlab/pnm-analysis";
import type { SpectrumFrame } from "@pnmlab/protocol/frame";
import { NO_LEVEL } from "@pnmlab/protocol/frame";
import { expect, test } from "vitest";
import { PAPER_LOOK } from "../export/picture-look.ts";
import { type LevelDisplay, PLAIN_LEVELS } from "../shown-level.ts";
import { SideAverage } from "./averaged-side.ts";
import { compareReport } from "./compare-report.ts";
import { compareSvg } from "./compare-svg.ts";
import {
  boundsNote,
  channelChanges,
  channelHeads,
  channelRow,
  lineHeads,
  lineRow,
  lineWarning,
} from "./compare-tables.ts";
import { type SideId, sideOfText, textOfSide } from "./side-id.ts";
import { endOf, fieldOfTime, spanFault, spanOfShares, timeOfField } from "./side-span.ts";

function frame(
  sequence: number,
  levels: readonly number[],
  part: Partial<SpectrumFrame> = {},
): SpectrumFrame {
  return {
    streamId: 1,
    sequence,
    capturedAtMs: sequence * 100,
    receivedAtMs: 0,
    firstBinHz: 10e6,
    binSpacingHz: 1e5,
    resolutionBandwidthHz: 1.5e5,
    kHundredthsDb: 0,
    gapBefore: false,
    uncalibrated: false,
    withheld: 0,
    levelsHundredthsDbmv: Int16Array.from(levels),
    ...part,
  };
}

test("a side is written into an address and read back", () => {
  const sides: SideId[] = [
    { kind: "recording", id: "ring-s-1" },
    { kind: "recording", id: "r1", fromMs: 1000, toMs: 2000 },
    { kind: "live", cmtsId: "lab/cmts-1", rfPortIfIndex: 72 },
    { kind: "capture", id: "abc" },
  ];
  expect(sides.map((side) => sideOfText(textOfSide(side)))).toEqual(sides);
  for (const text of ["", "rec:", "live:x", "else:1", undefined, 5]) expect(sideOfText(text)).toBeUndefined();
  expect(sideOfText("rec:r1@2000-1000")).toEqual({ kind: "recording", id: "r1" });
});

test("a side is the mean of powers, with its extremes, and a bin that was never known has none", () => {
  const average = new SideAverage([]);
  expect(average.result()).toBeUndefined();
  average.add(frame(1, [0, -1000, NO_LEVEL, -5000]));
  average.add(frame(2, [-1000, -1000, NO_LEVEL, NO_LEVEL]));
  average.add(frame(3, [0, 0, 0, 0, 0]));
  const side = average.result()!;
  expect(side.looks).toBe(2);
  expect(side.passedOver).toBe(1);
  expect(side.levelsDbmv[0]).toBeCloseTo(dbOfPower((1 + 0.1) / 2), 5);
  expect(side.levelsDbmv[1]).toBeCloseTo(-10, 5);
  expect(side.levelsDbmv[2]).toBeNaN();
  expect(side.levelsDbmv[3]).toBeCloseTo(-50, 5);
  expect([side.maxDbmv[0], side.minDbmv[0]]).toEqual([0, -10]);
  expect([side.firstMs, side.lastMs]).toEqual([100, 200]);
});

const CHANNEL = {
  ifIndex: 5,
  name: "US1",
  kind: "scQam" as const,
  lowerFrequencyHz: 18_400_000,
  upperFrequencyHz: 21_600_000,
};

/** 10 to 30 MHz with a channel that stands so high. */
function sideWith(channelHundredths: number, channels = [CHANNEL]) {
  const average = new SideAverage(channels);
  for (let sequence = 1; sequence <= 30; sequence += 1) {
    const levels = Array.from({ length: 200 }, (_, bin) =>
      bin >= 84 && bin < 116 ? channelHundredths : -5000 + ((bin * 31 + sequence * 17) % 100),
    );
    average.add(frame(sequence, levels));
  }
  return average.result()!;
}

test("channels are paired by their band, and changes are after minus before", () => {
  const [change, ...others] = channelChanges(sideWith(-1000), sideWith(-700), () => "US1");
  expect(others).toEqual([]);
  expect(change!.powerDb).toBeCloseTo(3, 1);
  expect(channelRow(change!, PLAIN_LEVELS)[4]!.text).toBe("+3.0");
});

test("a channel of one side alone has no change", () => {
  const [change] = channelChanges(sideWith(-1000), sideWith(-1000, []), () => "US1");
  expect(change!.after).toBeUndefined();
  expect(channelRow(change!, PLAIN_LEVELS)[4]!.text).toBe("–");
});

test("a floor and a C/N that are bounds are told as bounds, and there is no difference of them", () => {
  const [a, b] = [sideWith(-1000), sideWith(-700)];
  const bound = {
    ...b,
    channels: b.channels.map((one) => ({
      ...one,
      floorSource: "underBurst" as const,
      floorDbmv: -30.2,
      carrierToNoiseDb: 37.9,
    })),
  };
  const changes = channelChanges(a, bound, () => "US1");
  const row = channelRow(changes[0]!, PLAIN_LEVELS);
  expect(row[4]!.text).toBe("+3.0");
  expect([row[6]!.text, row[9]!.text]).toEqual(["\u2264\u221230.2", "\u226537.9"]);
  expect(row[9]!.why).toContain("too often");
  for (const at of [7, 10]) expect(row[at]).toEqual({ text: "\u2013", why: "No difference: B is a bound" });
  const both = channelChanges(bound, bound, () => "US1");
  expect(channelRow(both[0]!, PLAIN_LEVELS)[7]!.why).toBe("No difference: A and B are bounds");
  const side = (name: string, of: typeof a) => ({ name, side: of, settings: [] });
  const html = compareReport(
    side("A", a),
    side("B", bound),
    compareSpectra(a, bound),
    changes,
    "<svg></svg>",
    PLAIN_LEVELS,
    0,
  );
  expect(html).toContain("<td>\u2264\u221230.2</td>");
  expect(html).toContain("mark bounds");
  expect(boundsNote(channelChanges(a, a, () => "US1"))).toBeUndefined();
});

const DBM_PER_HZ: LevelDisplay = { unit: "dBm/Hz", offsetDb: 3 };
/** 0 dBmV in 75 ohms is -48.75 dBm. */
const DBM = -48.75;

test("channels, lines and their heads are in the unit of the page: powers over the signal, lines in a bin", () => {
  const [change] = channelChanges(sideWith(-1000), sideWith(-700), () => "US1");
  const powerDbmv = change!.before!.powerDbmv;
  const row = channelRow(change!, DBM_PER_HZ).map(({ text }) => text);
  const shown = (text: string) => Number(text.replace("\u2212", "-"));
  const { signalHz } = change!.before!;
  expect(shown(row[2]!)).toBeCloseTo(powerDbmv + 3 + DBM - dbOfPower(signalHz), 1);
  expect(row[4]).toBe("+3.0");
  expect(channelHeads(DBM_PER_HZ)[2]).toBe("Power A, dBm/Hz");
  expect(channelHeads({ unit: "dBuV", offsetDb: 0 })[5]).toBe("Floor A, dB\u00b5V");
  const line = { what: "changed" as const, frequencyHz: 27e6, aDbmv: -40, bDbmv: -30, changeDb: 10 };
  expect(shown(lineRow(line, DBM_PER_HZ, 1.5e5)[2]!)).toBeCloseTo(-40 + 3 + DBM - dbOfPower(1.5e5), 1);
  expect(lineHeads(DBM_PER_HZ)[3]).toBe("B, dBm/Hz");
});

test("the picture and the report of a comparison name the unit, with round numbers at the grid", () => {
  const [a, b] = [sideWith(-1000), sideWith(-700)];
  const comparison = compareSpectra(a, b);
  const options = {
    width: 900,
    range: { startHz: 10e6, stopHz: 30e6 },
    look: PAPER_LOOK,
    nameA: "A",
    nameB: "B",
  };
  const dbm = compareSvg(comparison, { ...options, display: { unit: "dBm", offsetDb: 0 } });
  expect(dbm).toContain("dBm in 150 kHz");
  expect(dbm).not.toContain("dBmV");
  // The channel at -10 dBmV is -58.75 dBm: the grid begins at the next round number above.
  expect(dbm).toContain(">\u221250<");
  expect(dbm).not.toContain(">0</text><text");
  const side = (name: string, of: typeof a) => ({ name, side: of, settings: [] });
  const changes = channelChanges(a, b, () => "US1");
  const html = compareReport(side("A", a), side("B", b), comparison, changes, dbm, DBM_PER_HZ, 0);
  expect(html).toContain("Levels of bins are in dBm/Hz, +3.0 dB.");
  expect(html).toContain("Power A, dBm/Hz");
  expect(html).toContain("not for a carrier");
});

test("a part of a recording is its first or last seconds, what was dragged, or what two fields hold", () => {
  const bounds = { fromMs: 1_000_000, toMs: 1_060_000 };
  expect(endOf(bounds, "first", 10)).toEqual({ fromMs: 1_000_000, toMs: 1_010_000 });
  expect(endOf(bounds, "last", 10)).toEqual({ fromMs: 1_050_000, toMs: 1_060_000 });
  expect(endOf(bounds, "last", 600)).toEqual(bounds);
  expect(spanOfShares(bounds, 0.5, 0.25)).toEqual({ fromMs: 1_015_000, toMs: 1_030_000 });
  expect(spanOfShares(bounds, -1, 2)).toEqual(bounds);
  expect(spanOfShares(bounds, 0.5, 0.5)).toBeUndefined();
  expect(spanFault(bounds, { fromMs: 1_020_000, toMs: 1_010_000 })).toContain("after the beginning");
  expect(spanFault(bounds, { fromMs: 2_000_000, toMs: 2_010_000 })).toContain("holds nothing");
  expect(spanFault(bounds, { fromMs: Number.NaN, toMs: 1 })).toContain("date and time");
  expect(spanFault(bounds, bounds)).toBeUndefined();
});

test("times are typed in 24 hours, with their date or of the day that is shown", () => {
  const evening = new Date(2026, 10, 21, 21, 30, 27, 100).getTime();
  expect(fieldOfTime(evening)).toBe("2026-11-21 21:30:27.1");
  expect(timeOfField(fieldOfTime(evening), 0)).toBe(evening);
  expect(timeOfField("2026-11-21T21:30:27.1", 0)).toBe(evening);
  expect(timeOfField(" 21:30:27.1 ", evening + 3_600_000)).toBe(evening);
  expect(timeOfField("21:30", evening)).toBe(evening - 27_100);
  for (const text of ["", "09:30:27.100 PM", "24:00", "2026-02-30 10:00", "2026-13-01 10:00", "21.11.2026"]) {
    expect(timeOfField(text, evening), text).toBeNaN();
  }
});

test("lines in a unit per bandwidth come with a warning, on the page and in the report", () => {
  expect(lineWarning({ unit: "dBmV", offsetDb: 0 })).toBeUndefined();
  expect(lineWarning({ unit: "dBmV/1.6 MHz", offsetDb: 0 })).toContain("not for a carrier");
});
