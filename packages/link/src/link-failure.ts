import { messageOf } from "@pnmlab/kit";
import { errorResponseSchema } from "@pnmlab/protocol";

/**
 * Why there is no connection: nothing answers; something else answers, or the name is not known; the
 * backend answers and refuses; TLS does not come about; a connection that stood has gone.
 */
export type LinkFailureKind = "server-down" | "wrong-address" | "refused" | "tls" | "lost";

export interface LinkFailure {
  kind: LinkFailureKind;
  /** Code of the operating system, of TLS or of the backend's refusal. */
  code: string;
  /** A sentence that says what failed and what to do. Never holds the token. */
  message: string;
}

/** Codes of the operating system that mean: this address is right or wrong, but nobody answers there. */
const SERVER_DOWN_CODES = new Set([
  "ECONNREFUSED",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
]);

const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|CERT_|CRL_|EPROTO$|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH)/;

/** Close codes of RFC 6455 7.4.1: the peer breaks the rules; the peer goes away, or is gone. */
const POLICY_VIOLATION = 1008;
const INTERRUPTED = new Set([1001, 1006, 1012, 1013]);

const REFUSAL_ADVICE: Readonly<Record<string, string>> = {
  AGENT_TOKEN_MISMATCH: "Give backend and agent the same PNMLAB_AGENT_TOKEN.",
  AGENT_TOKEN_MISSING: "Set PNMLAB_AGENT_TOKEN to the token of the backend.",
  AGENT_PROTOCOL: "Run the same version of PNM Lab on both sides.",
  AGENT_NAME: "Set PNMLAB_AGENT_NAME to the name that the backend expects.",
  AGENT_NAME_TAKEN: "Stop the other agent of this name: it is connected and alive.",
};

/** What the connection was for; `address` is the backend's URL without user, path and query. */
export interface DialedAddress {
  address: string;
  hostName: string;
  agentName: string;
}

/** The failure that an error of the socket, of the name lookup or of TLS stands for. */
export function failureOfError(error: unknown, dialed: DialedAddress): LinkFailure {
  const { address, hostName } = dialed;
  const code = codeOf(error);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN" || code === "EADDRNOTAVAIL") {
    const message = `The host ${hostName} of ${address} is not known here (${code}). Correct PNMLAB_BACKEND_URL, or the name service of this machine.`;
    return { kind: "wrong-address", code, message };
  }
  if (code && SERVER_DOWN_CODES.has(code)) {
    const message = `Nothing answers at ${address} (${code}): the backend is not running or cannot be reached. Start it, or set PNMLAB_BACKEND_URL to where it runs.`;
    return { kind: "server-down", code, message };
  }
  if (code === "ECONNRESET" || code === "EPIPE") {
    const message = `${address} closed the connection without an answer (${code}): the backend is just starting or stopping, or it speaks TLS there. Wait for it, or set PNMLAB_BACKEND_URL to its wss:// address.`;
    return { kind: "server-down", code, message };
  }
  if (code === "ERR_INVALID_CHAR") {
    const message = `PNMLAB_AGENT_TOKEN or PNMLAB_AGENT_NAME holds a character that HTTP cannot carry (${code}). Use letters, digits and hyphens.`;
    return { kind: "refused", code, message };
  }
  if (code && TLS_CODE.test(code)) {
    const message = `The TLS connection to ${address} failed (${code}: ${firstLine(messageOf(error))}). Give the backend a certificate that this machine trusts (NODE_EXTRA_CA_CERTS names a file of further authorities), or use ws:// where it speaks no TLS.`;
    return { kind: "tls", code, message };
  }
  if (messageOf(error) === "Opening handshake has timed out") {
    const message = `No answer from ${address} in time: the backend hangs, or a firewall drops the connection. Check the backend, and the way to it from this machine.`;
    return { kind: "server-down", code: "HANDSHAKE_TIMEOUT", message };
  }
  return notThisProduct(code ?? "NOT_A_BACKEND", firstLine(messageOf(error)), dialed);
}

/** The failure that an HTTP answer to the upgrade request stands for. */
export function failureOfAnswer(status: number, body: string, dialed: DialedAddress): LinkFailure {
  const refusal = parseRefusal(body);
  if (!refusal) return notThisProduct(`HTTP_${status}`, `HTTP ${status}`, dialed);
  const { code, message: reason } = refusal;
  const advice = REFUSAL_ADVICE[code];
  const message = `The backend at ${dialed.address} refused agent ${dialed.agentName}: ${reason} (${code}, HTTP ${status}).${advice ? ` ${advice}` : ""}`;
  return { kind: "refused", code, message };
}

/** The failure of a peer that opened the WebSocket and then said nothing that a backend says. */
export function failureOfMuteness(dialed: DialedAddress): LinkFailure {
  return notThisProduct("NO_WELCOME", "it opened the WebSocket and never greeted", dialed);
}

/** The failure of a connection that was closed before the welcome. */
export function failureOfEarlyClose(code: number, reason: string, dialed: DialedAddress): LinkFailure {
  if (code === POLICY_VIOLATION) {
    const message = `The backend at ${dialed.address} refused agent ${dialed.agentName}: ${reason || "no reason given"} (code ${code}).`;
    return { kind: "refused", code: `CLOSE_${code}`, message };
  }
  if (INTERRUPTED.has(code)) return failureOfClose(code, reason, dialed);
  return notThisProduct("NO_WELCOME", `it opened the WebSocket and closed it with code ${code}`, dialed);
}

/** The failure of a connection that stood and was closed. */
export function failureOfClose(code: number, reason: string, dialed: DialedAddress): LinkFailure {
  const said = reason ? ` saying "${reason}"` : "";
  return failureOfLoss(`CLOSE_${code}`, `it was closed${said} (code ${code})`, dialed);
}

/** The failure of a connection that stood: broken, or silent for too long. */
export function failureOfLoss(code: string, reason: string, { address }: DialedAddress): LinkFailure {
  return { kind: "lost", code, message: `The connection to ${address} was lost: ${reason}.` };
}

function notThisProduct(code: string, answer: string, { address }: DialedAddress): LinkFailure {
  const message = `What answers at ${address} is not a PNM Lab backend (${answer}). Set PNMLAB_BACKEND_URL to the backend's own address.`;
  return { kind: "wrong-address", code, message };
}

function parseRefusal(body: string): { code: string; message: string } | undefined {
  try {
    return errorResponseSchema.parse(JSON.parse(body)).error;
  } catch {
    return undefined;
  }
}

/** An attempt at several addresses fails with an error of errors; the first one stands for all. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : undefined;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!.trim();
}
