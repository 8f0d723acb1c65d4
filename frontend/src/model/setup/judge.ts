import type {
  UtscFieldOption,
  UtscFieldValue,
  UtscOptions,
  UtscRuleView,
  UtscTriggerMode,
} from "@pnmlab/protocol";
import type { SetupField } from "./fields.ts";

export type SetupValues = Partial<Record<SetupField, UtscFieldValue>>;

/** What decides which rules hold. An unknown kind of channel leaves its rules to the backend. */
export interface SetupSituation {
  triggerMode: UtscTriggerMode;
  outputFormat: string;
  channelKind: "scQam" | "ofdma" | "none" | undefined;
}

/** Whether a rule or an adjustment holds in a situation. */
export function isInForce(when: UtscRuleView["when"], situation: SetupSituation): boolean {
  if (!when) return true;
  const { triggerMode, outputFormat, channelKind } = situation;
  return (
    (when.triggerModes?.includes(triggerMode) ?? true) &&
    ((when.outputFormats as readonly string[] | undefined)?.includes(outputFormat) ?? true) &&
    (when.channelKinds === undefined ||
      (channelKind !== undefined && when.channelKinds.includes(channelKind)))
  );
}

/** Whether the trigger mode has a use for a column. */
export function isUsed(option: UtscFieldOption, triggerMode: UtscTriggerMode): boolean {
  return option.usedByTriggerModes?.includes(triggerMode) ?? true;
}

/**
 * The rules that are worth reading beside a field: those of the vendor alone where there are any, since they
 * lie within what capability row and MIB say; relations between columns only where there is nothing else.
 */
export function tellingRules(rules: readonly UtscRuleView[]): readonly UtscRuleView[] {
  const plain = rules.filter(({ limit }) => limit.kind !== "relation");
  const ofVendor = plain.filter(({ source }) => source.kind === "profile");
  const ofPort = plain.filter(({ source }) => source.kind === "capability");
  return [ofVendor, ofPort, plain].find((some) => some.length > 0) ?? rules;
}

export interface BrokenRule {
  rule: UtscRuleView;
  value: UtscFieldValue | undefined;
  /** The nearest value that every rule of the column takes. */
  suggestion: UtscFieldValue | undefined;
}

/** The first rule that each open column breaks. The backend says the same once more before any SNMP. */
export function brokenRules(
  options: Pick<UtscOptions, "fields">,
  values: SetupValues,
  situation: SetupSituation,
): Map<SetupField, BrokenRule> {
  const broken = new Map<SetupField, BrokenRule>();
  for (const option of options.fields) {
    if (option.state !== "open" || !isUsed(option, situation.triggerMode)) continue;
    const rules = option.rules.filter((rule) => isInForce(rule.when, situation));
    const rule = rules.find((one) => !holds(one, values, option));
    if (!rule) continue;
    const value = values[option.field];
    broken.set(option.field, { rule, value, suggestion: nearest(option, rules, values) });
  }
  return broken;
}

/** Whether no list of values that is in force leaves a value out. */
export function passes(option: UtscFieldOption, value: UtscFieldValue, situation: SetupSituation): boolean {
  return option.rules.every(
    ({ when, limit }) =>
      limit.kind !== "values" || !isInForce(when, situation) || limit.values.includes(value),
  );
}

function holds({ field, limit }: UtscRuleView, values: SetupValues, option: UtscFieldOption): boolean {
  const value = values[field];
  if (limit.kind === "relation") {
    if (limit.relation === "required") {
      // The backend finds the channel of the modem, which has a rule of its own.
      if (field === "logicalChIfIndex" && values.triggerMode === "cmMac" && value === undefined) return true;
      const given = value ?? option.defaultValue;
      return given !== null && given !== 0 && given !== "";
    }
    const number = (name: SetupField) => (typeof values[name] === "number" ? values[name] : undefined);
    const freeRunMs = number("freeRunDurationMs");
    const periodUs = number("repeatPeriodUs");
    if (limit.relation === "spanAboveZero") {
      const [centreHz, spanHz] = [number("centerFrequencyHz"), number("spanHz")];
      return centreHz === undefined || spanHz === undefined || centreHz - spanHz / 2 >= 0;
    }
    if (freeRunMs === undefined || !periodUs) return true;
    if (limit.relation === "periodWithinFreeRun") return periodUs <= freeRunMs * 1000;
    return limit.most === undefined || (freeRunMs * 1000) / periodUs <= limit.most;
  }
  if (value === undefined) return true;
  if (limit.kind === "values") return limit.values.includes(value);
  if (typeof value !== "number") return true;
  if (limit.kind === "multipleOf") return value % limit.step === 0;
  return limit.ranges.some(([least, most]) => value >= least && value <= most);
}

function nearest(
  option: UtscFieldOption,
  rules: readonly UtscRuleView[],
  values: SetupValues,
): UtscFieldValue | undefined {
  const value = values[option.field];
  const fits = (candidate: UtscFieldValue) =>
    rules.every((rule) => holds(rule, { ...values, [option.field]: candidate }, option));
  const listed = rules.flatMap(({ limit }) => (limit.kind === "values" ? limit.values : []));
  if (typeof value !== "number") return value === undefined ? undefined : listed.find(fits);
  const steps = rules.flatMap(({ limit }) => (limit.kind === "multipleOf" ? [limit.step] : []));
  const step = Math.max(1, ...steps);
  return [value, ...rules.flatMap((rule) => edges(rule, values))]
    .flatMap((candidate) => [
      Math.floor(candidate / step) * step,
      Math.ceil(candidate / step) * step,
      candidate,
    ])
    .filter(fits)
    .toSorted((a, b) => Math.abs(a - value) - Math.abs(b - value))[0];
}

/** Values of a column at the border of what a rule takes. */
function edges({ field, limit }: UtscRuleView, values: SetupValues): number[] {
  if (limit.kind === "values") return limit.values.filter((value) => typeof value === "number");
  if (limit.kind === "ranges") return limit.ranges.flat();
  if (limit.kind === "multipleOf") return [];
  const number = (name: SetupField) => Number(values[name] ?? 0);
  if (limit.relation === "spanAboveZero") {
    return field === "spanHz" ? [number("centerFrequencyHz") * 2] : [Math.ceil(number("spanHz") / 2)];
  }
  const periodsMs = number("repeatPeriodUs") / 1000;
  if (limit.relation === "periodWithinFreeRun") {
    return field === "freeRunDurationMs" ? [Math.ceil(periodsMs)] : [number("freeRunDurationMs") * 1000];
  }
  if (limit.relation === "capturesPerRun" && limit.most !== undefined) {
    return field === "freeRunDurationMs"
      ? [Math.floor(periodsMs * limit.most)]
      : [Math.ceil((number("freeRunDurationMs") * 1000) / limit.most)];
  }
  return [];
}
