import type { PlantEvent } from "@pnmlab/protocol";
import type { TableSort } from "../table-sort.ts";
import { standingOf } from "./event-standing.ts";
import { SEVERITIES } from "./severity.ts";

/** Columns of the log that it can be sorted by. */
export type EventColumn =
  | "number"
  | "severity"
  | "what"
  | "port"
  | "when"
  | "length"
  | "duty"
  | "level"
  | "dBc"
  | "state";

/** The events in the order of a column; equal ones stay newest first, and what has no value comes last. */
export function sortEvents(
  events: readonly PlantEvent[],
  { column, isDescending }: TableSort<EventColumn>,
): readonly PlantEvent[] {
  const direction = isDescending ? -1 : 1;
  return events.toSorted((a, b) => {
    const [left, right] = [keyOf(a, column), keyOf(b, column)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    const order = left < right ? -1 : left > right ? 1 : 0;
    return direction * order || b.number - a.number;
  });
}

function keyOf(event: PlantEvent, column: EventColumn): number | string | null {
  switch (column) {
    case "number":
      return event.number;
    case "severity":
      return SEVERITIES[event.severity].rank;
    case "what":
      return event.title;
    case "port":
      return `${event.cmtsId} ${event.rfPortName}`;
    case "when":
      return event.firstMs;
    case "length":
      return event.lastMs - event.firstMs;
    case "duty":
      return event.dutyPct;
    case "level":
      return event.levelDbmv;
    case "dBc":
      return event.dBc;
    case "state":
      return `${event.state === "raised" ? 1 : 0} ${standingOf(event)}`;
  }
}

const TSV_HEAD = [
  "number",
  "severity",
  "what",
  "cmts",
  "port",
  "first_utc",
  "last_utc",
  "duty_pct",
  "level_dbmv",
  "dbc",
  "f0_hz",
  "bw_hz",
  "state",
  "standing",
  "comment",
].join("\t");

/** The log as tab-separated text for a spreadsheet. */
export function eventsAsTsv(events: readonly PlantEvent[]): string {
  const lines = events.map((event) =>
    [
      event.number,
      event.severity,
      event.title,
      event.cmtsId,
      event.rfPortName,
      new Date(event.firstMs).toISOString(),
      new Date(event.lastMs).toISOString(),
      event.dutyPct,
      event.levelDbmv ?? "",
      event.dBc ?? "",
      event.f0Hz,
      event.bwHz,
      event.state,
      standingOf(event),
      event.comment,
    ]
      .map((cell) => String(cell).replace(/\s+/g, " "))
      .join("\t"),
  );
  return [TSV_HEAD, ...lines].join("\n");
}
