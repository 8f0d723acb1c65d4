import type { PlantEvent } from "@pnmlab/protocol";
import { type LabSnapshot, readyOr } from "../lab-state.ts";

/** Names of the channels that an event lies in; their ifIndex where the CMTS tells them no more. */
export function channelNamesOf(
  { cmtsId, rfPortIfIndex, channels }: PlantEvent,
  rfPorts: LabSnapshot["rfPorts"],
): readonly string[] {
  if (channels.length === 0) return channels;
  const port = readyOr(rfPorts.get(cmtsId)).find(({ ifIndex }) => ifIndex === rfPortIfIndex);
  const names = new Map(port?.channels.map(({ ifIndex, name }) => [String(ifIndex), name]));
  return channels.map((id) => names.get(id) ?? id);
}
