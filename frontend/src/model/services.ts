/** A radio service whose signals enter an upstream through faulty shielding. */
export interface RadioService {
  label: string;
  startHz: number;
  stopHz: number;
}

const band = (label: string, startMhz: number, stopMhz: number): RadioService => ({
  label,
  startHz: startMhz * 1e6,
  stopHz: stopMhz * 1e6,
});

/**
 * Services below 204 MHz: broadcasting and amateur bands of the ITU Radio Regulations (Article 5), the
 * citizens' band, ISM centre frequencies, and the television and FM bands I to III.
 */
export const RADIO_SERVICES: readonly RadioService[] = [
  band("", 5.9, 6.2),
  band("40 m", 7.0, 7.3),
  band("", 9.4, 9.9),
  band("SW", 11.6, 12.1),
  band("20 m", 14.0, 14.35),
  band("", 17.48, 17.9),
  band("15 m", 21.0, 21.45),
  band("CB", 26.965, 27.405),
  band("10 m", 28.0, 29.7),
  band("ISM", 40.66, 40.7),
  band("6 m", 50.0, 54.0),
  band("low-VHF TV", 54.0, 88.0),
  band("FM", 88.0, 108.0),
  band("air", 108.0, 137.0),
  band("2 m", 144.0, 148.0),
  band("high-VHF TV", 174.0, 216.0),
];
