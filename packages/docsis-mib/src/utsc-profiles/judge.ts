import {
  isUsedBy,
  UTSC_FIELD_NAMES,
  type UtscField,
  type UtscFieldValue,
  type UtscTriggerModeName,
  type UtscValues,
  utscFields,
} from "./field.ts";
import { isInForce, rulesOf, type UtscOffer, type UtscSituation } from "./offer.ts";
import type { UtscChannelKind, UtscProfile, UtscRule, UtscSource } from "./profile.ts";

/** A value that is not sent, and the rule that says so. */
export interface UtscRefusal {
  readonly field: UtscField;
  readonly rule: string;
  readonly value: UtscFieldValue | null;
  readonly message: string;
  /** What would be taken, in words. */
  readonly allowed: string;
  /** The nearest value that would be taken. */
  readonly suggestion: UtscFieldValue | null;
  readonly source: UtscSource;
}

/** What becomes of a value that is sent. */
export interface UtscWarning {
  readonly field: UtscField;
  readonly rule: string;
  readonly message: string;
  readonly expectedValue: UtscFieldValue | null;
  readonly source: UtscSource;
}

/** A request in front of a port: what was asked for, what would be written, and on which kind of channel. */
export interface UtscCase {
  readonly profile: UtscProfile;
  readonly offer: UtscOffer;
  readonly requested: UtscValues;
  readonly effective: UtscValues;
  readonly channelKind: UtscChannelKind;
}

/** Every rule that the parameters break, in the MIB's order of the columns; empty where they can be sent. */
export function refusalsOf(subject: UtscCase): UtscRefusal[] {
  const { profile, offer, requested, effective } = subject;
  const situation = situationOf(subject);
  const rules = rulesOf(profile, offer).filter(({ when }) => isInForce(when, situation));
  return UTSC_FIELD_NAMES.flatMap((field) => {
    const closed = profile.closed[field];
    const asked = requested[field];
    if (closed !== undefined) {
      if (asked === undefined || asked === closed.fixedValue) return [];
      return [
        {
          field,
          rule: `${field}.${closed.state}`,
          value: asked,
          message: `${nameOf(field)} cannot be set: ${closed.reason}`,
          allowed: closed.reason,
          suggestion: closed.fixedValue ?? null,
          source: closed.source,
        },
      ];
    }
    const own = rules.filter((rule) => rule.field === field);
    const broken = own.find((rule) => !holds(rule, effective));
    if (broken === undefined) return [];
    const value = effective[field] ?? null;
    return [
      {
        field,
        rule: broken.id,
        value,
        message: messageOf(broken, value, offer),
        allowed: broken.text,
        suggestion: suggestionFor(field, own, effective),
        source: broken.source,
      },
    ];
  });
}

/** What is known to become of values that are taken, and which of them the trigger has no use for. */
export function warningsOf(subject: UtscCase): UtscWarning[] {
  const { profile, requested, effective } = subject;
  const situation = situationOf(subject);
  const adjusted = profile.adjustments.flatMap((adjustment): UtscWarning[] => {
    const { field, values, roundUpTo, becomes, id, text, source } = adjustment;
    const value = effective[field];
    if (value === undefined || !isInForce(adjustment.when, situation)) return [];
    if (values !== undefined && !values.includes(value)) return [];
    const rounded = roundUpTo === undefined ? undefined : Math.ceil(Number(value) / roundUpTo) * roundUpTo;
    if (rounded === value) return [];
    return [{ field, rule: id, message: text, expectedValue: becomes ?? rounded ?? null, source }];
  });
  const unused = UTSC_FIELD_NAMES.filter(
    (field) => requested[field] !== undefined && !isUsedBy(field, situation.triggerMode),
  ).map(
    (field): UtscWarning => ({
      field,
      rule: `${field}.unused`,
      message: `${nameOf(field)} has no part in the trigger mode ${situation.triggerMode}; it is not written.`,
      expectedValue: null,
      source: {
        kind: "mib",
        name: "DOCS-PNM-MIB",
        citation: "DOCS-PNM-MIB 2024-07-05, docsPnmCmtsUtscCfgTriggerMode",
      },
    }),
  );
  return [...adjusted, ...unused];
}

function situationOf({ effective, channelKind }: UtscCase): UtscSituation {
  return {
    triggerMode: effective.triggerMode as UtscTriggerModeName,
    outputFormat: String(effective.outputFormat),
    channelKind,
  };
}

