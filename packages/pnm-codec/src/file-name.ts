// File names carry what some headers do not: type 08 has no capture time, type 0A an unreliable MAC, and a
// modem without time of day counts from its start. Sources: DOCS-PNM-MIB (default names), CommScope E6000
// CER user guide R13.0 (time stamp appended to a configured name), PyPNM (request names).

export interface ParsedFileName {
  /** Who made the name: the modem's or the CMTS's default, PyPNM, or a configured base name. */
  convention: "cm-default" | "cmts-default" | "pypnm" | "configured";
  /** Type code of `PNN` files; 0x01 of `LLD` for latency reports. */
  typeCode: number | undefined;
  isLatencyReport: boolean;
  /** As `aa:bb:cc:dd:ee:ff`. */
  cmMac: string | undefined;
  channelId: number | undefined;
  ccapId: string | undefined;
  ifIndex: number | undefined;
  /** Unix seconds. */
  epochS: number | undefined;
  /** Clock of the CMTS, zone unknown: `2026-01-20T15:02:57.954`. */
  localTime: string | undefined;
}

const CM_NAMES: Readonly<Record<string, number>> = {
  PNMSymCap: 0x01,
  PNMChEstCoef: 0x02,
  PNMDSConDisp: 0x03,
  PNMDsMer: 0x04,
  PNMHist: 0x05,
  PNMUsPreEq: 0x06,
  PNMUsPreEqLastUpdate: 0x07,
  PNMFecSum: 0x08,
  PNMSpecAnData: 0x09,
  PNMModProfile: 0x0a,
  UsLatencySum: 0x01,
  USLatencySum: 0x01,
};

const CMTS_NAMES: Readonly<Record<string, number>> = {
  PNMCcapSymCap: 0x65,
  PNMCcapAQProbe: 0x66,
  PNMCcapImpNoise: 0x67,
  PNMCcapHist: 0x68,
  PNMCcapRxMER: 0x69,
  PNMCcapUsSpecAn: 0x6a,
  PNMCcapSpecAn: 0x6a,
  PNMCcapDsLatencySum: 0x01,
  DsLatencySum: 0x01,
};

const PYPNM_NAMES: Readonly<Record<string, number>> = {
  ds_ofdm_chan_est_coef: 0x02,
  ds_constellation_disp: 0x03,
  ds_ofdm_rxmer_per_subcar: 0x04,
  ds_histogram: 0x05,
  us_pre_equalizer_coef: 0x06,
  us_pre_equalizer_coef_last_update: 0x07,
  ds_ofdm_codeword_error_rate: 0x08,
  ds_ofdm_modulation_profile: 0x0a,
};

const STAMP = "(\\d{4})-(\\d{2})-(\\d{2})_(\\d{2})\\.(\\d{2})\\.(\\d{2})\\.(\\d{3})";
const CM = /^([A-Za-z]+)_([0-9A-Fa-f]{12})_(\d{1,10})$/;
const PYPNM = /^([a-z_]+)_([0-9A-Fa-f]{12})_(\d{1,3})_(\d{1,10})$/;
// The CCAP id may hold dots and underscores: everything is anchored on the right.
const CMTS = new RegExp(`^([A-Za-z]+)_(.+)_${STAMP}_(\\d{1,10})$`);
const CMTS_EPOCH_IF_INDEX = /^([A-Za-z]+)_(.+)_([1-4]\d{9})_(\d{1,10})$/;
const CMTS_EPOCH = /^([A-Za-z]+)_(.+)_(\d{9,10})$/;
const CONFIGURED = new RegExp(`^(.+)_${STAMP}$`);
const UTSC_BASE = /^utsc_([0-9A-Fa-f]{12})(?:_|$)/i;
const LONGEST = 1024;

/** What the name of a capture file says, or undefined when it follows no known convention. */
export function parseFileName(path: string): ParsedFileName | undefined {
  const name = (path.split(/[/\\]/).at(-1) ?? "").replace(/\.bin$/i, "");
  if (name.length > LONGEST) return undefined;
  return parseCm(name) ?? parsePyPnm(name) ?? parseCmts(name) ?? parseConfigured(name);
}

function parseCm(name: string): ParsedFileName | undefined {
  const match = CM.exec(name);
  const typeCode = match === null ? undefined : own(CM_NAMES, match[1]!);
  if (match === null || typeCode === undefined) return undefined;
  return {
    ...empty("cm-default", typeCode),
    isLatencyReport: /LatencySum$/.test(match[1]!),
    cmMac: formatDigits(match[2]!),
    epochS: Number(match[3]),
  };
}

function parsePyPnm(name: string): ParsedFileName | undefined {
  const match = PYPNM.exec(name);
  const typeCode = match === null ? undefined : own(PYPNM_NAMES, match[1]!);
  if (match === null || typeCode === undefined) return undefined;
  return {
    ...empty("pypnm", typeCode),
    cmMac: formatDigits(match[2]!),
    // A histogram belongs to the whole receiver: its 0 is no channel.
    channelId: typeCode === 0x05 ? undefined : Number(match[3]),
    epochS: Number(match[4]),
  };
}

function parseCmts(name: string): ParsedFileName | undefined {
  const stamped = CMTS.exec(name);
  const indexed = stamped === null ? CMTS_EPOCH_IF_INDEX.exec(name) : null;
  const match = stamped ?? indexed ?? CMTS_EPOCH.exec(name);
  const typeCode = match === null ? undefined : own(CMTS_NAMES, match[1]!);
  if (match === null || typeCode === undefined) return undefined;
  return {
    ...empty("cmts-default", typeCode),
    isLatencyReport: /LatencySum$/.test(match[1]!),
    ccapId: match[2],
    ...(indexed === null ? {} : { ifIndex: Number(indexed[4]) }),
    ...(stamped === null
      ? { epochS: Number(match[3]) }
      : { localTime: formatStamp(match.slice(3, 10)), ifIndex: Number(match[10]) }),
  };
}

function parseConfigured(name: string): ParsedFileName | undefined {
  const match = CONFIGURED.exec(name);
  const base = match === null ? name : match[1]!;
  const utsc = UTSC_BASE.exec(base);
  if (match === null && utsc === null) return undefined;
  // A CMTS that writes several files for one capture puts a time stamp behind its own name as well.
  const ofCmts = match === null ? undefined : parseCmts(base);
  if (ofCmts !== undefined) return { ...ofCmts, localTime: formatStamp(match!.slice(2, 9)) };
  return {
    ...empty("configured", /^utsc/i.test(base) ? 0x6a : undefined),
    cmMac: utsc === null ? undefined : formatDigits(utsc[1]!),
    localTime: match === null ? undefined : formatStamp(match.slice(2, 9)),
  };
}

function empty(convention: ParsedFileName["convention"], typeCode: number | undefined): ParsedFileName {
  return {
    convention,
    typeCode,
    isLatencyReport: false,
    cmMac: undefined,
    channelId: undefined,
    ccapId: undefined,
    ifIndex: undefined,
    epochS: undefined,
    localTime: undefined,
  };
}

function own(table: Readonly<Record<string, number>>, key: string): number | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function formatDigits(digits: string): string {
  return digits.toLowerCase().match(/../g)!.join(":");
}

function formatStamp([year, month, day, hour, minute, second, millisecond]: string[]): string {
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${millisecond}`;
}
