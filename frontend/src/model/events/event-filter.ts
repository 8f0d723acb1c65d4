import type { PlantEvent } from "@pnmlab/protocol";
import { kindName } from "./event-kinds.ts";
import { standingOf } from "./event-standing.ts";

/**
 * Events that match every word of a filter. A word is looked for in title, kind, port, channels and comment; words
 * such as `kind:ingress`, `port:3/0`, `severity:major`, `state:cleared`, `channel:US2`, `dbc>-25`, `level>=-30`,
 * `duty<50` and `mhz>20` look in one field.
 *
 * @param channelNames names of the channels that an event lies in
 */
export function filterEvents(
  events: readonly PlantEvent[],
  filter: string,
  channelNames: (event: PlantEvent) => readonly string[],
): readonly PlantEvent[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return events;
  return events.filter((event) => {
    const channels = channelNames(event);
    return words.every((word) => matches(event, channels, word));
  });
}

function matches(event: PlantEvent, channels: readonly string[], word: string): boolean {
  const compared = /^(dbc|level|duty|mhz|number)(<=|>=|<|>|=)(.+)$/.exec(word);
  if (compared) return isWithin(figureOf(event, compared[1]!), compared[2]!, numberOf(compared[3]!));
  const [field, value] = word.split(/:(.*)/, 2);
  if (value) {
    const texts = field === "channel" ? channels : textsOf(event, field!);
    if (texts) return texts.some((text) => text.toLowerCase().includes(value));
  }
  return [event.title, event.kind, kindName(event.kind), portOf(event), event.comment, ...channels].some(
    (text) => text.toLowerCase().includes(word),
  );
}

function portOf({ cmtsId, rfPortName }: PlantEvent): string {
  return `${cmtsId} ${rfPortName}`;
}

function textsOf(event: PlantEvent, field: string): readonly string[] | undefined {
  switch (field) {
    case "kind":
      return [event.kind, kindName(event.kind)];
    case "port":
      return [portOf(event)];
    case "severity":
      return [event.severity];
    case "state":
      return [event.state, standingOf(event)];
    case "detector":
      return [event.detector];
    default:
      return undefined;
  }
}

function figureOf(event: PlantEvent, field: string): number {
  switch (field) {
    case "dbc":
      return event.dBc ?? Number.NaN;
    case "level":
      return event.levelDbmv ?? Number.NaN;
    case "duty":
      return event.dutyPct;
    case "mhz":
      return event.f0Hz / 1e6;
    default:
      return event.number;
  }
}

/** A true minus is taken as well as a hyphen. */
function numberOf(text: string): number {
  return Number(text.replace("\u2212", "-"));
}

/** False where one of the two is not known. */
function isWithin(figure: number, relation: string, bound: number): boolean {
  switch (relation) {
    case "<":
      return figure < bound;
    case "<=":
      return figure <= bound;
    case ">":
      return figure > bound;
    case ">=":
      return figure >= bound;
    default:
      return Math.abs(figure - bound) < 0.05;
  }
}
