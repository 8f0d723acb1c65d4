import { utscOutputFormatValues, utscTriggerModeValues, utscWindowValues } from "../utsc.ts";
import { UTSC_FIELD_NAMES, type UtscField, type UtscTriggerModeName, utscFields } from "./field.ts";
import type { UtscAdjustment, UtscChannelKind, UtscCondition, UtscProfile, UtscRule } from "./profile.ts";

/** A port's row of docsPnmCmtsUtscCapabTable, by the names of the configuration columns. */
export interface UtscOffer {
  readonly portName: string;
  readonly triggerModes: readonly string[];
  readonly outputFormats: readonly string[];
  readonly windows: readonly string[];
}

/** What decides which rules hold. */
export interface UtscSituation {
  readonly triggerMode: UtscTriggerModeName;
  readonly outputFormat: string;
  readonly channelKind: UtscChannelKind;
}

/** Whether the conditions of a rule hold. */
export function isInForce(when: UtscCondition | undefined, situation: UtscSituation): boolean {
  if (when === undefined) return true;
  const { triggerMode, outputFormat, channelKind } = situation;
  return (
    (when.triggerModes?.includes(triggerMode) ?? true) &&
    ((when.outputFormats as readonly string[] | undefined)?.includes(outputFormat) ?? true) &&
    (when.channelKinds?.includes(channelKind) ?? true)
  );
}

/** The capability row of a port as rules. */
export function capabilityRules(offer: UtscOffer): UtscRule[] {
  const rule = (
    field: UtscField,
    what: string,
    column: string,
    all: Readonly<Record<number, string>>,
    values: readonly string[],
  ): UtscRule => {
    const isEverything = Object.values(all).every((value) => values.includes(value));
    const list = values.length === 0 ? "none" : values.join(", ");
    return {
      id: `${field}.capability`,
      field,
      limit: { kind: "values", values },
      text: isEverything ? `The port offers every ${what}.` : `The port offers the ${what}s ${list}.`,
      source: { kind: "capability", name: offer.portName, citation: column },
    };
  };
  const { triggerModes, outputFormats, windows } = offer;
  const table = "docsPnmCmtsUtscCapab";
  return [
    rule("triggerMode", "trigger mode", `${table}TriggerMode`, utscTriggerModeValues, triggerModes),
    rule("outputFormat", "output format", `${table}OutputFormat`, utscOutputFormatValues, outputFormats),
    rule("window", "window", `${table}Window`, utscWindowValues, windows),
  ];
}

/** Every rule about a port: those of its capability row first, because they are the port's own words. */
export function rulesOf(profile: UtscProfile, offer: UtscOffer): UtscRule[] {
  return [...capabilityRules(offer), ...profile.rules];
}

export interface UtscFieldOffer {
  readonly field: UtscField;
  readonly state: "open" | "fixed" | "unsupported" | "managed";
  /** Names on offer of an enumerated column; undefined for other kinds. */
  readonly values: readonly string[] | undefined;
  readonly rules: readonly UtscRule[];
  readonly adjustments: readonly UtscAdjustment[];
}

/** Columns by which a session keeps hold of its row. */
export const MANAGED_FIELDS: ReadonlySet<UtscField> = new Set(["fileName", "rowStatus"]);

/** What a port and a profile allow, for each writable column in the MIB's order. */
export function fieldOffers(profile: UtscProfile, offer: UtscOffer): UtscFieldOffer[] {
  const rules = rulesOf(profile, offer);
  return UTSC_FIELD_NAMES.map((field) => {
    const own = rules.filter((rule) => rule.field === field);
    const { kind, object } = utscFields[field];
    const closed = profile.closed[field];
    return {
      field,
      state: MANAGED_FIELDS.has(field) ? "managed" : (closed?.state ?? "open"),
      values:
        kind === "enumeration"
          ? Object.values(object.values ?? {}).filter((name) => isOffered(name, own))
          : undefined,
      rules: own,
      adjustments: profile.adjustments.filter((adjustment) => adjustment.field === field),
    };
  });
}

/** Whether no rule that holds in every situation excludes a name. */
function isOffered(name: string, rules: readonly UtscRule[]): boolean {
  return rules.every(
    ({ when, limit }) => when !== undefined || limit.kind !== "values" || limit.values.includes(name),
  );
}
