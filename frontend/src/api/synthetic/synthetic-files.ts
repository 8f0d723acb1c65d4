import { qamPoints } from "@pnmlab/pnm-analysis";
import { encodePnm, encodeUtsc, type PnmHeader, utscSamplesFromLevels } from "@pnmlab/pnm-codec";
import { seededRandom } from "./synthetic-spectrum.ts";

/** Made-up capture files of a modem and a CMTS, encoded as devices do. */

const CAPTURE_TIME_S = 1_774_675_794;
const MODEM_MAC = "44:05:3f:a1:7c:e8";
const DATA_SCALE = 2 ** 13;

const described = {
  title: "",
  reading: { layout: "standard", reason: "", confidence: "high" as const, alternatives: [] },
  anomalies: [],
  trailing: new Uint8Array(0),
};

function preamble(typeCode: number): PnmHeader {
  return {
    magic: "PNN",
    typeCode,
    versioned: true,
    majorVersion: 1,
    minorVersion: 0,
    captureTimeS: CAPTURE_TIME_S,
  };
}

/** About Gaussian, of unit deviation. */
function noise(random: () => number): number {
  return (random() + random() + random() + random() - 2) * Math.sqrt(3);
}

/** RxMER of 3800 subcarriers with an ingress of 9 MHz and two exclusions of 48 subcarriers. */
export function rxMerFile(subcarriers = 3800): Uint8Array {
  const random = seededRandom(7);
  const quarterDb = Uint8Array.from({ length: subcarriers }, (_, n) => {
    if ((n >= 1080 && n < 1128) || (n >= 2760 && n < 2808)) return 0xff;
    const ingressDb = n > 1860 && n < 2040 ? 16 : 0;
    return Math.round((42.3 + Math.sin(n / 300) * 0.5 - ingressDb + noise(random) * 0.5) * 4);
  });
  return encodePnm({
    ...described,
    kind: "ds-ofdm-rxmer",
    layout: "standard",
    header: {
      ...preamble(0x04),
      channelId: 193,
      cmMac: MODEM_MAC,
      zeroFrequencyHz: 629_000_000,
      firstActiveSubcarrierIndex: 148,
      subcarrierSpacingKhz: 50,
      dataLengthBytes: subcarriers,
    },
    quarterDb,
  });
}

/** Pre-equalizer of 1600 subcarriers that answers an echo of −24.6 dBc after 0.39 µs. */
export function preEqualizerFile(subcarriers = 1600): Uint8Array {
  const spacingHz = 50_000;
  const coefficients = new Int16Array(2 * subcarriers);
  const echo = 10 ** (-24.6 / 20);
  for (let n = 0; n < subcarriers; n++) {
    if (n >= 700 && n < 740) continue;
    const angle = -2 * Math.PI * n * spacingHz * 0.39e-6;
    const [re, im] = [1 + echo * Math.cos(angle), echo * Math.sin(angle)];
    const power = re * re + im * im;
    coefficients[2 * n] = Math.round((re / power) * DATA_SCALE);
    coefficients[2 * n + 1] = Math.round((-im / power) * DATA_SCALE);
  }
  return encodePnm({
    ...described,
    kind: "us-ofdma-pre-equalizer",
    layout: "standard",
    header: {
      ...preamble(0x06),
      channelId: 7,
      cmMac: MODEM_MAC,
      cmtsMac: "00:01:5c:aa:bb:cc",
      zeroFrequencyHz: 5_000_000,
      firstActiveSubcarrierIndex: 74,
      subcarrierSpacingKhz: spacingHz / 1000,
      dataLengthBytes: 4 * subcarriers,
    },
    fractionBits: 13,
    coefficients,
  });
}

/** Symbols of 256-QAM with a MER of about 34 dB. */
export function constellationFile(symbols = 4000): Uint8Array {
  const random = seededRandom(11);
  const points = qamPoints(8)!;
  const spread = 10 ** (-34 / 20) / Math.SQRT2;
  const softDecisions = new Int16Array(2 * symbols);
  for (let n = 0; n < symbols; n++) {
    const point = Math.floor(random() * points.i.length);
    softDecisions[2 * n] = Math.round((points.i[point]! + noise(random) * spread) * DATA_SCALE);
    softDecisions[2 * n + 1] = Math.round((points.q[point]! + noise(random) * spread) * DATA_SCALE);
  }
  return encodePnm({
    ...described,
    kind: "ds-constellation",
    layout: "standard",
    header: {
      ...preamble(0x03),
      channelId: 193,
      cmMac: MODEM_MAC,
      zeroFrequencyHz: 629_000_000,
      modulationOrder: 7,
      sampleSymbols: symbols,
      subcarrierSpacingKhz: 50,
      dataLengthBytes: 4 * symbols,
    },
    softDecisions,
  });
}

/** Ten minutes of codewords of two profiles; the higher one loses some for a while. */
export function codewordsFile(): Uint8Array {
  const sets = 600;
  const random = seededRandom(3);
  const profile = (profileId: number, isWeak: boolean) => {
    const words = new Uint32Array(4 * sets);
    for (let k = 0; k < sets; k++) {
      const isBad = isWeak && k > 220 && k < 360;
      words[4 * k] = CAPTURE_TIME_S + k;
      words[4 * k + 1] = 200_000 + Math.round(random() * 400);
      words[4 * k + 2] = Math.round(random() * (isBad ? 40_000 : 90));
      words[4 * k + 3] = isBad ? Math.round(random() ** 3 * 4000) : 0;
    }
    return { profileId, sets, words };
  };
  return encodePnm({
    ...described,
    kind: "ds-ofdm-fec-summary",
    layout: "standard",
    header: {
      ...preamble(0x08),
      captureTimeS: undefined,
      channelId: 193,
      cmMac: MODEM_MAC,
      summaryType: 2,
      profileCount: 2,
      startTimeS: undefined,
      endTimeS: undefined,
    },
    profiles: [profile(0, false), profile(1, true)],
  });
}

/** An upstream spectrum of 5 to 85 MHz with four carriers, three frames in one file. */
export function upstreamSpectrumFile(frames = 3): Uint8Array {
  const random = seededRandom(5);
  const bins = 1600;
  const spanHz = 80e6;
  const centerFrequencyHz = 45e6;
  const carriersMhz = [20, 26.4, 32.8, 39.2];
  const levels = Float64Array.from({ length: bins * frames }, (_, k) => {
    const mhz = (centerFrequencyHz - spanHz / 2 + ((k % bins) * spanHz) / bins) / 1e6;
    const isCarrier = carriersMhz.some((center) => Math.abs(mhz - center) < 2.9);
    return (isCarrier ? -22 : -48) + noise(random) * 1.4;
  });
  const kHundredthsDb = -9000;
  return encodeUtsc({
    form: "e6000-328",
    captureTimeS: CAPTURE_TIME_S,
    ifIndex: 1001,
    ccapId: "lab-cmts-1",
    outputFormat: "fftPower",
    bins,
    centerFrequencyHz,
    spanHz,
    kHundredthsDb,
    samples: utscSamplesFromLevels(levels, "fftPower", kHundredthsDb),
  });
}
