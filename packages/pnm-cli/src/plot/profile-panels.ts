import { type DsOfdmModulationProfileRecord, profileName } from "@pnmlab/pnm-codec";
import type { Panel } from "./figure.ts";

const NAMES: Readonly<Record<number, string>> = {
  0: "0",
  2: "QPSK",
  4: "16-QAM",
  6: "64-QAM",
  7: "128-QAM",
  8: "256-QAM",
  9: "512-QAM",
  10: "1024-QAM",
  11: "2048-QAM",
  12: "4096-QAM",
  13: "8192-QAM",
  14: "16384-QAM",
};

/** A panel per profile: profiles that agree would hide one another in one. */
export function profilePanels(base: Panel, record: DsOfdmModulationProfileRecord): Panel[] {
  return base.series.map((series, p) => {
    const used = new Set(Array.from(series.y).filter((bits) => !Number.isNaN(bits)));
    const names = Object.entries(NAMES).filter(([bits]) => used.has(Number(bits)) || bits === "0");
    const most = Math.max(2, ...used);
    return {
      ...base,
      title: profileName(record.profiles[p]!.profileId),
      y: {
        label: "Bits per symbol",
        unit: "",
        range: [0, most * 1.12],
        names: Object.fromEntries(
          names.map(([bits, name]) => [bits, bits === "0" ? "0" : `${bits} (${name})`]),
        ),
      },
      series: [{ ...series, form: "steps" as const }],
      height: base.series.length === 1 ? 1 : 0.5,
    };
  });
}
