import type { BuildInfo, DoctorStatus, HealthCheck, HealthStatus } from "@pnmlab/protocol";
import type { LabSnapshot } from "./lab-state.ts";
import type { Tone } from "./session-words.ts";

export const CHECK_WORDS: Record<HealthStatus, { word: string; tone: Tone }> = {
  ok: { word: "PASS", tone: "ok" },
  degraded: { word: "WARN", tone: "warn" },
  failed: { word: "FAIL", tone: "fail" },
};

export const DOCTOR_WORDS: Record<DoctorStatus, { word: string; tone: Tone }> = {
  pass: { word: "PASS", tone: "ok" },
  warn: { word: "WARN", tone: "warn" },
  fail: { word: "FAIL", tone: "fail" },
};

export const CHECK_NAMES: Record<HealthCheck["name"], string> = {
  agent: "Agents",
  tftpDirectory: "TFTP directory",
  tftpServer: "TFTP server",
  storage: "Storage",
  eventLoop: "Event loop of the backend",
  detection: "Detectors",
  levels: "Levels against the CMTS",
  recorder: "Recorder",
  webhook: "Event webhook",
};

const ORDER: HealthStatus[] = ["failed", "degraded", "ok"];

/** Failures first, then warnings, then what passes; otherwise in the order they came. */
export function checksWorstFirst(checks: readonly HealthCheck[]): HealthCheck[] {
  return checks.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
}

/** Which code a program runs, and whether it is the code of the backend. */
export interface BuildRow {
  program: string;
  build: BuildInfo | null;
  matches: boolean;
}

/** The builds of backend, page and agents; one that differs from the backend's is marked. */
export function buildRows(lab: LabSnapshot, page: BuildInfo): BuildRow[] {
  const backend = lab.backendBuild;
  const matches = (build: BuildInfo | null) => !backend || !build || build.commit === backend.commit;
  return [
    { program: "Backend", build: backend, matches: true },
    { program: "This page", build: page, matches: matches(page) },
    ...(lab.agents ?? []).map((agent) => ({
      program: `Agent ${agent.name}`,
      build: agent.build,
      matches: matches(agent.build),
    })),
  ];
}
