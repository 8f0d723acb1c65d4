/** Moments of a distribution given as weights of values. */
export interface Moments {
  mean: number;
  variance: number;
  skewness: number;
  /** 3 for a Gaussian. */
  kurtosis: number;
}

/** Moments of values with weights, for example the bins of a histogram with their hits over dwell. */
export function momentsOf(values: ArrayLike<number>, weights?: ArrayLike<number>): Moments {
  let total = 0;
  let mean = 0;
  for (let k = 0; k < values.length; k += 1) {
    const weight = weights?.[k] ?? 1;
    total += weight;
    mean += weight * values[k]!;
  }
  mean /= total;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let k = 0; k < values.length; k += 1) {
    const share = (weights?.[k] ?? 1) / total;
    const offset = values[k]! - mean;
    second += share * offset ** 2;
    third += share * offset ** 3;
    fourth += share * offset ** 4;
  }
  return {
    mean,
    variance: second,
    skewness: third / second ** 1.5,
    kurtosis: fourth / second ** 2,
  };
}
