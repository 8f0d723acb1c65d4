import { durationText } from "@pnmlab/kit";
import type { UtscSession, UtscSessionState } from "@pnmlab/protocol";
import { formatStopwatch } from "./format.ts";

/** How a state is shown: symbol and colour follow the tone, the word says it. */
export type Tone = "ok" | "warn" | "fail" | "unknown" | "working" | "idle";

export interface StateWords {
  tone: Tone;
  text: string;
}

const TONES: Record<UtscSessionState, Tone> = {
  idle: "idle",
  configuring: "working",
  armed: "working",
  running: "working",
  receiving: "ok",
  stalled: "warn",
  stopping: "working",
  stopped: "idle",
  failed: "fail",
};

const WORDS: Record<UtscSessionState, string> = {
  idle: "Idle",
  configuring: "Configuring",
  armed: "Armed",
  running: "Running, waiting for the first file",
  receiving: "Receiving",
  stalled: "Stalled",
  stopping: "Stopping",
  stopped: "Stopped",
  failed: "Failed",
};

/** The state pill of a session; a port without one is idle. */
export function sessionWords(session: UtscSession | undefined, nowMs: number): StateWords {
  if (!session) return { tone: "idle", text: "Idle" };
  if (readsBySnmp(session)) return { tone: "warn", text: "Receiving by SNMP" };
  if (session.state === "stalled" && session.newestFrameAt) {
    const age = formatStopwatch(nowMs - Date.parse(session.newestFrameAt));
    return { tone: "warn", text: `Stalled, newest ${age} old` };
  }
  return { tone: TONES[session.state], text: WORDS[session.state] };
}

/** Whether no file comes, and its spectra are read from the CMTS's result table instead. */
export function readsBySnmp(session: UtscSession | undefined): boolean {
  return session?.state === "receiving" && session.bySnmp === true;
}

/** The same while the page has no link to the backend: what was known last, and that it is not known now. */
export function lastKnownWords(words: StateWords): StateWords {
  return {
    tone: "unknown",
    text: `Unknown, was ${words.text.charAt(0).toLowerCase()}${words.text.slice(1)}`,
  };
}

/** States in which the session holds or seeks the port, so that Stop has something to stop. */
export function isActive(session: UtscSession | undefined): boolean {
  return (
    session !== undefined &&
    session.state !== "idle" &&
    session.state !== "stopped" &&
    !(session.state === "failed" && session.desired === "stopped")
  );
}

const STEPS: Partial<Record<UtscSessionState, { step: number; text: string }>> = {
  configuring: { step: 1, text: "The agent writes the UTSC row and reads it back." },
  armed: { step: 2, text: "The row is accepted. Waiting for the CMTS to say busy." },
  running: { step: 3, text: "The CMTS measures. Waiting for its first file." },
};
const START_STEPS = 3;

/** How far a start has come, for the plot that has nothing to show yet. */
export function startStep(session: UtscSession): { title: string; text: string } | undefined {
  const step = STEPS[session.state];
  if (!step) return undefined;
  return {
    title: `${WORDS[session.state].split(",")[0]}, step ${step.step} of ${START_STEPS}`,
    text: step.text,
  };
}

/** "last gap 0.6 s", or nothing where there was none. */
export function gapWords(session: UtscSession): string {
  return session.lastGapMs === null ? "no gap yet" : `last gap ${durationText(session.lastGapMs)}`;
}

/** The session that the monitor of a port shows: the active one, else the newest. */
export function sessionOfPort(
  sessions: readonly UtscSession[],
  cmtsId: string,
  rfPortIfIndex: number,
): UtscSession | undefined {
  const here = sessions.filter((s) => s.cmtsId === cmtsId && s.rfPortIfIndex === rfPortIfIndex);
  const newestFirst = here.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  return newestFirst.find(isActive) ?? newestFirst[0];
}
