import {
  CHANNEL_ESTIMATE_FRACTION_BITS,
  cmSpectrumLevelsDbmv,
  cmSpectrumSnmpLevelsDbmv,
  complexValues,
  type DecodeHints,
  fecUncorrectableShares,
  histogramShares,
  type PnmRecord,
  rxMerDb,
  SYMBOL_CAPTURE_FRACTION_BITS,
  utscLevelsDb,
} from "../../../packages/pnm-codec/src/index.ts";
import * as files from "./files.ts";

/** One file, how we read it and how Python does. */
export interface BenchCase {
  name: string;
  bytes: Uint8Array;
  hints?: DecodeHints | undefined;
  /** Held to the bar against a plain copy. */
  isSpectrum?: boolean;
  /** Unit of the scaled values; undefined where the file holds counters, codes or bytes only. */
  unit?: string;
  /** Makes the scaled values and touches one of them; absent where there is no scale. */
  values?: (record: PnmRecord) => number;
  /** Expressions over the bytes `b`, and over the unpacked values `v`. */
  python: { header: string; raw: string; scaled?: string };
}

type OfKind<Kind extends PnmRecord["kind"]> = Extract<PnmRecord, { kind: Kind }>;

/** A function of one kind of record as a function of any; the file decides which kind comes. */
function of<Kind extends PnmRecord["kind"]>(
  _kind: Kind,
  values: (record: OfKind<Kind>, out: Float32Array) => ArrayLike<number>,
): (record: PnmRecord) => number {
  return (record) => values(record as OfKind<Kind>, floats)[0]!;
}

// Arrays for the values, written again for every file, as a live view does.
const floats = new Float32Array(32_768);
const doubles = new Float64Array(4096);

const levels = of("utsc", (record) => {
  for (let frame = 0; frame < record.frames; frame++) utscLevelsDb(record, frame, { out: floats });
  return floats;
});

/** I and Q, or converter samples, in the fixed-point format of the type. */
function fixedPoint<Kind extends PnmRecord["kind"]>(
  _kind: Kind,
  raw: (record: OfKind<Kind>) => Int16Array,
  fractionBits: number,
): (record: PnmRecord) => number {
  return (record) => complexValues(raw(record as OfKind<Kind>), fractionBits, floats)[0]!;
}
const fullScale = fixedPoint("utsc", ({ samples }) => samples as Int16Array, 15);

const UTSC_BODY = "struct.unpack_from('>IB6sIIIIBBBIIhI3sI',b,277)";
const UTSC_HEAD = `struct.unpack_from('>3sBBBII256s6sB',b)+${UTSC_BODY}`;
const CMTS_HEAD = ">3sBBBII256s6sB";
const CM_HEAD = "struct.unpack_from('>3sBBBIB6sIHBI',b)";
const DB_OF_POWER = "[10*log10(x if x else .5)-30 for x in v]";

function utscCases(): BenchCase[] {
  const { utscFile, noise16, power32, amplitude16, configuration } = files;
  const spectrum = (
    name: string,
    bytes: Uint8Array,
    raw: string,
    scaled: string,
    hints?: DecodeHints,
  ): BenchCase => ({
    name: `6A UTSC ${name}`,
    bytes,
    hints,
    isSpectrum: true,
    unit: "dBmV",
    values: levels,
    python: { header: UTSC_HEAD, raw, scaled },
  });
  const hundredths = "[x/100-30 for x in v]";
  const i16x4096 = "struct.unpack('>4096h',b[328:])";
  return [
    spectrum("fftDb, 4096 x i16", utscFile("fftDb", 4096, noise16(4096)), i16x4096, hundredths),
    spectrum(
      "fftPower, 4096 x u32",
      utscFile("fftPower", 4096, power32(4096)),
      "struct.unpack('>4096I',b[328:])",
      DB_OF_POWER,
    ),
    spectrum(
      "fftPower, 800 x u32",
      utscFile("fftPower", 800, power32(800)),
      "struct.unpack('>800I',b[328:])",
      DB_OF_POWER,
    ),
    spectrum(
      "fftAmplitude, 4096 x u16",
      utscFile("fftAmplitude", 4096, amplitude16(4096)),
      "struct.unpack('>4096H',b[328:])",
      "[20*log10(x if x else .5)-30 for x in v]",
    ),
    spectrum(
      "fftIQ, 2048 x i16 pair",
      utscFile("fftIQ", 2048, noise16(4096)),
      i16x4096,
      "[10*log10(i*i+q*q or .25)-30 for i,q in zip(v[::2],v[1::2])]",
    ),
    {
      name: "6A UTSC timeIQ, 4096 x i16 pair",
      bytes: utscFile("timeIQ", 4096, noise16(8192)),
      unit: "full scale",
      values: fullScale,
      python: { header: UTSC_HEAD, raw: "struct.unpack('>8192h',b[328:])", scaled: "[x/32768 for x in v]" },
    },
    {
      name: "6A UTSC rawAdc, 4096 x i16",
      bytes: utscFile("rawAdc", 4096, noise16(4096)),
      unit: "full scale",
      values: fullScale,
      python: { header: UTSC_HEAD, raw: i16x4096, scaled: "[x/32768 for x in v]" },
    },
    spectrum("fftDb, 4 frames of 1024 x i16", utscFile("fftDb", 1024, noise16(4096)), i16x4096, hundredths),
    spectrum(
      "fftDb, unexplained header, 4096 x i16",
      utscFile("fftDb", 4096, noise16(4096), "opaque"),
      i16x4096,
      hundredths,
      configuration("fftDb", 4096),
    ),
    spectrum(
      "fftPower, unexplained header, 800 x u32",
      utscFile("fftPower", 800, power32(800), "opaque"),
      "struct.unpack('>800I',b[328:])",
      DB_OF_POWER,
      configuration("fftPower", 800),
    ),
    {
      ...spectrum(
        "fftPower, early header, 1600 x u32",
        files.earlyUtscFile("fftPower", 1600, power32(1600)),
        "",
        "",
      ),
      hints: configuration("fftPower", 1600),
      python: {
        header: "struct.unpack_from('>3sBBBII256sIIHI',b)",
        raw: "struct.unpack('>1600I',b[284:])",
        scaled: DB_OF_POWER,
      },
    },
  ];
}

