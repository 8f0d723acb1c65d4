import { messageOf, type PnmLabError } from "@pnmlab/kit";
import { errorResponseSchema } from "@pnmlab/protocol";
import { ProxyError } from "./dial.ts";

/**
 * Why there is no connection: nothing answers; something else answers, or the name is not known; the
 * backend answers and refuses; TLS does not come about; the proxy on the way does not let through; a file
 * of this machine's own settings cannot be used; a connection that stood has gone.
 */
export type LinkFailureKind =
  | "server-down"
  | "wrong-address"
  | "refused"
  | "tls"
  | "proxy"
  | "setup"
  | "lost";

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
  AGENT_TOKEN_MISMATCH:
    "Set PNMLAB_AGENT_TOKEN, or the file that PNMLAB_AGENT_TOKEN_FILE names, to the token that the backend gave for this agent.",
  AGENT_TOKEN_MISSING: "Set PNMLAB_AGENT_TOKEN to the token that the backend gave for this agent.",
  AGENT_TOKEN_REVOKED:
    "Ask for a new token on the page Agents of the backend, or stop this agent if it is not wanted any more.",
  AGENT_PROTOCOL: "Run the same version of PNM Lab on both sides.",
  AGENT_NAME: "Set PNMLAB_AGENT_NAME to the name that the token was given for.",
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
  if (error instanceof ProxyError) return { kind: "proxy", code: error.code, message: error.message };
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
    const message = `The TLS connection to ${address} failed (${code}: ${firstLine(messageOf(error))}). Give the backend a certificate that this machine trusts, or name its authority in PNMLAB_AGENT_CA_FILE; where it asks for one of the agent's, set PNMLAB_AGENT_CERT_FILE and PNMLAB_AGENT_KEY_FILE; use ws:// where it speaks no TLS.`;
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
  if (code === POLICY_VIOLATION) {
    const message = `The backend at ${dialed.address} ended the connection of agent ${dialed.agentName}: ${reason || "no reason given"} (code ${code}).`;
    return { kind: "refused", code: `CLOSE_${code}`, message };
  }
  const said = reason ? ` saying "${reason}"` : "";
  return failureOfLoss(`CLOSE_${code}`, `it was closed${said} (code ${code})`, dialed);
}

/** The failure of a connection that stood: broken, or silent for too long. */
export function failureOfLoss(code: string, reason: string, { address }: DialedAddress): LinkFailure {
  return { kind: "lost", code, message: `The connection to ${address} was lost: ${reason}.` };
}

/** The failure of a setting of this machine, such as a file that cannot be read. */
export function failureOfSetup({ code, message }: PnmLabError): LinkFailure {
  return { kind: "setup", code, message };
}

/** Codes of a connection that broke without the backend's word: it still has the session. */
const DROP_CODES: readonly string[] = ["CLOSE_1006", "SOCKET_ERROR", "LINK_SILENT", "TOKEN_CHANGED"];

export function isDrop({ code }: LinkFailure): boolean {
  return DROP_CODES.includes(code);
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
