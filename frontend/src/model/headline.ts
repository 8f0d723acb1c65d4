import { durationText } from "@pnmlab/kit";
import { countWord, formatStopwatch, sentenceCase } from "./format.ts";
import type { LabSnapshot } from "./lab-state.ts";
import { isActive, sessionOfPort, type Tone } from "./session-words.ts";

/** Something a person has to look at. `to` is where it is shown in full. */
export interface Problem {
  tone: Extract<Tone, "warn" | "fail">;
  text: string;
  to: string;
}

/** What Health shows as not well, for the badge that stands on it everywhere. */
export interface HealthProblems {
  count: number;
  /** That of the worst. */
  tone: Problem["tone"];
  /** The worst in words. */
  text: string;
}

/** How many of the things that Health watches are not well; undefined where all are. */
export function healthProblems({ connection, health }: LabSnapshot): HealthProblems | undefined {
  const checks = (health?.checks ?? []).filter(({ status }) => status !== "ok");
  const failed = checks.find(({ status }) => status === "failed");
  const isLost = connection.status === "lost";
  if (checks.length === 0 && !isLost) return undefined;
  return {
    count: checks.length + (isLost ? 1 : 0),
    tone: isLost || failed ? "fail" : "warn",
    text: isLost ? "This page lost the backend" : sentenceCase((failed ?? checks[0]!).detail),
  };
}

/** Open problems, failures first, as Overview lists them. */
export function problemsOf(lab: LabSnapshot, nowMs: number): Problem[] {
  const problems: Problem[] = [];
  if (lab.connection.status === "lost") {
    problems.push({
      tone: "fail",
      text: `This page lost the backend ${durationText(nowMs - lab.connection.sinceMs)} ago`,
      to: "/health",
    });
  }
  for (const agent of lab.agents ?? []) {
    if (agent.refusal) {
      problems.push({
        tone: "fail",
        text: `Agent ${agent.name} refused ${agent.refusal.count} ${agent.refusal.count === 1 ? "time" : "times"}: ${agent.refusal.reason}`,
        to: "/agents",
      });
    } else if (agent.state === "lost") {
      const lostMs = nowMs - Date.parse(agent.since);
      problems.push({
        tone: "warn",
        text: `Agent ${agent.name} lost for ${durationText(lostMs)}`,
        to: "/agents",
      });
    }
  }
  for (const session of lab.sessions ?? []) {
    // What failed and was started anew on the same port is past.
    if (sessionOfPort(lab.sessions ?? [], session.cmtsId, session.rfPortIfIndex) !== session) continue;
    const to = `/live/${encodeURIComponent(session.cmtsId)}/${session.rfPortIfIndex}`;
    if (session.state === "failed" && session.failure) {
      problems.push({ tone: "fail", text: `${session.rfPortName} failed: ${session.failure.message}`, to });
    } else if (session.state === "stalled") {
      const age = session.newestFrameAt
        ? nowMs - Date.parse(session.newestFrameAt)
        : nowMs - Date.parse(session.since);
      problems.push({ tone: "warn", text: `${session.rfPortName} stalled for ${formatStopwatch(age)}`, to });
    }
  }
  for (const check of lab.health?.checks ?? []) {
    // The agents speak for themselves above; the check would say it twice.
    if (check.status === "ok" || (check.name === "agent" && problems.some((p) => p.to === "/agents")))
      continue;
    problems.push({
      tone: check.status === "failed" ? "fail" : "warn",
      text: sentenceCase(check.detail),
      to: "/health",
    });
  }
  return problems.sort((a, b) => Number(a.tone === "warn") - Number(b.tone === "warn"));
}

/** The one sentence on top of Overview. */
export function headlineOf(lab: LabSnapshot, problems: readonly Problem[]): string {
  if (lab.connection.status === "connecting" && lab.sessions === null) return "Connecting to the lab.";
  const active = (lab.sessions ?? []).filter(isActive);
  const receiving = active.filter((session) => session.state === "receiving").length;
  const activity =
    lab.connection.status === "lost"
      ? "What the ports do is not known now."
      : activityText(active.length, receiving);
  if (problems.length > 0) {
    const needs = problems.length === 1 ? "thing needs" : "things need";
    return `${sentenceCase(countWord(problems.length))} ${needs} you. ${activity}`;
  }
  const connected = (lab.agents ?? []).some((agent) => agent.state === "connected");
  if (!connected) return `Waiting for the first agent. ${activity}`;
  return active.length === 0 ? `The lab is ready. ${activity}` : activity;
}

function activityText(active: number, receiving: number): string {
  if (active === 0) return "Nothing is being captured.";
  if (active === 1)
    return receiving === 1 ? "One port is receiving." : "One port is set up and not receiving.";
  if (receiving === active) return `${sentenceCase(countWord(active))} ports are receiving.`;
  return `${sentenceCase(countWord(receiving))} of ${countWord(active)} ports ${receiving === 1 ? "is" : "are"} receiving.`;
}
