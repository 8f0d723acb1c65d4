/** A threshold as data: what a form shows and a recording is tried with. */
export interface Threshold {
  value: number;
  unit: string;
  least: number;
  most: number;
  what: string;
  /** Where the default comes from. */
  source: string;
}

const t = (
  value: number,
  unit: string,
  least: number,
  most: number,
  what: string,
  source: string,
): Threshold => ({ value, unit, least, most, what, source });

const CFAR = "constant false alarm rate on Gaussian noise, with room for the baseline's own spread";
const CHOICE = "engineering default";

/** Every threshold of the detectors with its default. */
export const THRESHOLDS = {
  d1LiveDb: t(
    13,
    "dB",
    9,
    30,
    "Line over its neighbours in one frame of a single look",
    `${CFAR}: 1e-8 is 12.65 dB`,
  ),
  d1AverageDb: t(
    6,
    "dB",
    3,
    20,
    "Line over its neighbours in an average of 8 or more",
    `${CFAR}: 1e-8 at 16 is 4.89 dB`,
  ),
  d1HoldDb: t(10, "dB", 6, 20, "Line over the median of max hold", CFAR),
  d1ConfirmFrames: t(3, "frames", 1, 20, "So many frames, averages or holds must show a line", CHOICE),
  d1ConfirmOfFrames: t(5, "frames", 1, 20, "Out of so many; no fewer than must show it", CHOICE),
  d1MergeHz: t(100_000, "Hz", 10_000, 1e6, "Lines closer than this are one event", CHOICE),
  d1IntermittentPct: t(50, "%", 0, 100, "A line that is there for less of a minute is intermittent", CHOICE),
  d2WarnDb: t(3, "dB", 1, 20, "Rise of the noise floor over its baseline, warning", CHOICE),
  d2AlarmDb: t(6, "dB", 2, 30, "Rise of the noise floor over its baseline, alarm", CHOICE),
  d2HoldS: t(30, "s", 0, 600, "How long the rise lasts before it counts", CHOICE),
  d3LeastDb: t(6, "dB", 3, 30, "Rise of the quiet bands in one frame, at least", CHOICE),
  d3DeviationFactor: t(6, "", 3, 20, "Rise of the quiet bands in robust standard deviations", CHOICE),
  d3WideShare: t(0.6, "", 0.2, 1, "Share of the quiet bins that must rise by 3 dB", CHOICE),
  d3FoldStrength: t(15, "", 5, 50, "Strength n R^2 of a mains rhythm", "Rayleigh test, p = e^-15"),
  d4Z: t(
    6,
    "",
    4,
    20,
    "Comb over random offsets in standard deviations",
    "an 8 MHz test on a 6 MHz comb reaches 3.5",
  ),
  d4Teeth: t(5, "", 3, 20, "Teeth that the quiet bands must show", CHOICE),
  d4ToothShare: t(0.5, "", 0.2, 1, "Share of the teeth over 6 dB", CHOICE),
  d4NoiseDb: t(2, "dB", 1, 10, "Floor rise in the shape of second-order products", CHOICE),
  d4NoiseShare: t(0.7, "", 0.5, 1, "Share of the rise's shape that the template explains", CHOICE),
  d5RiseDb: t(3, "dB", 1, 20, "Rise beyond the band edge or between the channels", CHOICE),
  d5CarrierDb: t(
    -10,
    "dB",
    -40,
    20,
    "Carrier, or all below the band, against the power in the band: a weaker one clips nothing",
    CHOICE,
  ),
  d5Correlation: t(
    0.6,
    "",
    0.3,
    1,
    "Correlation of that rise with the power in the band, below it or of a carrier",
    "6 sigma of 100 frames",
  ),
  d6F: t(20, "", 5, 200, "F ratio of a hum fit", CHOICE),
  d7TiltDb: t(6, "dB", 2, 20, "Tilt over the used band, warning", CHOICE),
  d7TiltAlarmDb: t(10, "dB", 2, 30, "Tilt over the used band, alarm", CHOICE),
  d7RollOffDb: t(3, "dB", 1, 20, "Fall of the last 5 % of the band under its line", CHOICE),
  d7SuckOutDb: t(3, "dB", 1, 20, "Depth of a dip that returns on both sides", CHOICE),
  d7RippleDb: t(1.5, "dB", 0.5, 10, "Ripple peak to peak within one channel", CHOICE),
  d8CarrierDb: t(6, "dB", 3, 30, "Carrier over the floor outside of the channel table", CHOICE),
  d8CarrierHz: t(300_000, "Hz", 100_000, 2e6, "Least width of such a carrier", CHOICE),
  d8SilentS: t(300, "s", 10, 86_400, "A channel without a burst for this long is silent", CHOICE),
  d8LowTrafficPct: t(2, "%", 0, 20, "A channel below this occupancy has low traffic", CHOICE),
  d8LevelWarnDb: t(3, "dB", 1, 10, "Deviation from the expected level, warning", CHOICE),
  d8LevelAlarmDb: t(6, "dB", 2, 20, "Deviation from the expected level, alarm", CHOICE),
  d8StuckDb: t(0.3, "dB", 0.1, 1, "Level spread under which a channel without gaps is stuck", CHOICE),
  d9ClippedShare: t(1e-4, "", 1e-6, 0.1, "Share of samples at full scale", CHOICE),
  d9DcDb: t(10, "dB", 5, 30, "Bin at the centre frequency over its neighbours", CHOICE),
  d10Sigmas: t(4, "sigma", 3, 10, "Deviation of a bin from its own past", CHOICE),
  d10Cells: t(6, "", 2, 100, "Cells of time and frequency that hang together", CHOICE),
  confirmFrames: t(3, "frames", 1, 20, "So many frames must show what is no sum of many", CHOICE),
  confirmOfFrames: t(5, "frames", 1, 20, "Out of so many; no fewer than must show it", CHOICE),
  severityInfoDb: t(30, "dB", 0, 80, "Farther than this under its channel an event is only info", CHOICE),
  severityMinorDb: t(25, "dB", 0, 80, "Down to this distance it is minor", CHOICE),
  severityMajorDb: t(18, "dB", 0, 80, "Down to this distance it is major, nearer critical", CHOICE),
  clearS: t(30, "s", 0, 600, "How long a statistic stays under before the alarm is cleared", CHOICE),
  cooldownS: t(60, "s", 0, 3600, "A return within this time continues the old event", CHOICE),
  hysteresisDb: t(3, "dB", 0, 10, "How far under its threshold a statistic must fall", CHOICE),
} as const satisfies Record<string, Threshold>;

export type ThresholdName = keyof typeof THRESHOLDS;
export type Thresholds = Readonly<Record<ThresholdName, number>>;

/** The defaults with the given ones in their place. */
export function thresholdsWith(changed: Partial<Thresholds> = {}): Thresholds {
  const defaults = Object.fromEntries(
    Object.entries(THRESHOLDS).map(([name, { value }]) => [name, value]),
  ) as Record<ThresholdName, number>;
  return { ...defaults, ...changed };
}
