import { durationText } from "@pnmlab/kit";
import type { Agent, HealthCheck, HealthStatus } from "@pnmlab/protocol";
import { formatNumber } from "./format.ts";
import { type LabSnapshot, readyOr } from "./lab-state.ts";
import type { Tone } from "./session-words.ts";

/** One rung of the way from the browser to the files, as Overview and Health show it. */
export interface ChainRung {
  name: string;
  tone: Tone;
  /** A few words under the name. */
  text: string;
  /** The whole sentence, on hover and in Health. */
  detail: string;
}

const TONE_OF: Record<HealthStatus, Tone> = { ok: "ok", degraded: "warn", failed: "fail" };

/** Skew between clocks beyond which times of different programs no longer line up. */
const SKEW_LIMIT_MS = 1000;

export function chainOf(lab: LabSnapshot, nowMs: number): ChainRung[] {
  const open = lab.connection.status === "open";
  const rungs = [
    browserRung(lab, nowMs),
    checkRung(lab, "Backend", "eventLoop", "event loop free"),
    agentsRung(lab),
    snmpRung(lab),
    checkRung(lab, "TFTP server", "tftpServer", "answers"),
    checkRung(lab, "TFTP directory", "tftpDirectory", "readable"),
    checkRung(lab, "Storage", "storage", "writable"),
    clockRung(lab),
  ];
  if (open) return rungs;
  return rungs.map((rung, index) =>
    index === 0
      ? rung
      : { ...rung, tone: "unknown", text: "last known", detail: `Before the link was lost: ${rung.detail}` },
  );
}

function browserRung(lab: LabSnapshot, nowMs: number): ChainRung {
  const { connection } = lab;
  const name = "Browser";
  switch (connection.status) {
    case "open": {
      const text =
        lab.roundTripMs === null ? "connected" : `round trip ${formatNumber(lab.roundTripMs, 0)} ms`;
      return { name, tone: "ok", text, detail: `The page is connected to the backend, ${text}.` };
    }
    case "connecting":
      return { name, tone: "working", text: "connecting", detail: "The page is connecting to the backend." };
    case "lost": {
      const lost = durationText(nowMs - connection.sinceMs);
      return {
        name,
        tone: "fail",
        text: `lost ${lost}`,
        detail: `No link to the backend for ${lost}: ${connection.reason}.`,
      };
    }
    case "signedOut":
      return { name, tone: "fail", text: "signed out", detail: "The backend does not know this browser." };
  }
}

function checkRung(lab: LabSnapshot, name: string, check: HealthCheck["name"], working: string): ChainRung {
  const found = lab.health?.checks?.find((candidate) => candidate.name === check);
  if (!found)
    return {
      name,
      tone: "unknown",
      text: "not checked yet",
      detail: "No result of this check has come yet.",
    };
  return {
    name,
    tone: TONE_OF[found.status],
    text: found.status === "ok" ? working : found.status,
    detail: found.detail,
  };
}

/** The agents that are waited for: one that was revoked is shut out on purpose, and nobody misses it. */
export function expectedAgents(agents: readonly Agent[]): Agent[] {
  return agents.filter((agent) => agent.state !== "revoked");
}

function agentsRung(lab: LabSnapshot): ChainRung {
  const name = "Agents";
  if (!lab.agents)
    return { name, tone: "unknown", text: "not read yet", detail: "The list of agents has not come yet." };
  if (lab.agents.length === 0) {
    return {
      name,
      tone: "warn",
      text: "none has called",
      detail: "No agent has ever connected to this backend.",
    };
  }
  const connected = lab.agents.filter((agent) => agent.state === "connected").length;
  const expected = expectedAgents(lab.agents).length;
  const refused = lab.agents.some((agent) => agent.state === "refused" || agent.refusal);
  return {
    name,
    tone: connected === 0 || refused ? "fail" : connected === expected ? "ok" : "warn",
    text: `${connected} of ${expected} connected`,
    detail: lab.agents.map((agent) => agent.sentence).join(" "),
  };
}

function snmpRung(lab: LabSnapshot): ChainRung {
  const name = "SNMP";
  const cmts = readyOr(lab.cmts);
  if (cmts.length === 0)
    return { name, tone: "unknown", text: "no CMTS known", detail: "No agent has named a CMTS yet." };
  const answering = cmts.filter((one) => one.state === "answering").length;
  return {
    name,
    tone: answering === cmts.length ? "ok" : cmts.some((one) => one.state === "silent") ? "warn" : "unknown",
    text: `${answering} of ${cmts.length} answer`,
    detail: cmts.map((one) => one.sentence).join(" "),
  };
}

function clockRung(lab: LabSnapshot): ChainRung {
  const name = "Clock";
  const skews = (lab.agents ?? []).flatMap((agent) =>
    agent.clockSkewMs === null ? [] : [agent.clockSkewMs],
  );
  if (skews.length === 0)
    return { name, tone: "unknown", text: "not measured", detail: "No agent's clock was compared yet." };
  const worst = skews.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  const text = `skew ${formatNumber(worst, 0)} ms`;
  return {
    name,
    tone: Math.abs(worst) > SKEW_LIMIT_MS ? "warn" : "ok",
    text,
    detail: `The agent's clock differs from the backend's by ${formatNumber(worst, 0)} ms.`,
  };
}
