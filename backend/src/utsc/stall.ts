import { PnmLabError } from "@pnmlab/kit";
import type { Failure } from "@pnmlab/protocol";
import { clockText } from "../clock-text.ts";
import type { TftpDestination } from "./destination.ts";
import { failureOf } from "./failure.ts";
import type { Facts } from "./session-face.ts";

/** Whether a file that has come shows that this failure is over. */
export function isAboutMissingFiles({ code }: Failure): boolean {
  return code === "UTSC_NO_FILE" || code === "UTSC_NOT_CAPTURING";
}

/** Why files stay away, as far as anybody tells, and where to look. */
export function stallFailure(
  { lastFileAt, measStatus, agentSentence }: Pick<Facts, "lastFileAt" | "measStatus" | "agentSentence">,
  destination: TftpDestination,
  notes: readonly string[],
): Failure {
  if (agentSentence !== undefined) return failureOf(new PnmLabError("AGENT_UNAVAILABLE", agentSentence));
  const since = lastFileAt === undefined ? "yet" : `since ${clockText(lastFileAt.getTime(), Date.now())}`;
  const at = new Date().toISOString();
  if (measStatus === "error" || measStatus === "resourceUnavailable") {
    return {
      rung: "snmp",
      code: "UTSC_NOT_CAPTURING",
      message: `the CMTS says ${measStatus} and has made no capture ${since}`,
      fix:
        measStatus === "error"
          ? "See the log of the CMTS for the reason; the session goes on trying."
          : "Another test holds the card's resources; the session goes on trying.",
      at,
    };
  }
  const noted = notes.length === 0 ? "" : `; while it was configured, ${notes.join("; ")}`;
  return {
    rung: "tftp",
    code: "UTSC_NO_FILE",
    message: `no file has reached the TFTP directory ${since}, while the CMTS says ${measStatus ?? "nothing"}${noted}`,
    fix: `Check that the CMTS reaches ${destination.host} at UDP ${destination.port}, and that the TFTP server there writes into the folder that the backend reads.`,
    at,
  };
}
