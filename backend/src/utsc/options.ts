import {
  effectiveValues,
  fieldOffers,
  MANAGED_FIELDS,
  type UtscField,
  type UtscFieldOffer,
  type UtscProfile,
  utscFields,
} from "@pnmlab/docsis-mib";
import type { UtscFieldOption, UtscOptions } from "@pnmlab/protocol";
import type { ChosenProfile } from "../contracts.ts";
import type { UtscPort } from "./capability.ts";

const MANAGED_REASONS: Partial<Record<UtscField, string>> = {
  fileName: "The session names its files, so that it is known whose a file is; the CMTS may append a time.",
  rowStatus: "The session makes the row, puts it into service and removes it.",
};

/** What a port and a profile allow, as a page needs it to offer nothing that would be refused. */
export function optionsOf(
  cmtsId: string,
  port: UtscPort,
  { profile, view }: ChosenProfile,
  destinationIndex: number,
): UtscOptions {
  const offer = { portName: port.name, ...port.capability };
  const defaults = {
    ...profile.defaults,
    ...effectiveValues(profile, offer, { destinationIndex }),
  };
  return {
    cmtsId,
    rfPortIfIndex: port.ifIndex,
    rfPortName: port.name,
    profile: view,
    capability: port.capability,
    fields: fieldOffers(profile, offer).map((field) => ({
      ...optionOf(field, profile),
      defaultValue: defaults[field.field] ?? null,
    })),
    readAt: new Date().toISOString(),
  };
}

function optionOf(offer: UtscFieldOffer, profile: UtscProfile): Omit<UtscFieldOption, "defaultValue"> {
  const { field, state, values, rules, adjustments } = offer;
  const { object, kind, unit, usedBy } = utscFields[field];
  const closed = profile.closed[field];
  return {
    field,
    column: object.name,
    oid: object.oid,
    kind,
    unit,
    state,
    fixedValue: closed?.fixedValue ?? null,
    reason: closed?.reason ?? MANAGED_REASONS[field] ?? null,
    source:
      closed?.source ??
      (MANAGED_FIELDS.has(field)
        ? { kind: "product", name: "PNM Lab", citation: "the session keeps hold of its row by it" }
        : null),
    usedByTriggerModes: usedBy ?? null,
    values: values ?? null,
    rules,
    adjustments: adjustments.map(({ id, field: of, when, text, source }) => ({
      id,
      field: of,
      ...(when === undefined ? {} : { when }),
      text,
      source,
    })),
  };
}
