/** Parts of the world whose services differ: ITU region 2 and region 1. */
export const SERVICE_REGIONS = ["americas", "europe"] as const;
export type ServiceRegion = (typeof SERVICE_REGIONS)[number];

/** A radio service that leaks into a plant. */
export interface RadioService {
  name: string;
  /** A few signs, for a label beside others. */
  label: string;
  lowerHz: number;
  upperHz: number;
  /** Where it is; undefined where it is everywhere. */
  region?: ServiceRegion | undefined;
}

type Row = readonly [
  lowerMhz: number,
  upperMhz: number,
  name: string,
  label: string,
  region?: ServiceRegion | undefined,
];

/** Bands of the ITU Radio Regulations (Article 5), and of mobile networks by their 3GPP numbers. */
const BANDS: readonly Row[] = [
  [3.5, 4, "Amateur 80 m", "80 m"],
  [5.9, 6.2, "Short wave 49 m", "SW 49 m"],
  [7, 7.3, "Amateur 40 m", "40 m", "americas"],
  [7, 7.2, "Amateur 40 m", "40 m", "europe"],
  [7.2, 7.45, "Short wave 41 m", "SW 41 m"],
  [9.4, 9.9, "Short wave 31 m", "SW 31 m"],
  [10.1, 10.15, "Amateur 30 m", "30 m"],
  [11.6, 12.1, "Short wave 25 m", "SW 25 m"],
  [13.553, 13.567, "ISM 13.56 MHz", "ISM"],
  [13.57, 13.87, "Short wave 22 m", "SW 22 m"],
  [14, 14.35, "Amateur 20 m", "20 m"],
  [15.1, 15.8, "Short wave 19 m", "SW 19 m"],
  [17.48, 17.9, "Short wave 16 m", "SW 16 m"],
  [18.068, 18.168, "Amateur 17 m", "17 m"],
  [21, 21.45, "Amateur 15 m", "15 m"],
  [21.45, 21.85, "Short wave 13 m", "SW 13 m"],
  [24.89, 24.99, "Amateur 12 m", "12 m"],
  [25.67, 26.1, "Short wave 11 m", "SW 11 m"],
  [26.565, 26.955, "CB (Europe)", "CB", "europe"],
  [26.965, 27.405, "CB", "CB"],
  [28, 29.7, "Amateur 10 m", "10 m"],
  [40.66, 40.7, "ISM 40.68 MHz", "ISM"],
  [50, 54, "Amateur 6 m", "6 m"],
  [54, 88, "TV, low VHF", "low-VHF TV", "americas"],
  [87.5, 108, "FM broadcast", "FM"],
  [108, 118, "Aeronautical navigation", "air nav"],
  [118, 137, "Aeronautical voice", "air voice"],
  [137, 144, "Land mobile", "mobile"],
  [144, 148, "Amateur 2 m", "2 m", "americas"],
  [144, 146, "Amateur 2 m", "2 m", "europe"],
  [152, 159, "Paging", "paging"],
  [156, 162.025, "Marine", "marine"],
  [162.4, 162.55, "Weather radio", "weather", "americas"],
  [174, 216, "TV, high VHF", "high-VHF TV", "americas"],
  [174, 230, "DAB", "DAB", "europe"],
  [420, 450, "Amateur 70 cm", "70 cm"],
  [470, 608, "TV, UHF", "UHF TV", "americas"],
  [470, 694, "TV, UHF", "UHF TV", "europe"],
  [617, 652, "Mobile n71, downlink", "n71 down", "americas"],
  [663, 698, "Mobile n71, uplink", "n71 up", "americas"],
  [699, 716, "LTE 12 and 17, uplink", "LTE 12 up", "americas"],
  [703, 748, "LTE 28, uplink", "LTE 28 up", "europe"],
  [729, 746, "LTE 12 and 17, downlink", "LTE 12 down", "americas"],
  [746, 756, "LTE 13, downlink", "LTE 13 down", "americas"],
  [758, 768, "LTE 14, downlink", "LTE 14 down", "americas"],
  [758, 803, "LTE 28, downlink", "LTE 28 down", "europe"],
  [777, 787, "LTE 13, uplink", "LTE 13 up", "americas"],
  [788, 798, "LTE 14, uplink", "LTE 14 up", "americas"],
  [791, 821, "LTE 20, downlink", "LTE 20 down", "europe"],
  [814, 849, "LTE 5 and 26, uplink", "LTE 5 up", "americas"],
  [832, 862, "LTE 20, uplink", "LTE 20 up", "europe"],
  [859, 894, "LTE 5 and 26, downlink", "LTE 5 down", "americas"],
  [880, 915, "LTE 8, uplink", "LTE 8 up", "europe"],
  [925, 960, "LTE 8, downlink", "LTE 8 down", "europe"],
];

/** Services by their lower edge. */
export const RADIO_SERVICES: readonly RadioService[] = BANDS.map(
  ([lowerMhz, upperMhz, name, label, region]) => ({
    name,
    label,
    lowerHz: Math.round(lowerMhz * 1e6),
    upperHz: Math.round(upperMhz * 1e6),
    region,
  }),
);

/**
 * Name of the service whose band holds the frequency, `toleranceHz` to either side; the narrowest of several.
 * Without a region, and where the two have different ones, it names both.
 */
export function serviceAt(
  frequencyHz: number,
  toleranceHz: number,
  region?: ServiceRegion,
): string | undefined {
  const found = new Set<string>();
  for (const place of region ? [region] : SERVICE_REGIONS) {
    const name = narrowestAt(frequencyHz, toleranceHz, place);
    if (name !== undefined) found.add(name);
  }
  return found.size === 0 ? undefined : [...found].join(" or ");
}

function narrowestAt(frequencyHz: number, toleranceHz: number, region: ServiceRegion): string | undefined {
  let best: RadioService | undefined;
  for (const service of RADIO_SERVICES) {
    if (service.region !== undefined && service.region !== region) continue;
    if (frequencyHz < service.lowerHz - toleranceHz || frequencyHz > service.upperHz + toleranceHz) continue;
    if (!best || service.upperHz - service.lowerHz < best.upperHz - best.lowerHz) best = service;
  }
  return best?.name;
}
