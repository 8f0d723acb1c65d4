import type {
  Agent,
  BuildInfo,
  Capture,
  CaptureDetail,
  Cmts,
  DoctorReport,
  Health,
  RfPort,
  UtscOrphan,
} from "@pnmlab/protocol";
import { preEqualizerFile, rxMerFile, upstreamSpectrumFile } from "./synthetic-files.ts";
import { SYNTHETIC_CHANNELS } from "./synthetic-spectrum.ts";

export const SYNTHETIC_BUILD: BuildInfo = {
  version: "0.1.0",
  commit: "synthetic",
  dirty: false,
  builtAt: "2026-01-01T00:00:00Z",
};

/** The made-up lab at a moment: what a backend with one agent and one simulated CMTS answers. */
export function syntheticAgents(nowMs: number): Agent[] {
  const since = new Date(nowMs - 3_600_000).toISOString();
  return [
    {
      name: "lab-1",
      origin: "settings",
      site: "",
      targets: ["*"],
      token: null,
      state: "connected",
      sentence: `lab-1 connected since ${since.slice(11, 16)} from 10.1.2.3.`,
      since,
      address: "10.1.2.3",
      lastConnectedAt: since,
      refusal: null,
      hostName: "jump-1",
      build: SYNTHETIC_BUILD,
      clockSkewMs: 4,
      roundTripMs: 2.1,
      profiles: ["generic"],
      capabilities: ["snmp.get", "snmp.set", "snmp.walk", "lease.grant", "lease.release"],
      buildNote: null,
    },
  ];
}

export function syntheticCmts(nowMs: number): Cmts[] {
  return [
    {
      id: "lab-cmts-1",
      host: "127.0.0.1",
      port: 1161,
      profile: "generic",
      simulated: true,
      sysName: "lab-cmts-1",
      sysDescr: "PNM Lab simulated CMTS",
      state: "answering",
      sentence: "lab-cmts-1 answers in 3 ms.",
      roundTripMs: 3,
      checkedAt: new Date(nowMs - 2000).toISOString(),
    },
  ];
}

export function syntheticRfPorts(): RfPort[] {
  const utsc = {
    triggerModes: ["freeRunning" as const],
    outputFormats: ["timeIQ" as const, "fftPower" as const],
    windows: ["rectangular" as const, "hann" as const, "blackmanHarris" as const],
    description: "Free running, 80 MHz of span, 200 to 4096 bins",
  };
  return [0, 1].map((port) => ({
    ifIndex: 72 + port,
    name: `us-conn 3/${port}`,
    description: `Upstream connector 3/${port}`,
    alias: port === 0 ? "N-17 Elm Street" : "N-18 Mill Lane",
    utsc: port === 0 ? utsc : { ...utsc, windows: ["rectangular" as const] },
    channels: SYNTHETIC_CHANNELS,
  }));
}

export function syntheticHealth(nowMs: number): Health {
  const since = new Date(nowMs - 3_600_000).toISOString();
  const checks = [
    ["agent", "lab-1 connected from 10.1.2.3."],
    ["tftpDirectory", "The TFTP directory is readable; the last file came 0.1 s ago."],
    ["tftpServer", "The embedded TFTP server answers on UDP 6969."],
    ["storage", "The database takes writes; the last took 0.4 ms."],
    ["eventLoop", "The event loop is delayed by 9 ms at the 99th percentile."],
  ] as const;
  return {
    status: "ok",
    checks: checks.map(([name, detail]) => ({ name, status: "ok", detail, since })),
    build: SYNTHETIC_BUILD,
  };
}

export function syntheticDoctorReport(nowMs: number): DoctorReport {
  return {
    startedAt: new Date(nowMs).toISOString(),
    durationMs: 412,
    quick: false,
    build: SYNTHETIC_BUILD,
    salt: "00112233445566778899aabbccddeeff",
    fingerprints: {},
    checks: [
      {
        id: "agent.authenticated",
        title: "The agent is signed in",
        status: "pass",
        found: "agent lab-1 connected since 09:12:07 from 10.1.2.3",
        expected: "agent lab-1 connected, and none refused",
        fix: "",
      },
      {
        id: "tftp.server",
        title: "The TFTP server answers",
        status: "fail",
        found: "no answer on 127.0.0.1:6969",
        expected: "an answer to a read request",
        fix: "start the TFTP server, or check PNMLAB_TFTP_HOST and PNMLAB_TFTP_PORT",
      },
      {
        id: "tftp.same-directory",
        title: "The TFTP server writes where the backend reads",
        status: "warn",
        found: "not tried",
        expected: "a file sent to 127.0.0.1:6969 appears in /tftp",
        fix: "see tftp.server",
      },
    ],
  };
}

export function syntheticCaptures(nowMs: number): Capture[] {
  const at = (minutesAgo: number) => new Date(nowMs - minutesAgo * 60_000).toISOString();
  return [
    capture("3", "utsc_9931", 4096, at(2), null, "Not a whole file", {
      code: "FILE_SHORT",
      message: "utsc_9931 refused: header says 6 728 B, file has 4 096 B. Kept, not decoded.",
    }),
    capture(
      "2",
      "ds_ofdm_rxmer_per_subcar_44053fa17ce8_193.bin",
      3828,
      at(9),
      "ds-ofdm-rxmer",
      "Downstream OFDM RxMER",
      null,
    ),
    capture(
      "1",
      "us_pre_equalizer_coef_44053fa17ce8_7.bin",
      6434,
      at(75),
      "us-ofdma-pre-equalizer",
      "Upstream pre-equalizer",
      null,
    ),
  ];
}

function capture(
  id: string,
  fileName: string,
  sizeBytes: number,
  receivedAt: string,
  kind: string | null,
  title: string,
  refusal: Capture["refusal"],
): Capture {
  const sha256 = id.padStart(2, "0").repeat(32);
  return {
    id,
    fileName,
    sizeBytes,
    sha256,
    receivedAt,
    status: refusal ? "refused" : "decoded",
    kind,
    title,
    refusal,
  };
}

export function syntheticCaptureDetail(of: Capture): CaptureDetail {
  return {
    ...of,
    header: [
      { name: "File type", value: "PNM 4 (PNN4)", offset: 0, length: 4 },
      { name: "Major version", value: 1, offset: 4, length: 1 },
      { name: "Channel", value: 193, offset: 10, length: 1 },
      { name: "First subcarrier spacing", value: 50, unit: "kHz", offset: 29, length: 1 },
    ],
    notes: ["Read as layout A: the data length agrees with the size of the file."],
  };
}

/** The bytes of a made-up capture. */
export function syntheticCaptureBytes(of: Capture): Uint8Array {
  if (of.kind === null) return upstreamSpectrumFile().subarray(0, of.sizeBytes);
  return of.kind === "ds-ofdm-rxmer" ? rxMerFile() : preEqualizerFile();
}

/** A test that a script of the night shift has left on the third port. */
export function syntheticOrphan(nowMs: number): UtscOrphan {
  const { ifIndex, name } = syntheticRfPorts().at(-1)!;
  return {
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: ifIndex,
    rfPortName: name,
    cfgIndex: 1,
    fileName: "noc-script",
    origin: "otherManager",
    sentence: 'Another manager has started it; its files are named "noc-script".',
    seenSince: new Date(nowMs - 6_240_000).toISOString(),
  };
}
