// Speed of the PNM decoders as ratios: against memcpy of the same files and against Python's struct module on
// the same machine in the same minute. Ratios travel between machines, megabytes per second do not.
//
//   node --conditions=@pnmlab/source scripts/bench/codec.ts [rounds]

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type DecodeHints,
  decodePnm,
  encodePnm,
  encodeUtsc,
  type PnmRecord,
  type PnmRecordBase,
  type UtscOutputFormat,
  type UtscSamples,
} from "../../packages/pnm-codec/src/index.ts";

interface Case {
  name: string;
  bytes: Uint8Array;
  hints?: DecodeHints;
  /** Python expressions over the bytes `b`: the header, and the raw values, both with struct. */
  header: string;
  values: string;
  /** Divisor that makes dB or coefficients of the values; absent where they are counters or codes. */
  scale?: number;
}

const ROUNDS = Number(process.argv[2] ?? 15);
const WARM_UP_MS = 250;
/** Bytes decoded in one measurement: enough for a millisecond, small enough to stay in the cache. */
const BATCH_BYTES = 4_000_000;

const base: Pick<PnmRecordBase, "title" | "reading" | "anomalies" | "trailing"> = {
  title: "",
  reading: { layout: "", reason: "", confidence: "high", alternatives: [] },
  anomalies: [],
  trailing: new Uint8Array(0),
};
const preamble = {
  magic: "PNN",
  versioned: true,
  majorVersion: 1,
  minorVersion: 0,
  captureTimeS: 1_774_675_934,
} as const;
const MAC = "00:11:22:33:44:55";
const grid = { zeroFrequencyHz: 631_100_000, firstActiveSubcarrierIndex: 356, subcarrierSpacingKhz: 25 };
const channel = { channelId: 34, cmMac: MAC, ...grid, dataLengthBytes: 0 };
const noise16 = (count: number) =>
  Int16Array.from({ length: count }, (_, i) => Math.round(-4000 + 500 * Math.sin(i * 12.9898)));

function utsc(outputFormat: UtscOutputFormat, bins: number, samples: UtscSamples): Uint8Array {
  return encodeUtsc({
    form: "e6000-328",
    captureTimeS: 1_774_675_934,
    ifIndex: 436_207_616,
    ccapId: "ccap1.example.net",
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    outputFormat,
    bins,
    samples,
  });
}

const record = (fields: object): Uint8Array => encodePnm({ ...base, ...fields } as PnmRecord);

// Mean power 1 in s2.13, as coefficients in use have it.
const COEFFICIENTS = Int16Array.from({ length: 2 * 7480 }, (_, i) => (i % 3 === 0 ? -5793 : 5793));
const COUNTERS = Uint32Array.from({ length: 4 * 600 }, (_, i) => (i % 4 === 0 ? 1_774_675_934 + i / 4 : i));
const SCHEMES = Uint8Array.from(
  Array.from({ length: 115 }, (_, i) => (i % 2 === 0 ? [0, 12, 0, 110] : [0, 1, 0, 1])).flat(),
);

const UTSC_HEAD = "struct.unpack_from('>3sBBBII256s6sB',b)+struct.unpack_from('>IB6sIIIIBBBIIhI3sI',b,277)";
const CM_HEAD = "struct.unpack_from('>3sBBBIB6sIHBI',b)";