function cableModemCases(): BenchCase[] {
  const thirteenBits = "[x/8192 for x in v]";
  return [
    {
      name: "01 DS symbol capture, 8192 x i16 pair",
      bytes: files.dsSymbolCapture(),
      unit: "full scale",
      values: fixedPoint("ds-ofdm-symbol-capture", ({ samples }) => samples, SYMBOL_CAPTURE_FRACTION_BITS),
      python: {
        header: "struct.unpack_from('>3sBBBIB6sIQIIHBI',b)",
        raw: "struct.unpack('>16384h',b[44:])",
        scaled: "[x/4096 for x in v]",
      },
    },
    {
      name: "02 channel estimate, 7480 x i16 pair",
      bytes: files.channelEstimate(),
      unit: "coefficient",
      values: fixedPoint(
        "ds-ofdm-channel-estimate",
        ({ coefficients }) => coefficients,
        CHANNEL_ESTIMATE_FRACTION_BITS,
      ),
      python: { header: CM_HEAD, raw: "struct.unpack('>14960h',b[28:])", scaled: thirteenBits },
    },
    {
      name: "03 constellation, 8192 x i16 pair",
      bytes: files.constellation(),
      unit: "soft decision",
      values: fixedPoint("ds-constellation", ({ softDecisions }) => softDecisions, 13),
      python: {
        header: "struct.unpack_from('>3sBBBIB6sIHHBI',b)",
        raw: "struct.unpack('>16384h',b[30:])",
        scaled: thirteenBits,
      },
    },
    {
      name: "04 RxMER, 7480 x u8",
      bytes: files.dsRxMer(),
      unit: "dB",
      values: of("ds-ofdm-rxmer", rxMerDb),
      python: {
        header: CM_HEAD,
        raw: "struct.unpack('>7480B',b[28:])",
        scaled: "[x/4 if x!=255 else nan for x in v]",
      },
    },
    {
      name: "05 histogram, 256 x u32",
      bytes: files.dsHistogram(),
      unit: "share of hits",
      values: of("ds-histogram", ({ hitCounts }) => histogramShares(hitCounts, doubles)),
      python: {
        header: "struct.unpack_from('>3sBBBI6sBIII',b)",
        raw: "struct.unpack('>256I',b[29:])",
        scaled: "(lambda s: [x/s for x in v])(sum(v))",
      },
    },
    ...([6, 7] as const).map(
      (typeCode): BenchCase => ({
        name: `0${typeCode} pre-equalizer, 1776 x i16 pair`,
        bytes: files.preEqualizer(typeCode),
        unit: "coefficient",
        values: fixedPoint(
          "us-ofdma-pre-equalizer",
          ({ coefficients }) => coefficients,
          typeCode === 6 ? 13 : 14,
        ),
        python: {
          header: "struct.unpack_from('>3sBBBIB6s6sIHBI',b)",
          raw: "struct.unpack('>3552h',b[34:])",
          scaled: typeCode === 6 ? thirteenBits : "[x/16384 for x in v]",
        },
      }),
    ),
    {
      name: "08 FEC summary, 5 x 600 x 4 u32",
      bytes: files.fecSummary(),
      unit: "uncorrectable share",
      values: of("ds-ofdm-fec-summary", (record) => {
        for (const profile of record.profiles) fecUncorrectableShares(record, profile, doubles);
        return doubles;
      }),
      python: {
        header: "struct.unpack_from('>3sBBBB6sBB',b)",
        raw: "[struct.unpack_from('>BH2400I',b,15+9603*i) for i in range(5)]",
        scaled: "[[u/t if t else nan for t,u in zip(p[3::4],p[5::4])] for p in v]",
      },
    },
    {
      name: "09 modem spectrum, 81 x 256 i16",
      bytes: files.modemSpectrum(),
      isSpectrum: true,
      unit: "dBmV",
      values: of("cm-spectrum", cmSpectrumLevelsDbmv),
      python: {
        header: "struct.unpack_from('>3sBBBIB6sIIIHHHI',b)",
        raw: "struct.unpack('>20736h',b[39:])",
        scaled: "[x/100 for x in v]",
      },
    },
    {
      name: "-- SNMP amplitude data, 31 x 100 i16",
      bytes: files.amplitudeData(),
      isSpectrum: true,
      unit: "dBmV",
      values: of("cm-spectrum-snmp", cmSpectrumSnmpLevelsDbmv),
      python: {
        header: "()",
        raw: "[struct.unpack_from('>IIIII100h',b,220*i) for i in range(31)]",
        scaled: "[x/100 for g in v for x in g[5:]]",
      },
    },
    {
      name: "0A modulation profile, 4 x 115 schemes",
      bytes: files.modulationProfile(),
      python: {
        header: "struct.unpack_from('>3sBBBIB6sBIHBI',b)",
        raw: "[(struct.unpack_from('>BH',b,29+463*p),[struct.unpack_from('>BBH',b,32+463*p+4*i) for i in range(115)]) for p in range(4)]",
      },
    },
    {
      name: "LLD latency report, 2000 bytes",
      bytes: files.latencyReport(),
      python: { header: "struct.unpack_from('>3sBBBIB',b)", raw: "struct.unpack('>2000B',b[11:])" },
    },
  ];
}

