import { type LabSnapshot, readyOr } from "./lab-state.ts";

/** A step towards captures of real gear; it ticks itself from what the lab has seen. */
export interface ChecklistItem {
  text: string;
  done: boolean;
}

/** The checklist "For real gear" of the first run. */
export function realGearChecklist(lab: LabSnapshot): ChecklistItem[] {
  const real = readyOr(lab.cmts).filter((cmts) => !cmts.simulated && cmts.state !== "unknown");
  const isReal = (cmtsId: string) => real.some((cmts) => cmts.id === cmtsId);
  const sessions = (lab.sessions ?? []).filter((session) => isReal(session.cmtsId));
  return [
    { text: "Agent connected", done: (lab.agents ?? []).some((agent) => agent.state === "connected") },
    { text: "CMTS added that is not simulated", done: real.length > 0 },
    { text: "SNMP read: it answers", done: real.some((cmts) => cmts.state === "answering") },
    {
      text: "SNMP write: it accepted a UTSC row",
      done: sessions.some((session) => session.accepted !== null),
    },
    { text: "TFTP path: a file of it arrived", done: sessions.some((session) => session.framesReceived > 0) },
  ];
}