const cases: Case[] = [
  {
    name: "6A UTSC fftDb, 4096 x i16",
    bytes: utsc("fftDb", 4096, noise16(4096)),
    header: UTSC_HEAD,
    values: "struct.unpack('>4096h',b[328:])",
    scale: 100,
  },
  {
    name: "6A UTSC fftPower, 4096 x u32",
    bytes: utsc(
      "fftPower",
      4096,
      Uint32Array.from({ length: 4096 }, (_, i) => 20_000 + ((i * 7919) % 9000)),
    ),
    header: UTSC_HEAD,
    values: "struct.unpack('>4096I',b[328:])",
  },
  {
    name: "6A UTSC fftPower, 800 x u32",
    bytes: utsc(
      "fftPower",
      800,
      Uint32Array.from({ length: 800 }, (_, i) => 20_000 + ((i * 7919) % 9000)),
    ),
    header: UTSC_HEAD,
    values: "struct.unpack('>800I',b[328:])",
  },
  {
    name: "6A UTSC timeIQ, 4096 x i16 pair",
    bytes: utsc("timeIQ", 4096, noise16(8192)),
    header: UTSC_HEAD,
    values: "struct.unpack('>8192h',b[328:])",
  },
  {
    name: "01 DS symbol capture, 8192 x i16 pair",
    bytes: record({
      kind: "ds-ofdm-symbol-capture",
      layout: "with-plc-timestamp",
      header: {
        ...preamble,
        ...channel,
        typeCode: 1,
        plcTimestamp: "0011223344556677",
        sampleRateHz: 204_800_000,
        fftSize: 8192,
        triggerGroupId: 1,
        transactionId: 2,
      },
      samples: noise16(16_384),
    }),
    header: "struct.unpack_from('>3sBBBIB6sIQIIHBI',b)",
    values: "struct.unpack('>16384h',b[44:])",
    scale: 4096,
  },
  {
    name: "02 channel estimate, 7480 x i16 pair",
    bytes: record({
      kind: "ds-ofdm-channel-estimate",
      layout: "standard",
      header: { ...preamble, ...channel, typeCode: 2 },
      coefficients: COEFFICIENTS,
    }),
    header: CM_HEAD,
    values: "struct.unpack('>14960h',b[28:])",
    scale: 8192,
  },
  {
    name: "03 constellation, 8192 x i16 pair",
    bytes: record({
      kind: "ds-constellation",
      layout: "standard",
      header: { ...preamble, ...channel, typeCode: 3, modulationOrder: 7, sampleSymbols: 8192 },
      softDecisions: noise16(16_384),
    }),
    header: "struct.unpack_from('>3sBBBIB6sIHHBI',b)",
    values: "struct.unpack('>16384h',b[30:])",
    scale: 8192,
  },
  {
    name: "04 RxMER, 7480 x u8",
    bytes: record({
      kind: "ds-ofdm-rxmer",
      layout: "standard",
      header: { ...preamble, ...channel, typeCode: 4 },
      quarterDb: Uint8Array.from({ length: 7480 }, (_, i) => 150 + (i % 20)),
    }),
    header: CM_HEAD,
    values: "struct.unpack('>7480B',b[28:])",
    scale: 4,
  },
  {
    name: "05 histogram, 256 x u32",
    bytes: record({
      kind: "ds-histogram",
      layout: "standard",
      header: { ...preamble, typeCode: 5, cmMac: MAC, symmetry: 2 },
      dwellCounts: Uint32Array.of(10_000_000),
      hitCounts: Uint32Array.from({ length: 256 }, (_, i) => i * 1000),
    }),
    header: "struct.unpack_from('>3sBBBI6sBIII',b)",
    values: "struct.unpack('>256I',b[29:])",
  },
  {
    name: "06 pre-equalizer, 1776 x i16 pair",
    bytes: record({
      kind: "us-ofdma-pre-equalizer",
      layout: "standard",
      header: { ...preamble, ...channel, typeCode: 6, cmtsMac: MAC },
      coefficients: COEFFICIENTS.slice(0, 2 * 1776),
    }),
    header: "struct.unpack_from('>3sBBBIB6s6sIHBI',b)",
    values: "struct.unpack('>3552h',b[34:])",
    scale: 8192,
  },
  {
    name: "08 FEC summary, 5 x 600 x 4 u32",
    bytes: record({
      kind: "ds-ofdm-fec-summary",
      layout: "standard",
      header: {
        ...preamble,
        captureTimeS: undefined,
        typeCode: 8,
        channelId: 34,
        cmMac: MAC,
        summaryType: 2,
      },
      profiles: [255, 0, 1, 2, 3].map((profileId) => ({ profileId, sets: 600, words: COUNTERS })),
    }),
    header: "struct.unpack_from('>3sBBBB6sBB',b)",
    values: "[struct.unpack_from('>BH2400I',b,15+9603*i) for i in range(5)]",
  },
  {
    name: "09 modem spectrum, 81 x 256 i16",
    bytes: record({
      kind: "cm-spectrum",
      layout: "standard",
      header: {
        ...preamble,
        typeCode: 9,
        channelId: 0,
        cmMac: MAC,
        firstSegmentCenterHz: 300_000_000,
        lastSegmentCenterHz: 900_000_000,
        segmentSpanHz: 7_500_000,
        binsPerSegment: 256,
        equivalentNoiseBandwidthHundredthsBin: 110,
        window: 1,
        dataLengthBytes: 0,
      },
      hundredthsDbmv: noise16(81 * 256),
    }),
    header: "struct.unpack_from('>3sBBBIB6sIIIHHHI',b)",
    values: "struct.unpack('>20736h',b[39:])",
    scale: 100,
  },
  {
    name: "-- SNMP amplitude data, 31 x 100 i16",
    bytes: record({
      kind: "cm-spectrum-snmp",
      layout: "amplitude-data",
      header: { ...preamble, magic: "", typeCode: 9 },
      groups: Array.from({ length: 31 }, (_, i) => ({
        centerFrequencyHz: 740_500_000 + i * 3_000_000,
        spanHz: 3_000_000,
        bins: 100,
        binSpacingHz: 30_000,
        resolutionBwHz: 1,
        axisRule: "fft",
        hundredthsDbmv: noise16(100),
      })),
    }),
    header: "()",
    values: "[struct.unpack_from('>IIIII100h',b,220*i) for i in range(31)]",
    scale: 100,
  },
  {
    name: "0A modulation profile, 4 x 115 schemes",
    bytes: record({
      kind: "ds-ofdm-modulation-profile",
      layout: "standard",
      header: { ...preamble, ...channel, typeCode: 10, profileCount: 4 },
      profiles: [3, 2, 1, 0].map((profileId) => ({
        profileId,
        declaredLength: SCHEMES.length,
        data: SCHEMES,
        subcarriers: 0,
      })),
    }),
    header: "struct.unpack_from('>3sBBBIB6sBIHBI',b), [(struct.unpack_from('>BH',b,29+463*p)",
    values: "[struct.unpack_from('>BBH',b,32+463*p+4*i) for i in range(115)]) for p in range(4)]",
  },
  {
    name: "69 US RxMER, 1900 x u8",
    bytes: record({
      kind: "us-ofdma-rxmer",
      layout: "version-2",
      header: {
        ...preamble,
        ...channel,
        typeCode: 0x69,
        majorVersion: 2,
        ifIndex: 5,
        ccapId: "ccap1.example.net",
        rpdId: MAC,
        rpdPort: 1,
        averages: 1,
        preEqualization: 1,
        subcarrierSpacingKhz: 50,
      },
      quarterDb: new Uint8Array(1900).fill(170),
    }),
    header: "struct.unpack_from('>3sBBBII256s6sB6sHBIHBI',b)",
    values: "struct.unpack('>1900B',b[297:])",
    scale: 4,
  },
];

