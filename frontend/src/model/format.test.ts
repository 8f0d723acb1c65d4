import { expect, test } from "vitest";
import {
  formatAge,
  formatAgo,
  formatBandwidth,
  formatBytes,
  formatCount,
  formatLevel,
  formatNumber,
  formatSigned,
  formatStopwatch,
  sentenceCase,
} from "./format.ts";
import { parseFrequencyHz, parseNumber } from "./parse-number.ts";

test("numbers have a true minus and never a negative zero", () => {
  expect(formatNumber(-20.46, 1)).toBe("\u221220.5");
  expect(formatNumber(-0.04, 1)).toBe("0.0");
  expect(formatSigned(1.84, 1)).toBe("+1.8");
  expect(formatSigned(-1.44, 1)).toBe("\u22121.4");
  expect(formatLevel(Number.NaN)).toBe("no level");
});

test("units are chosen to read well", () => {
  expect(formatBandwidth(50_000)).toBe("50.0 kHz");
  expect(formatBandwidth(6_400_000)).toBe("6.400 MHz");
  expect(formatBytes(38_800_000)).toBe("38.8 MB");
  expect(formatCount(25184)).toBe("25\u2009184");
});

test("a sentence begins large, a name stays as it is", () => {
  expect(sentenceCase("no agent has called")).toBe("No agent has called");
  expect(sentenceCase("a file arrives")).toBe("A file arrives");
  expect(sentenceCase("lab-1 answers")).toBe("lab-1 answers");
  expect(sentenceCase("fftPower is refused")).toBe("fftPower is refused");
});

test("ages go from hundredths to a stop watch, and from ago to a clock time", () => {
  expect(formatAge(110)).toBe("0.11 s");
  expect(formatAge(48_000)).toBe("00:00:48");
  expect(formatStopwatch(3_725_000)).toBe("01:02:05");
  expect(formatAgo(1000, 15_000)).toBe("14 s ago");
  expect(formatAgo(0, 372_000)).toBe("6 min 12 s ago");
  expect(formatAgo(0, 7_200_000)).toMatch(/^at /);
});

test("frequencies are read as engineers type them", () => {
  expect(parseFrequencyHz("27.185")).toBe(27_185_000);
  expect(parseFrequencyHz("27m")).toBe(27_000_000);
  expect(parseFrequencyHz("27185k")).toBe(27_185_000);
  expect(parseFrequencyHz("85e6")).toBe(85_000_000);
  expect(parseFrequencyHz("45,5")).toBe(45_500_000);
  expect(parseFrequencyHz("abc")).toBeUndefined();
  expect(parseNumber("-20.5")).toBe(-20.5);
  expect(parseNumber("\u221220.5")).toBe(-20.5);
  expect(parseNumber("")).toBeUndefined();
});
