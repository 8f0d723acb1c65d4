import type { Cmts, RfPort } from "@pnmlab/protocol";
import { type LabSnapshot, readyOr } from "./lab-state.ts";

/** An RF port with the CMTS it belongs to. */
export interface PortOfCmts {
  cmts: Cmts;
  port: RfPort;
}

/** All ports that are known, by CMTS and then in the order the CMTS gives. */
export function portsOf(lab: LabSnapshot): PortOfCmts[] {
  return readyOr(lab.cmts).flatMap((cmts) =>
    readyOr(lab.rfPorts.get(cmts.id)).map((port) => ({ cmts, port })),
  );
}

/** The port that Live opens when none is named: the first that can capture, else the first. */
export function firstPort(lab: LabSnapshot): PortOfCmts | undefined {
  const ports = portsOf(lab);
  return ports.find(({ port }) => port.utsc !== null) ?? ports[0];
}

export function livePath(cmtsId: string, rfPortIfIndex: number): string {
  return `/live/${encodeURIComponent(cmtsId)}/${rfPortIfIndex}`;
}

/** The UTSC set-up page of a port. */
export function setupPath(cmtsId: string, rfPortIfIndex: number): string {
  return `${livePath(cmtsId, rfPortIfIndex)}/setup`;
}

export function isSimulated(lab: LabSnapshot, cmtsId: string): boolean {
  return readyOr(lab.cmts).some((cmts) => cmts.id === cmtsId && cmts.simulated);
}
