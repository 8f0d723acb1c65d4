import { PnmLabError } from "@pnmlab/kit";
import type { Failure } from "@pnmlab/protocol";
import { clockText } from "../clock-text.ts";
import type { TftpDestination } from "./destination.ts";
import { failureOf } from "./failure.ts";
import type { MissingFilesCause } from "./missing-files.ts";
import type { Facts } from "./session-face.ts";

/** Whether a file that has come shows that this failure is over. */
export function isAboutMissingFiles({ code }: Pick<Failure, "code">): boolean {
  return isFileMissing({ code }) || code === "UTSC_NOT_CAPTURING";
}

const FILE_MISSING = new Set([
  "UTSC_NO_FILE",
  "UTSC_TFTP_DIRECTORY",
  "UTSC_UPLOAD_FAILED",
  "UTSC_FILES_UNNAMED",
]);

/** Whether this failure says that the CMTS measures, as far as it tells, and no file of it comes. */
export function isFileMissing({ code }: Pick<Failure, "code">): boolean {
  return FILE_MISSING.has(code);
}

/** Why files stay away, as far as anybody tells, and where to look. */
export function stallFailure(
  { lastFileAt, measStatus, agentSentence }: Pick<Facts, "lastFileAt" | "measStatus" | "agentSentence">,
  destination: TftpDestination,
  notes: readonly string[],
  cause?: MissingFilesCause,
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
  const says = `the CMTS says ${measStatus ?? "nothing"}`;
  if (cause?.kind === "storage") {
    const { found, fix } = cause;
    return {
      rung: "tftp",
      code: "UTSC_TFTP_DIRECTORY",
      message: `TFTP directory: ${found}; ${says}`,
      fix,
      at,
    };
  }
  if (cause?.kind === "upload") {
    const { status, fileName } = cause;
    return {
      rung: "tftp",
      code: "UTSC_UPLOAD_FAILED",
      message: `upload failed: the CMTS says ${status} of ${fileName}, ${destination.host} at UDP ${destination.port} did not take it`,
      fix: "Check that the CMTS reaches that address, that a TFTP server runs there, and that it has rights and room for new files.",
      at,
    };
  }
  if (cause?.kind === "unnamed") {
    return {
      rung: "tftp",
      code: "UTSC_FILES_UNNAMED",
      message: `no file can be fetched ${since}: the CMTS tells no names of its files, neither in docsPnmBulkFileStatusTable nor in Filename, while it says ${measStatus ?? "nothing"}`,
      fix: "Mount the folder of the TFTP server and set PNMLAB_FILE_SOURCE=folder; the names of a CommScope E6000 cannot be read by SNMP.",
      at,
    };
  }
  const noted = notes.length === 0 ? "" : `; while it was configured, ${notes.join("; ")}`;
  return {
    rung: "tftp",
    code: "UTSC_NO_FILE",
    message: `no file has reached the TFTP directory ${since}, while ${says}${noted}`,
    fix: `Check that the CMTS reaches ${destination.host} at UDP ${destination.port}, and that the TFTP server there writes into the folder that the backend reads.`,
    at,
  };
}
