/** One value per row of a table. */
export interface ScalarColumn {
  /** Ends in its unit: `frequency_hz`. */
  name: string;
  /** NaN is "not measured". */
  values: ArrayLike<number | string>;
  /** Integers or text as the file stores them. */
  isRaw?: boolean;
  /** Digits after the point that mean something; all unless given. */
  digits?: number;
}

/** A pair of numbers per row, I and Q interleaved. */
export interface ComplexColumn {
  name: string;
  iq: ArrayLike<number>;
  isRaw?: boolean;
}

export type Column = ScalarColumn | ComplexColumn;

/** Rows that belong together: all of a file, or those of one profile, result set or symbol. */
export interface Group {
  /** What tells this group from the others; the first columns of its table. */
  key: Readonly<Record<string, number | string>>;
  /** What stands in JSON beside the columns. */
  facts?: Readonly<Record<string, unknown>>;
  columns: Column[];
}

export interface Dataset {
  /** What the groups are: `profiles`, `frames`; undefined where a file has one table. */
  groupName: string | undefined;
  groups: Group[];
}

/** The dataset of a file with one table. */
export function table(columns: Column[], facts: Readonly<Record<string, unknown>> = {}): Dataset {
  return { groupName: undefined, groups: [{ key: {}, facts, columns }] };
}
