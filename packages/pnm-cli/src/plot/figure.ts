/** One trace of a panel. */
export interface FigureSeries {
  name: string;
  form: "line" | "steps" | "bars" | "points";
  x: ArrayLike<number>;
  /** NaN where nothing was measured. */
  y: ArrayLike<number>;
  /** Behind the other traces, in a quiet colour. */
  isBackground?: boolean;
}

export interface FigureAxis {
  label: string;
  /** Shown behind the label; frequencies and times are shown in the multiple that suits their range. */
  unit: "Hz" | "s" | "unix" | string;
  logarithmic?: boolean;
  /** Instead of the range of the values. */
  range?: readonly [number, number];
  /** Names of single values instead of numbers. */
  names?: Readonly<Record<number, string>>;
}

export interface Panel {
  title: string;
  x: FigureAxis;
  y: FigureAxis;
  series: FigureSeries[];
  /** Stretches of x, both ends included, in which nothing was measured. */
  excluded: { from: number; to: number; reason: string }[];
  /** Both axes to the same scale. */
  isSquare?: boolean;
  /** Points that measured ones should stand on. */
  ideal?: { i: ArrayLike<number>; q: ArrayLike<number> };
  /** Share of the usual height; 1 unless given. */
  height?: number;
}

/** A whole picture. */
export interface Figure {
  title: string;
  /** Device, channel and time; then figures and remarks. */
  lines: string[];
  panels: Panel[];
}
