import { UTSC_FIELD_NAMES, type UtscField, type UtscValues, utscFields } from "@pnmlab/docsis-mib";
import type { UtscAccepted, UtscColumnTruth, UtscObserved, UtscRequest } from "@pnmlab/protocol";

export interface TruthSources {
  requested: UtscRequest;
  /** What was sent, defaults included. */
  written: UtscValues;
  accepted: UtscAccepted | undefined;
  observed: UtscObserved | undefined;
  /** Refusals that the capture can do without, each naming its column. */
  notes: readonly string[];
}

/** Each writable column but RowStatus: what was asked for, what was sent, what the CMTS made of it, what files show. */
export function columnTruths(sources: TruthSources): UtscColumnTruth[] {
  return UTSC_FIELD_NAMES.filter((field) => field !== "rowStatus").map((field) => truthOf(field, sources));
}

function truthOf(field: UtscField, sources: TruthSources): UtscColumnTruth {
  const column = utscFields[field].object.name;
  const of = (values: object | undefined) =>
    (values as Partial<Record<UtscField, number | string>> | undefined)?.[field] ?? null;
  const written = of(sources.written);
  const accepted = of(sources.accepted);
  const note = sources.notes.find((text) => text.includes(`${column} =`)) ?? null;
  return {
    field,
    column,
    requested: of(sources.requested),
    written,
    accepted,
    observed: of(sources.observed),
    verdict: verdictOf(written, accepted, note),
    note,
  };
}

function verdictOf(
  written: number | string | null,
  accepted: number | string | null,
  note: string | null,
): UtscColumnTruth["verdict"] {
  if (note !== null) return "refused";
  if (written === null) return "notWritten";
  return accepted === null || accepted === written ? "asWritten" : "changed";
}
