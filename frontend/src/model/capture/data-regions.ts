import { type HeaderField, type PnmRecord, profileName, UTSC_FORMATS } from "@pnmlab/pnm-codec";
import type { DataRegion } from "./inspection.ts";

type Shape = Pick<DataRegion, "valueBytes" | "noun" | "firstNumber" | "firstIndex" | "series" | "name">;

/** Values that stand one after the other and are plotted from the first on. */
const plain = (noun: string, valueBytes: number, firstNumber = 0): Shape => ({
  noun,
  valueBytes,
  firstNumber,
  firstIndex: 0,
  series: null,
  name: "",
});

/**
 * Where the values of a capture stand. Every byte in front of the trailing ones that no header field covers
 * is data; what its values are follows from the kind of capture.
 */
export function dataRegionsOf(
  record: PnmRecord,
  header: readonly HeaderField[],
  sizeBytes: number,
  frame: number,
): DataRegion[] {
  const end = sizeBytes - record.trailing.length;
  const gaps = gapsBetween(header, end);
  if (record.kind === "utsc") return utscFrames(record, gaps, frame);
  let plotted = 0;
  return gaps.map((gap, index) => {
    const shape = shapeOf(record, index);
    if (record.kind !== "cm-spectrum-snmp") return { ...gap, ...shape };
    const region = { ...gap, ...shape, firstIndex: plotted };
    plotted += gap.length / shape.valueBytes;
    return region;
  });
}

function gapsBetween(header: readonly HeaderField[], end: number): { offset: number; length: number }[] {
  const gaps: { offset: number; length: number }[] = [];
  let at = 0;
  for (const { offset, length } of [...header].sort((a, b) => a.offset - b.offset)) {
    if (offset > at) gaps.push({ offset: at, length: Math.min(offset, end) - at });
    at = Math.max(at, offset + length);
  }
  if (end > at) gaps.push({ offset: at, length: end - at });
  return gaps.filter(({ length }) => length > 0);
}

function shapeOf(record: PnmRecord, index: number): Shape {
  switch (record.kind) {
    case "ds-ofdm-rxmer":
    case "us-ofdma-rxmer":
      return plain("subcarrier", 1, record.header.firstActiveSubcarrierIndex);
    case "ds-ofdm-channel-estimate":
      return plain("subcarrier", 4, record.header.firstActiveSubcarrierIndex ?? 0);
    case "us-ofdma-pre-equalizer":
    case "us-ofdma-pre-equalizer-last-update":
    case "cmts-ds-ofdm-symbol-capture":
      return plain("subcarrier", 4, record.header.firstActiveSubcarrierIndex);
    case "ds-constellation":
      return plain("symbol", 4);
    case "ds-ofdm-symbol-capture":
    case "us-ofdma-probe":
      return plain("sample", 4);
    case "cm-spectrum":
      return plain("bin", 2);
    case "cm-spectrum-snmp":
      return { ...plain("bin", 2), name: `Group ${index + 1}` };
    case "ds-histogram":
    case "us-histogram":
      return index === 0
        ? { ...plain("dwell count", 4), firstIndex: null, name: "Dwell counts" }
        : { ...plain("bin", 4), name: "Hit counts" };
    case "ds-ofdm-fec-summary":
      return record.layout === "standard"
        ? { ...plain("set", 16, 1), series: index, name: nameOf(record.profiles[index]) }
        : { ...plain("count", 4), firstIndex: null, name: nameOf(record.profiles[index]) };
    case "ds-ofdm-modulation-profile":
      return { ...plain("byte", 1), firstIndex: null, name: nameOf(record.profiles[index]) };
    case "us-impulse-noise":
      return plain("event", record.eventBytes, 1);
    case "latency-report":
      return { ...plain("byte", 1), firstIndex: null };
    case "utsc":
      return plain("bin", record.sampleWidth);
  }
}

function nameOf(profile: { profileId: number } | undefined): string {
  return profile === undefined ? "" : profileName(profile.profileId);
}

/** One stretch for each result set; only those of the frame that is shown are plotted. */
function utscFrames(
  record: Extract<PnmRecord, { kind: "utsc" }>,
  gaps: readonly { offset: number; length: number }[],
  frame: number,
): DataRegion[] {
  const isTime = record.outputFormat === "timeIQ" || record.outputFormat === "rawAdc";
  const { sampleWidth } = UTSC_FORMATS[record.outputFormat];
  const length = record.bins * sampleWidth;
  const header = gaps.filter(({ offset }) => offset < record.headerLength);
  const frames = Array.from(
    { length: record.frames },
    (_, k): DataRegion => ({
      ...plain(isTime ? "sample" : "bin", sampleWidth),
      offset: record.headerLength + k * length,
      length,
      firstIndex: k === frame ? 0 : null,
      name: record.frames > 1 ? `Frame ${k + 1}` : "",
    }),
  );
  const unnamed = header.map((gap) => ({
    ...plain("byte", 1),
    ...gap,
    length: Math.min(gap.length, record.headerLength - gap.offset),
    firstIndex: null,
    name: "Header bytes, not explained",
  }));
  return [...unnamed, ...frames];
}
