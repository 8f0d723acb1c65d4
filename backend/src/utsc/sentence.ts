import type { Failure, MeasStatus, UtscSessionState } from "@pnmlab/protocol";
import { clockText } from "../clock-text.ts";
import type { ConfigureStep } from "./configure.ts";

/** What is being done about a stall. */
export type Remedy =
  | { kind: "rearm"; attempt: number; of: number }
  | { kind: "reconfigure" }
  | { kind: "retry" };

export interface Situation {
  state: UtscSessionState;
  step: ConfigureStep;
  lastFileAt: Date | undefined;
  /** Whether the newest frame was read by SNMP, because no files come. */
  bySnmp?: boolean;
  measStatus: MeasStatus | undefined;
  remedy: Remedy | undefined;
  /** The agent's own sentence while it is not connected. */
  agentSentence: string | undefined;
  failure: Failure | undefined;
  /** Whether stopping found the row in another user's hands and left it. */
  leftToOther: boolean;
  /** Whether it ended because one capture was asked for, and that one came. */
  endedBySingle?: boolean;
}

const STEP_TEXTS: Record<ConfigureStep, string> = {
  reading: "step 1 of 5. Reading what the CMTS has.",
  destination: "step 2 of 5. Writing the destination row.",
  row: "step 3 of 5. Writing the capture row.",
  readBack: "step 4 of 5. Row written, reading it back.",
};

/**
 * The state of a session in words. Nothing in it changes by the mere passing of time: ages are the reader's
 * to count, from `since` and `newestFrameAt`.
 */
export function sentenceOf(situation: Situation): string {
  const { state, failure } = situation;
  switch (state) {
    case "idle":
      return agentWords(situation) ?? "Not started.";
    case "configuring":
      return `Configuring, ${STEP_TEXTS[situation.step]}`;
    case "armed":
      return "Configuring, step 5 of 5. Row written and read back. Waiting for the CMTS to say busy.";
    case "running":
      return join("Running. The CMTS says busy, waiting for the first file.", hindranceWords(situation));
    case "receiving":
      return join(
        situation.bySnmp ? "Receiving by SNMP, no files." : "Receiving.",
        hindranceWords(situation),
      );
    case "stalled":
      return stalledSentence(situation);
    case "stopping":
      return join("Stopping.", stoppingWords(situation));
    case "stopped":
      return situation.leftToOther
        ? "Stopped. The row on the CMTS is in another user's hands and was left alone."
        : `Stopped${situation.endedBySingle ? " by Single, with its one capture" : ""}. The CMTS is idle, the files are removed.`;
    case "failed":
      return join("Failed.", failure && asSentence(failure.message));
  }
}

function stalledSentence(situation: Situation): string {
  const { lastFileAt, measStatus, remedy, failure } = situation;
  const missing = failure?.rung === "file" ? "no readable file" : "no file";
  const head = `Stalled, ${missing} ${lastFileAt ? `since ${clockText(lastFileAt.getTime(), Date.now())}` : "yet"}.`;
  const agent = agentWords(situation);
  if (agent !== undefined) return join(head, agent, "The session goes on when the agent is back.");
  if (failure?.code === "SNMP_TIMEOUT") return join(head, asSentence(failure.message), "Trying again.");
  const cmts = measStatus === undefined ? undefined : `The CMTS says ${measStatus}.`;
  const cause = failure && failure.code !== "UTSC_NO_FILE" ? asSentence(failure.message) : cmts;
  return join(head, cause, remedy && remedyWords(remedy));
}

/** What is wrong although the CMTS runs. */
function hindranceWords(situation: Situation): string | undefined {
  const { failure } = situation;
  return agentWords(situation) ?? (failure && asSentence(failure.message));
}

function remedyWords(remedy: Remedy): string {
  if (remedy.kind === "rearm") return `Re-arming, try ${remedy.attempt} of ${remedy.of}.`;
  return remedy.kind === "reconfigure" ? "Configuring again from the beginning." : "Trying again.";
}

function stoppingWords(situation: Situation): string {
  const agent = agentWords(situation);
  if (agent !== undefined) return `${agent} The test is ended and the row cleared when the agent is back.`;
  if (situation.failure) return `${asSentence(situation.failure.message)} Trying again.`;
  return "Ending the test and waiting for the CMTS to be idle.";
}

function agentWords({ agentSentence }: Situation): string | undefined {
  return agentSentence === undefined ? undefined : asSentence(agentSentence);
}

/** Capital and full stop; a text that begins with a name, of a file or a port, keeps it as it is. */
function asSentence(text: string): string {
  const capital = /^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

function join(...parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join(" ");
}
