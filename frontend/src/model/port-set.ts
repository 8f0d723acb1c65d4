import type { PlantEvent } from "@pnmlab/protocol";

/** A port by the names that an address has for it. */
export interface PortKey {
  cmtsId: string;
  rfPortIfIndex: number;
}

/** Ports that can stand side by side. */
export const MOST_PORTS = 24;

/** Writes ports for an address: `cmts-1:72,cmts-1:73`. */
export function textOfPorts(ports: readonly PortKey[]): string {
  return ports.map(({ cmtsId, rfPortIfIndex }) => `${encodeURIComponent(cmtsId)}:${rfPortIfIndex}`).join(",");
}

/** Reads them back, each once; a number alone is a port of `cmtsId`. What does not fit is passed over. */
export function portsOfText(text: unknown, cmtsId?: string): PortKey[] {
  if (typeof text !== "string") return [];
  const found = new Map<string, PortKey>();
  for (const part of text.split(",")) {
    const [, name, index] = part.match(/^(?:(.+):)?(\d+)$/) ?? [];
    const id = name === undefined ? cmtsId : decoded(name);
    if (index !== undefined && id !== undefined && found.size < MOST_PORTS) {
      found.set(`${id}:${index}`, { cmtsId: id, rfPortIfIndex: Number(index) });
    }
  }
  return [...found.values()];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Open events that stand on several of the ports at once, with the ports they stand on. */
export function commonEvents(
  events: readonly PlantEvent[],
  ports: readonly PortKey[],
): { event: PlantEvent; onPorts: string[] }[] {
  const isShown = (event: PlantEvent) =>
    ports.some((port) => port.cmtsId === event.cmtsId && port.rfPortIfIndex === event.rfPortIfIndex);
  const byId = new Map(events.map((event) => [event.id, event]));
  const told = new Set<string>();
  return events
    .filter((event) => event.state === "raised" && !event.muted && event.alsoOn.length > 0 && isShown(event))
    .flatMap((event) => {
      if (told.has(event.id)) return [];
      const others = event.alsoOn.flatMap((id) => byId.get(id) ?? []);
      for (const { id } of [event, ...others]) told.add(id);
      const onPorts = [...new Set([event, ...others].map(({ rfPortName }) => rfPortName))];
      return onPorts.length > 1 ? [{ event, onPorts }] : [];
    });
}
