import {
  type SnmpComparison,
  type SpectrumFrame,
  TFTP_PROBE_RUNGS,
  type TftpProbe,
  type UtscSession,
} from "@pnmlab/protocol";

const WAY = "10.1.2.20:69/udp";

/** A way of files that holds, except that the CMTS tells nothing of its uploads. */
export function syntheticProbe(cmtsId: string, rfPortIfIndex: number, nowMs: number): TftpProbe {
  return {
    cmtsId,
    rfPortIfIndex,
    rfPortName: `ifIndex ${rfPortIfIndex}`,
    destination: WAY,
    ok: true,
    sentence: `A capture was made and its file arrived over ${WAY}.`,
    failedRung: null,
    rungs: TFTP_PROBE_RUNGS.map((rung) =>
      rung === "upload"
        ? { rung, outcome: "notTold", message: "the CMTS has no word on its uploads", fix: null }
        : { rung, outcome: "ok", message: "as it should be", fix: null },
    ),
    startedAt: new Date(nowMs).toISOString(),
    tookMs: 1900,
  };
}

/** A capture of the result table that reads 0.25 dB above the file everywhere. */
export function syntheticComparison(session: UtscSession, frame: SpectrumFrame): SnmpComparison {
  const levels = Array.from(frame.levelsHundredthsDbmv);
  const at = new Date(frame.capturedAtMs).toISOString();
  return {
    sessionId: session.id,
    capturedAt: at,
    bins: levels.length,
    firstBinHz: frame.firstBinHz,
    binSpacingHz: frame.binSpacingHz,
    resolutionBandwidthHz: frame.resolutionBandwidthHz,
    kHundredthsDb: frame.kHundredthsDb,
    uncalibrated: false,
    levelsHundredthsDbmv: levels.map((level) => level + 25),
    file: {
      sequence: frame.sequence,
      receivedAt: at,
      apartMs: 40,
      levelsHundredthsDbmv: levels,
      differenceDb: { bins: levels.length, mean: 0.25, meanAbsolute: 0.25, maxAbsolute: 0.25 },
    },
  };
}