/** Whether the values meet a rule, whatever situation it is for. */
export function holds({ field, limit }: UtscRule, values: UtscValues): boolean {
  const value = values[field];
  if (limit.kind === "relation") {
    if (limit.relation === "required") return value !== undefined && value !== 0;
    const {
      centerFrequencyHz = 0,
      spanHz = 0,
      repeatPeriodUs = 0,
      freeRunDurationMs,
    } = values as Record<string, number>;
    if (limit.relation === "spanAboveZero") return centerFrequencyHz - spanHz / 2 >= 0;
    if (freeRunDurationMs === undefined || repeatPeriodUs === 0) return true;
    if (limit.relation === "periodWithinFreeRun") return repeatPeriodUs <= freeRunDurationMs * 1000;
    return (freeRunDurationMs * 1000) / repeatPeriodUs <= limit.most!;
  }
  if (value === undefined) return true;
  if (limit.kind === "values") return limit.values.includes(value);
  if (typeof value !== "number") return true;
  if (limit.kind === "multipleOf") return value % limit.step === 0;
  return limit.ranges.some(([least, most]) => value >= least && value <= most);
}

/** The value nearest to what was asked for that every rule of the column takes. */
function suggestionFor(
  field: UtscField,
  rules: readonly UtscRule[],
  values: UtscValues,
): UtscFieldValue | null {
  const value = values[field];
  if (typeof value !== "number") {
    const [only, ...others] = rules.flatMap(({ limit }) => (limit.kind === "values" ? limit.values : []));
    return only !== undefined && others.length === 0 ? only : null;
  }
  const fits = (candidate: number) => rules.every((rule) => holds(rule, { ...values, [field]: candidate }));
  const step = rules.map(({ limit }) => (limit.kind === "multipleOf" ? limit.step : 1)).find((s) => s > 1);
  const onGrid = (candidate: number) =>
    step === undefined
      ? [candidate]
      : [Math.floor(candidate / step) * step, Math.ceil(candidate / step) * step];
  const candidates = [value, ...rules.flatMap((rule) => edgesOf(rule, values))]
    .flatMap(onGrid)
    .filter(fits)
    .sort((a, b) => Math.abs(a - value) - Math.abs(b - value));
  // 0 asks for something else (one capture, no limit), so it is near to no other value.
  return candidates.find((candidate) => candidate !== 0) ?? candidates[0] ?? null;
}

function edgesOf({ limit }: UtscRule, values: UtscValues): number[] {
  switch (limit.kind) {
    case "values":
      return limit.values.filter((value) => typeof value === "number");
    case "ranges":
      return limit.ranges.flat();
    case "multipleOf":
      return [];
    case "relation": {
      const freeRunUs = Number(values.freeRunDurationMs ?? 0) * 1000;
      if (limit.relation === "spanAboveZero") return [Math.ceil(Number(values.spanHz ?? 0) / 2)];
      if (limit.relation === "periodWithinFreeRun") return [freeRunUs];
      return limit.relation === "capturesPerRun" ? [Math.ceil(freeRunUs / limit.most!)] : [];
    }
  }
}

const CAPABILITY_WORDS: Partial<Record<UtscField, string>> = {
  triggerMode: "trigger mode",
  outputFormat: "output format",
  window: "window",
};

function messageOf(rule: UtscRule, value: UtscFieldValue | null, offer: UtscOffer): string {
  const { field, limit, source, text } = rule;
  if (source.kind === "capability" && limit.kind === "values") {
    const offered = limit.values.length === 0 ? "none" : limit.values.join(", ");
    return `${offer.portName} does not offer the ${CAPABILITY_WORDS[field]} ${value}; it offers ${offered}`;
  }
  const given = value === null ? "missing" : valueText(field, value);
  return `${nameOf(field)} ${given} is refused: ${text}`;
}

function nameOf(field: UtscField): string {
  return utscFields[field].object.name.replace("docsPnmCmtsUtscCfg", "");
}

/** A value in the engineer's unit. */
function valueText(field: UtscField, value: UtscFieldValue): string {
  if (typeof value === "string") return value;
  switch (utscFields[field].unit) {
    case "Hz":
      return `${value / 1e6} MHz`;
    case "us":
      return `${value / 1000} ms`;
    case "ms":
      return `${value / 1000} s`;
    case "tenthDb":
      return `${value / 10} dB`;
    case "ticks":
    case null:
      return String(value);
  }
}
