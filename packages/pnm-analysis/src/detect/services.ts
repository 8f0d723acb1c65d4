/** Radio services that leak into a plant; frequencies in MHz. */
const UPSTREAM: readonly (readonly [number, number, string])[] = [
  [13.553, 13.567, "ISM 13.56 MHz"],
  [26.965, 27.405, "CB"],
  [26.565, 26.955, "CB (Europe)"],
  [3.5, 4, "Amateur 80 m"],
  [7, 7.2, "Amateur 40 m"],
  [10.1, 10.15, "Amateur 30 m"],
  [14, 14.35, "Amateur 20 m"],
  [18.068, 18.168, "Amateur 17 m"],
  [21, 21.45, "Amateur 15 m"],
  [24.89, 24.99, "Amateur 12 m"],
  [28, 29.7, "Amateur 10 m"],
  [50, 54, "Amateur 6 m"],
  [5.9, 6.2, "Short wave 49 m"],
  [7.2, 7.45, "Short wave 41 m"],
  [9.4, 9.9, "Short wave 31 m"],
  [11.6, 12.1, "Short wave 25 m"],
  [13.57, 13.87, "Short wave 22 m"],
  [15.1, 15.8, "Short wave 19 m"],
  [17.48, 17.9, "Short wave 16 m"],
  [21.45, 21.85, "Short wave 13 m"],
  [25.67, 26.1, "Short wave 11 m"],
  [40.66, 40.7, "ISM 40.68 MHz"],
  [87.5, 108, "FM broadcast"],
  [54, 88, "TV, low VHF"],
  [108, 118, "Aeronautical navigation"],
  [118, 137, "Aeronautical voice"],
  [137, 144, "Land mobile"],
  [144, 148, "Amateur 2 m"],
  [156, 162.025, "Marine"],
  [162.4, 162.55, "Weather radio"],
  [152, 159, "Paging"],
  [174, 230, "TV or DAB, high VHF"],
  [420, 450, "Amateur 70 cm"],
];

/** Name of the service whose band holds the frequency, `toleranceHz` to either side; the narrowest of several. */
export function serviceAt(frequencyHz: number, toleranceHz: number): string | undefined {
  const mhz = frequencyHz / 1e6;
  const tolerance = toleranceHz / 1e6;
  let best: readonly [number, number, string] | undefined;
  for (const band of UPSTREAM) {
    if (mhz < band[0] - tolerance || mhz > band[1] + tolerance) continue;
    if (!best || band[1] - band[0] < best[1] - best[0]) best = band;
  }
  return best?.[2];
}