function cmtsCases(): BenchCase[] {
  return [
    {
      name: "65 DS symbol capture at the CMTS, 4096 x i16 pair",
      bytes: files.cmtsSymbolCapture(),
      unit: "full scale",
      values: fixedPoint(
        "cmts-ds-ofdm-symbol-capture",
        ({ samples }) => samples,
        SYMBOL_CAPTURE_FRACTION_BITS,
      ),
      python: {
        header: `struct.unpack_from('${CMTS_HEAD}I8sBHHHBI',b)`,
        raw: "struct.unpack('>8192h',b[301:])",
        scaled: "[x/4096 for x in v]",
      },
    },
    {
      name: "66 US probe, 4096 x i16 pair",
      bytes: files.usProbe(),
      unit: "full scale",
      values: fixedPoint("us-ofdma-probe", ({ samples }) => samples, 15),
      python: {
        header: `struct.unpack_from('${CMTS_HEAD}IBI256sI',b)`,
        raw: "struct.unpack('>8192h',b[546:])",
        scaled: "[x/32768 for x in v]",
      },
    },
    {
      name: "67 US impulse noise, 1024 events",
      bytes: files.impulseNoise(),
      python: {
        header: `struct.unpack_from('${CMTS_HEAD}IIII',b)`,
        raw: "list(struct.iter_unpack('>8sIh',b[293:]))",
      },
    },
    {
      name: "68 US histogram, 256 x u32",
      bytes: files.usHistogram(),
      unit: "share of hits",
      values: of("us-histogram", ({ hitCounts }) => histogramShares(hitCounts, doubles)),
      python: {
        header: `struct.unpack_from('${CMTS_HEAD}BIII',b)`,
        raw: "struct.unpack('>256I',b[290:])",
        scaled: "(lambda s: [x/s for x in v])(sum(v))",
      },
    },
    {
      name: "69 US RxMER, 1900 x u8",
      bytes: files.usRxMer(),
      unit: "dB",
      values: of("us-ofdma-rxmer", rxMerDb),
      python: {
        header: `struct.unpack_from('${CMTS_HEAD}6sHBIHBI',b)`,
        raw: "struct.unpack('>1900B',b[297:])",
        scaled: "[x/4 if x!=255 else nan for x in v]",
      },
    },
  ];
}

/** A file of every type, of every UTSC output format, and of the forms UTSC files come in. */
export function benchCases(): BenchCase[] {
  return [...utscCases(), ...cableModemCases(), ...cmtsCases()];
}
