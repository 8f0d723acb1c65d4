import {
  type RfPort,
  type UtscFieldOption,
  type UtscOptions,
  type UtscRequest,
  type UtscRuleSource,
  type UtscTriggerMode,
  utscRequestSchema,
  utscTriggerModeSchema,
} from "@pnmlab/protocol";
import { fieldLabel, type SetupField } from "./fields.ts";
import { brokenRules, isInForce, isUsed, passes, type SetupSituation, type SetupValues } from "./judge.ts";
import { formText, parseFieldText, unitName } from "./units.ts";

/** Texts as typed, in the engineer's units. A column without a text is left to the default. */
export type SetupDraft = Partial<Record<SetupField, string>>;

/** Why a value is not sent, to stand beside its field. */
export interface SetupIssue {
  message: string;
  /** Id of the rule; null where the text is no value at all. */
  rule: string | null;
  source: UtscRuleSource | null;
  /** A text that would pass, offered as one click. */
  use: string | undefined;
}

export interface SetupReading {
  situation: SetupSituation;
  values: SetupValues;
  issues: ReadonlyMap<SetupField, SetupIssue>;
  /** The request of the form, also where a rule refuses one of its values; undefined where it is none. */
  request: UtscRequest | undefined;
}

const NEVER_TYPED: ReadonlySet<SetupField> = new Set(["fileName", "rowStatus"]);

/** The form that a request fills. */
export function draftOf(request: UtscRequest, options: Pick<UtscOptions, "fields">): SetupDraft {
  const draft: SetupDraft = {};
  for (const { field, unit } of options.fields) {
    if (field === "fileName" || field === "rowStatus") continue;
    const value = request[field];
    if (value !== undefined) draft[field] = formText(value, unit);
  }
  return { ...draft, triggerMode: request.triggerMode ?? "freeRunning" };
}

/** Reads the form and holds it against the rules of the port. Nothing is sent for it. */
export function readDraft(
  draft: SetupDraft,
  options: Pick<UtscOptions, "fields">,
  channels: RfPort["channels"],
): SetupReading {
  const triggerMode = triggerOf(draft);
  const values: SetupValues = {};
  const issues = new Map<SetupField, SetupIssue>();
  for (const option of options.fields) {
    const { field } = option;
    if (NEVER_TYPED.has(field) || !isUsed(option, triggerMode)) continue;
    if (option.state === "fixed" && option.fixedValue !== null && REQUIRED.has(field)) {
      values[field] = option.fixedValue;
    }
    const text = draft[field]?.trim() ?? "";
    if (option.state !== "open") continue;
    if (text === "") {
      if (REQUIRED.has(field)) issues.set(field, unreadable(option));
      continue;
    }
    const value = parseFieldText(text, option);
    if (value === undefined) issues.set(field, unreadable(option));
    else values[field] = value;
  }
  const situation = situationOf(values, triggerMode, channels);
  for (const [field, { rule, suggestion }] of brokenRules(options, values, situation)) {
    if (issues.has(field)) continue;
    const unit = options.fields.find((option) => option.field === field)!.unit;
    issues.set(field, {
      message: rule.text,
      rule: rule.id,
      source: rule.source,
      use: suggestion === undefined ? undefined : formText(suggestion, unit),
    });
  }
  const parsed = utscRequestSchema.safeParse(values);
  if (parsed.success) return { situation, values, issues, request: parsed.data };
  for (const { path, message } of parsed.error.issues) {
    const option = options.fields.find(({ field }) => field === path[0]);
    if (option && !issues.has(option.field)) {
      issues.set(option.field, {
        message: `Outside the MIB: ${message}`,
        rule: "mib.range",
        source: MIB,
        use: undefined,
      });
    }
  }
  return { situation, values, issues, request: undefined };
}

