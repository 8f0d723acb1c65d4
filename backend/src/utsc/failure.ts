import { isPnmLabError, messageOf } from "@pnmlab/kit";
import type { Failure, Rung } from "@pnmlab/protocol";

/**
 * What follows from an error of the control loop: `agent` wait until the agent is back, `again` look at the
 * CMTS again at once, `later` the same after a pause, `end` no repetition can help.
 */
export type Consequence = "agent" | "again" | "later" | "end";

interface ErrorRule {
  rung: Rung;
  consequence: Consequence;
  fix?: string;
}

const AGENT_FIX = "Start the agent, or see its state on the Health page; the session goes on by itself.";

const RULES: Readonly<Record<string, ErrorRule>> = {
  AGENT_UNAVAILABLE: { rung: "agent", consequence: "agent", fix: AGENT_FIX },
  AGENT_LOST: { rung: "agent", consequence: "agent", fix: AGENT_FIX },
  AGENT_SEND_FAILED: { rung: "agent", consequence: "agent", fix: AGENT_FIX },
  AGENT_DEADLINE: { rung: "agent", consequence: "later" },
  AGENT_BAD_RESULT: { rung: "agent", consequence: "later" },
  SNMP_TIMEOUT: {
    rung: "snmp",
    consequence: "later",
    fix: "Check that the CMTS is up, that the agent's host reaches its SNMP port, and the community of the profile.",
  },
  SNMP_SET_REFUSED: {
    rung: "agent",
    consequence: "end",
    fix: "Widen PNMLAB_AGENT_SET_SUBTREES on the agent.",
  },
  SNMP_TARGET_REFUSED: { rung: "agent", consequence: "end", fix: "Widen PNMLAB_AGENT_TARGETS on the agent." },
  SNMP_PROFILE_UNKNOWN: {
    rung: "agent",
    consequence: "end",
    fix: "Give the agent the profile in PNMLAB_SNMP_PROFILES.",
  },
  UTSC_ROW_GONE: { rung: "snmp", consequence: "again" },
  UTSC_CHANGED_HANDS: { rung: "snmp", consequence: "again" },
  UTSC_RUN_BROKEN: {
    rung: "snmp",
    consequence: "again",
    fix: "See the log of the CMTS for the reason; the test is started again.",
  },
  UTSC_TFTP_DIRECTORY: { rung: "tftp", consequence: "later" },
  UTSC_FRUITLESS: { rung: "tftp", consequence: "again" },
  UTSC_FILE_REFUSED: {
    rung: "file",
    consequence: "again",
    fix: "The file is gone; what follows is tried anew.",
  },
  UTSC_PORT_UNKNOWN: { rung: "snmp", consequence: "end", fix: "Choose an RF port of this CMTS." },
  UTSC_NOT_OFFERED: { rung: "snmp", consequence: "end", fix: "Choose what the port offers." },
  UTSC_MODEM_NOT_OFFERED: {
    rung: "snmp",
    consequence: "end",
    fix: "Choose an RF port of the modem, or its channel by hand.",
  },
  UTSC_CHANNEL_NOT_OFFERED: { rung: "snmp", consequence: "end", fix: "Choose a channel of this RF port." },
  CMTS_MODEM_UNKNOWN: { rung: "snmp", consequence: "end", fix: "Choose a modem of this CMTS." },
  UTSC_BUSY: {
    rung: "snmp",
    consequence: "end",
    fix: "Start again when the other test has ended, or ask its owner to stop it.",
  },
  UTSC_CAPACITY_BUSY: {
    rung: "snmp",
    consequence: "later",
    fix: "Stop one of the tests that it names; the session starts by itself when there is room.",
  },
  UTSC_TAKEN_OVER: {
    rung: "snmp",
    consequence: "end",
    fix: "Agree with the other user, then start again.",
  },
  UTSC_DESTINATION_REFUSED: {
    rung: "snmp",
    consequence: "end",
    fix: "Check PNMLAB_TFTP_ADVERTISED_HOST, PNMLAB_TFTP_ADVERTISED_PORT and PNMLAB_TFTP_DESTINATION_INDEX, and the write access of the agent's profile.",
  },
  UTSC_DESTINATION_UNKNOWN: {
    rung: "tftp",
    consequence: "later",
    fix: "Set PNMLAB_TFTP_ADVERTISED_HOST to the IPv4 address at which the CMTS reaches the TFTP server.",
  },
  UTSC_ROW_REFUSED: {
    rung: "snmp",
    consequence: "end",
    fix: "Choose a value that this CMTS carries out; its capability description names the limits.",
  },
  UTSC_ROW_REVERTED: {
    rung: "snmp",
    consequence: "end",
    fix: "Choose parameters that this CMTS carries out; its log names the one it does not.",
  },
  UTSC_FILENAME_REFUSED: { rung: "snmp", consequence: "end" },
  UTSC_START_REFUSED: {
    rung: "snmp",
    consequence: "end",
    fix: "The parameters are beyond what the CMTS can run (a trigger may need a channel, a start time may be past), or another test holds the resources of the card.",
  },
};

const UNKNOWN_RULE: ErrorRule = { rung: "snmp", consequence: "later" };

/** Errors that only say "not now" once the CMTS has taken a start: it reboots, a card is short. */
const PASSING_ONCE_TAKEN: ReadonlySet<string> = new Set([
  "UTSC_DESTINATION_REFUSED",
  "UTSC_ROW_REFUSED",
  "UTSC_ROW_REVERTED",
  "UTSC_START_REFUSED",
]);

/**
 * Judges an error of the control loop.
 *
 * @param isTaken whether the CMTS has taken a start of this configuration before
 */
export function consequenceOf(error: unknown, isTaken: boolean): Consequence {
  const code = codeOf(error);
  if (isTaken && PASSING_ONCE_TAKEN.has(code)) return "later";
  return (RULES[code] ?? UNKNOWN_RULE).consequence;
}

/** An error as the page shows it. */
export function failureOf(error: unknown, at: Date = new Date()): Failure {
  const code = codeOf(error);
  const { rung, fix } = RULES[code] ?? UNKNOWN_RULE;
  return { rung, code, message: messageOf(error), ...(fix ? { fix } : {}), at: at.toISOString() };
}

function codeOf(error: unknown): string {
  return isPnmLabError(error) ? error.code : "UTSC_INTERNAL";
}
