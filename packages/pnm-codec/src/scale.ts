import type { AxisRule, LevelReference } from "./record.ts";
import type { PnmKind, PnmRecord } from "./types/index.ts";
import { utscFrequencyAxisHz, utscLevelReference } from "./utsc/levels.ts";

type FixedKind = Exclude<PnmKind, "utsc" | "cm-spectrum-snmp">;

/** Kinds whose every file has the same scale. Coefficients and symbols are relative to their nominal power. */
const FIXED: Readonly<
  Record<FixedKind, { axisRule: AxisRule | undefined; levelReference: LevelReference | undefined }>
> = {
  "ds-ofdm-symbol-capture": { axisRule: undefined, levelReference: "relative" },
  "ds-ofdm-channel-estimate": { axisRule: "fft", levelReference: "relative" },
  "ds-constellation": { axisRule: undefined, levelReference: "relative" },
  "ds-ofdm-rxmer": { axisRule: "fft", levelReference: "dB" },
  "ds-histogram": { axisRule: undefined, levelReference: undefined },
  "us-ofdma-pre-equalizer": { axisRule: "fft", levelReference: "relative" },
  "us-ofdma-pre-equalizer-last-update": { axisRule: "fft", levelReference: "relative" },
  "ds-ofdm-fec-summary": { axisRule: undefined, levelReference: undefined },
  "cm-spectrum": { axisRule: "fft", levelReference: "dBmV" },
  "ds-ofdm-modulation-profile": { axisRule: "fft", levelReference: undefined },
  "cmts-ds-ofdm-symbol-capture": { axisRule: "fft", levelReference: "relative" },
  "us-ofdma-probe": { axisRule: undefined, levelReference: "relative" },
  "us-impulse-noise": { axisRule: undefined, levelReference: undefined },
  "us-histogram": { axisRule: undefined, levelReference: undefined },
  "us-ofdma-rxmer": { axisRule: "fft", levelReference: "dB" },
  "latency-report": { axisRule: undefined, levelReference: undefined },
};

/** How the values of a record stand on their frequency axis; undefined where they have none. */
export function axisRuleOf(record: PnmRecord): AxisRule | undefined {
  if (record.kind === "cm-spectrum-snmp") {
    return record.groups.every(({ axisRule }) => axisRule === "edge") ? "edge" : "fft";
  }
  if (record.kind !== "utsc") return FIXED[record.kind].axisRule;
  const isTime = record.outputFormat === "timeIQ" || record.outputFormat === "rawAdc";
  return isTime || utscFrequencyAxisHz(record) === undefined ? undefined : "fft";
}

/** What the levels of a record are relative to; undefined where it holds none. */
export function levelReferenceOf(record: PnmRecord): LevelReference | undefined {
  if (record.kind === "cm-spectrum-snmp") return record.levelReference;
  return record.kind === "utsc" ? utscLevelReference(record).unit : FIXED[record.kind].levelReference;
}