// Both anchors per line: struct alone, and struct into the list of scaled numbers a Python tool works with.
const PYTHON = `
import struct,sys,time
def flat(v): return [x for part in v for x in part] if isinstance(v,list) else v
for line in sys.stdin:
    path,n,header,values,scale=line.rstrip('\\n').split('\\t')
    b=open(path,'rb').read(); n=int(n); s=float(scale)
    raw=eval('lambda b: (%s, %s)' % (header,values))
    scaled=eval('lambda b: (%s, [v/s for v in flat(%s)])' % (header,values),{'struct':struct,'flat':flat,'s':s}) if s>0 else raw
    rates=[]
    for f in (raw,scaled):
        f(b); best=1e9
        for _ in range(5):
            t=time.perf_counter()
            for _ in range(n): f(b)
            best=min(best,time.perf_counter()-t)
        rates.append(n*len(b)/1e6/best)
    print(rates[0],rates[1])
`;

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

let sink = 0;
function rate(files: Uint8Array[], work: (bytes: Uint8Array) => number): number {
  const start = performance.now();
  let bytes = 0;
  for (const file of files) {
    sink += work(file);
    bytes += file.length;
  }
  return bytes / 1e3 / (performance.now() - start);
}

function runPython(): [number, number][] | undefined {
  const folder = mkdtempSync(join(tmpdir(), "pnm-bench-"));
  try {
    const input = cases.map(({ bytes, header, values, scale = 0 }, i) => {
      const path = join(folder, `${i}.bin`);
      writeFileSync(path, bytes);
      const runs = Math.max(20, Math.floor(BATCH_BYTES / 8 / bytes.length));
      return `${path}\t${runs}\t${header}\t${values}\t${scale}\n`;
    });
    const out = execFileSync("python3", ["-c", PYTHON], { input: input.join(""), encoding: "utf8" });
    return out
      .trim()
      .split("\n")
      .map((line) => line.split(" ").map(Number) as [number, number]);
  } catch (error) {
    const missing = (error as { code?: string }).code === "ENOENT";
    console.log(missing ? "python3 is not available" : `python3 failed: ${(error as Error).message}`);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const python = runPython();
const rows = cases.map((item, i) => {
  const copies = Math.max(8, Math.floor(BATCH_BYTES / item.bytes.length));
  const files = Array.from({ length: copies }, () => item.bytes.slice());
  const target = new Uint8Array(item.bytes.length);
  const copy = (bytes: Uint8Array) => {
    target.set(bytes);
    return target[0]!;
  };
  const decode = (bytes: Uint8Array) => decodePnm(bytes, item.hints).anomalies.length;
  const copyRates: number[] = [];
  const decodeRates: number[] = [];
  // The compiler needs time before its figures settle.
  for (const end = performance.now() + WARM_UP_MS; performance.now() < end; ) rate(files, decode);
  for (let round = 0; round < ROUNDS; round++) {
    copyRates.push(rate(files, copy));
    decodeRates.push(rate(files, decode));
  }
  return {
    name: item.name,
    size: item.bytes.length,
    copy: median(copyRates),
    decode: median(decodeRates),
    python: python?.[i],
  };
});

const missing = "not available";
console.log(`node ${process.version}, ${ROUNDS} rounds, medians\n`);
console.log(
  "| file | bytes | decode MB/s | share of memcpy | times Python struct | times Python struct + scaled list |",
);
console.log("|---|---:|---:|---:|---:|---:|");
for (const { name, size, copy, decode, python: anchors } of rows) {
  const times = (anchors ?? []).map((rate) => (decode / rate).toFixed(1));
  const share = (decode / copy).toFixed(3);
  console.log(
    `| ${name} | ${size} | ${decode.toFixed(0)} | ${share} | ${times[0] ?? missing} | ${times[1] ?? missing} |`,
  );
}
if (Number.isNaN(sink)) console.log(sink);
