import type { CarrierPlan, ImpulsePlan, NoiseFloor, OfdmaPlan, PortPlan, ScQamPlan } from "./plan.ts";

/** What every RF port of a CMTS sees. */
export interface Scenario {
  name: string;
  ports: readonly PortPlan[];
}

export type ScenarioName = "plant" | "clean";

const QUIET: NoiseFloor = { levelDbmvPer50Khz: -59, riseBelowHz: 15e6, riseDbPerOctave: 3 };

function scQam(centerMhz: number, utilization: number, powerDbmv = 0, widthMhz = 6.4): ScQamPlan {
  return { kind: "scQam", centerHz: centerMhz * 1e6, widthHz: widthMhz * 1e6, powerDbmv, utilization };
}

function ofdma(excludedMhz: readonly (readonly [number, number])[], utilization: number): OfdmaPlan {
  return {
    kind: "ofdma",
    lowerHz: 44e6,
    upperHz: 84.8e6,
    subcarrierSpacingKhz: 50,
    cyclicPrefixSamples: 256,
    rollOffSamples: 96,
    symbolsPerFrame: 16,
    powerDbmvPer1600Khz: -6,
    utilization,
    excludedHz: excludedMhz.map(([from, to]) => [from * 1e6, to * 1e6] as const),
  };
}

const ISM: CarrierPlan = { kind: "ism", label: "ISM 13.56 MHz", frequencyHz: 13_560_000, levelDbmv: -30 };
const CB: CarrierPlan = {
  kind: "cb",
  label: "CB channel 19",
  frequencyHz: 27_185_000,
  levelDbmv: -20,
  gate: { onS: [5, 20], offS: [20, 120] },
};
const SHORT_WAVE: CarrierPlan[] = [
  {
    kind: "shortWave",
    label: "Short wave 31 m",
    frequencyHz: 9_620_000,
    levelDbmv: -44,
    fade: { depthDb: 6, periodS: 10 },
  },
  {
    kind: "shortWave",
    label: "Short wave 25 m",
    frequencyHz: 11_835_000,
    levelDbmv: -47,
    fade: { depthDb: 6, periodS: 14 },
  },
];
const AMATEUR: CarrierPlan = {
  kind: "amateur",
  label: "Amateur 40 m",
  frequencyHz: 7_135_000,
  levelDbmv: -42,
  gate: { onS: [10, 60], offS: [30, 300] },
};
const MAINS_PULSES: ImpulsePlan = {
  label: "Mains pulses",
  ratePerS: 100,
  overFloorDb: 25,
  durationUs: 10,
  phaseMs: 3.2,
  jitterMs: 0.2,
  cornerHz: 20e6,
};

/**
 * Four ports of a mid-split plant. The lowest channel begins at 14.0 MHz and a gap is left at 27 MHz, so
 * that the ingress at 13.56 and 27.185 MHz lies beside the channels.
 */
const PLANT_PORTS: PortPlan[] = [
  {
    label: "Node Abel",
    noise: QUIET,
    channels: [
      scQam(17.2, 0.85),
      scQam(23.6, 0.6, 0.3),
      scQam(31.2, 0.45, -0.4),
      scQam(37.6, 0.3),
      ofdma([[60, 62]], 0.5),
    ],
    carriers: [ISM, CB, AMATEUR, ...SHORT_WAVE],
    impulses: [MAINS_PULSES],
    modemCount: 24,
  },
  {
    label: "Node Baker",
    noise: { ...QUIET, levelDbmvPer50Khz: -58.5 },
    channels: [
      scQam(15.6, 0.5, -3, 3.2),
      scQam(20.4, 0.7, 0.2),
      scQam(31.2, 0.4),
      scQam(37.6, 0.35, -0.3),
      ofdma([[70, 71.2]], 0.4),
    ],
    carriers: [{ ...ISM, levelDbmv: -33 }, ...SHORT_WAVE],
    impulses: [],
    modemCount: 16,
  },
  {
    label: "Node Casper",
    noise: QUIET,
    channels: [scQam(17.2, 0.1), scQam(31.2, 0.15, 0.4), scQam(37.6, 0.1), ofdma([[54, 56]], 0.15)],
    carriers: [{ ...CB, levelDbmv: -25 }, AMATEUR, ...SHORT_WAVE],
    impulses: [],
    modemCount: 6,
  },
  {
    label: "Node Drake",
    noise: { levelDbmvPer50Khz: -55, riseBelowHz: 20e6, riseDbPerOctave: 4 },
    channels: [
      scQam(17.2, 0.9, 0.8),
      scQam(23.6, 0.8, 0.4),
      scQam(31.2, 0.7),
      scQam(37.6, 0.6, -0.6),
      ofdma(
        [
          [50, 52],
          [60, 62],
        ],
        0.7,
      ),
    ],
    carriers: [{ ...ISM, levelDbmv: -27 }, { ...CB, levelDbmv: -12 }, AMATEUR, ...SHORT_WAVE],
    impulses: [{ ...MAINS_PULSES, overFloorDb: 30, phaseMs: 6.1 }],
    modemCount: 48,
  },
];

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  plant: { name: "plant", ports: PLANT_PORTS },
  /** The same channels and floors without anything foreign. */
  clean: {
    name: "clean",
    ports: PLANT_PORTS.map((port) => ({ ...port, carriers: [], impulses: [] })),
  },
};

/** Ports of a scenario: as many as asked for, its own coming round again under numbered labels. */
export function portPlans({ ports }: Scenario, count = ports.length): PortPlan[] {
  return Array.from({ length: count }, (_, i) => {
    const port = ports[i % ports.length]!;
    const round = Math.floor(i / ports.length);
    return round === 0 ? port : { ...port, label: `${port.label} ${round + 1}` };
  });
}