/** Why a time to start at is refused before it is sent: it has come already. */
export function pastIssue(
  timestampTicks: SetupValues["timestampTicks"],
  upTimeTicks: number | undefined,
): SetupIssue | undefined {
  if (typeof timestampTicks !== "number" || timestampTicks === 0 || upTimeTicks === undefined)
    return undefined;
  if (timestampTicks > upTimeTicks) return undefined;
  return {
    message: `This time is past: the sysUpTime of the CMTS is ${Math.floor(upTimeTicks / 100)} s.`,
    rule: "timestampTicks.future",
    source: MIB,
    use: undefined,
  };
}

/** The IUC of data bursts that channels of both kinds grant. */
const DATA_IUC = "iuc5";

/** The form after its trigger mode has changed: channel and IUC become ones that can pass where they cannot. */
export function withOperands(
  draft: SetupDraft,
  options: Pick<UtscOptions, "fields">,
  channels: RfPort["channels"],
): SetupDraft {
  const next = { ...draft };
  const { situation } = readDraft(draft, options, channels);
  const optionOf = (field: SetupField) =>
    options.fields.find(
      (option) => option.field === field && option.state === "open" && isUsed(option, situation.triggerMode),
    );
  const channel = optionOf("logicalChIfIndex");
  if (channel && isNeeded(channel, situation)) {
    const passing = passingChannels(channel, situation, channels).map(({ ifIndex }) => String(ifIndex));
    if (!passing.includes(next.logicalChIfIndex ?? "")) next.logicalChIfIndex = passing[0] ?? "";
  }
  const iuc = optionOf("burstIuc");
  if (iuc && !passes(iuc, next.burstIuc ?? "other", situation)) {
    const values = (iuc.values ?? []).filter((value) => passes(iuc, value, situation));
    next.burstIuc = values.includes(DATA_IUC) ? DATA_IUC : (values[0] ?? "");
  }
  return next;
}

/** Whether the trigger cannot do without the column. The backend finds the channel of a modem by itself. */
export function isNeeded({ field, rules }: UtscFieldOption, situation: SetupSituation): boolean {
  if (field === "logicalChIfIndex" && situation.triggerMode === "cmMac") return false;
  return rules.some(
    ({ when, limit }) =>
      limit.kind === "relation" && limit.relation === "required" && isInForce(when, situation),
  );
}

/** The channels of a port that no rule of the trigger excludes. */
export function passingChannels(
  option: UtscFieldOption,
  situation: SetupSituation,
  channels: RfPort["channels"],
): RfPort["channels"] {
  return channels.filter(({ ifIndex, kind }) => passes(option, ifIndex, { ...situation, channelKind: kind }));
}

const REQUIRED: ReadonlySet<SetupField> = new Set([
  "centerFrequencyHz",
  "spanHz",
  "bins",
  "repeatPeriodUs",
  "outputFormat",
]);

const MIB: UtscRuleSource = {
  kind: "mib",
  name: "DOCS-PNM-MIB",
  citation: "DOCS-PNM-MIB, docsPnmCmtsUtscCfgTable",
};

function triggerOf(draft: SetupDraft): UtscTriggerMode {
  const named = utscTriggerModeSchema.safeParse(draft.triggerMode);
  return named.success ? named.data : "freeRunning";
}

function situationOf(
  values: SetupValues,
  triggerMode: UtscTriggerMode,
  channels: RfPort["channels"],
): SetupSituation {
  const channel = values.logicalChIfIndex;
  const isFoundLater = channel === undefined && triggerMode === "cmMac";
  return {
    triggerMode,
    outputFormat: String(values.outputFormat ?? ""),
    channelKind: isFoundLater
      ? undefined
      : (channels.find(({ ifIndex }) => ifIndex === channel)?.kind ?? "none"),
  };
}

function unreadable(option: UtscFieldOption): SetupIssue {
  const label = fieldLabel(option.field, true);
  const unit = unitName(option.unit);
  const kind =
    option.kind === "macAddress"
      ? "a MAC address, as 00:10:18:1a:2d:11"
      : unit
        ? `a number in ${unit}`
        : option.kind === "enumeration"
          ? "one of the names on offer"
          : "a whole number";
  return { message: `${label} is ${kind}.`, rule: null, source: null, use: undefined };
}
