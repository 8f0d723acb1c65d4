import type { TftpProbe, TftpProbeRung, TftpProbeRungName } from "@pnmlab/protocol";
import { sentenceCase } from "./format.ts";
import type { Tone } from "./session-words.ts";

const RUNG_NAMES: Record<TftpProbeRungName, string> = {
  agent: "Agent",
  snmp: "SNMP",
  port: "RF port",
  destination: "Destination row",
  row: "Capture row",
  start: "Start",
  measured: "Measurement",
  upload: "Upload",
  arrived: "TFTP directory",
  decoded: "Decoding",
  cleaned: "Clearing up",
};

const OUTCOMES: Record<TftpProbeRung["outcome"], { word: string; tone: Tone }> = {
  ok: { word: "ok", tone: "ok" },
  failed: { word: "failed", tone: "fail" },
  notReached: { word: "not reached", tone: "idle" },
  notTold: { word: "not told", tone: "unknown" },
};

/** One rung of the way of a file, as the ladder shows it. */
export interface FileWayRung {
  rung: TftpProbeRungName;
  name: string;
  outcome: string;
  tone: Tone;
  message: string;
  fix: string | undefined;
}

export function fileWayRungs({ rungs }: TftpProbe): FileWayRung[] {
  return rungs.map(({ rung, outcome, message, fix }) => ({
    rung,
    name: RUNG_NAMES[rung],
    outcome: OUTCOMES[outcome].word,
    tone: OUTCOMES[outcome].tone,
    message: sentenceCase(message),
    fix: fix === null ? undefined : sentenceCase(fix),
  }));
}

/** The result as text, for a ticket. */
export function fileWayReport(probe: TftpProbe): string {
  const head = `${probe.cmtsId} / ${probe.rfPortName ?? `ifIndex ${probe.rfPortIfIndex}`}, files to ${probe.destination}, ${probe.startedAt}`;
  const lines = fileWayRungs(probe).map(({ name, outcome, message, fix }) =>
    [`${name}: ${outcome}`, message, fix && `What to do: ${fix}`].filter(Boolean).join(". "),
  );
  return [head, probe.sentence, ...lines].join("\n");
}
