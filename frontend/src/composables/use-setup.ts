import { messageOf } from "@pnmlab/kit";
import type { StartUtscSession, UtscDryRun, UtscOptions, UtscRequest, UtscSession } from "@pnmlab/protocol";
import {
  type ComputedRef,
  computed,
  type InjectionKey,
  inject,
  onScopeDispose,
  provide,
  type Ref,
  ref,
  type ShallowRef,
  shallowRef,
  watch,
} from "vue";
import { useRoute } from "vue-router";
import type { Loadable } from "../model/lab-state.ts";
import type { PortOfCmts } from "../model/ports.ts";
import { type QualifyBox, qualifyColumns, qualifyOfQuery } from "../model/qualify-box.ts";
import { isActive, type StateWords, sessionOfPort, sessionWords } from "../model/session-words.ts";
import {
  draftOf,
  pastIssue,
  readDraft,
  type SetupDraft,
  type SetupIssue,
  type SetupReading,
  withOperands,
} from "../model/setup/draft.ts";
import type { SetupField } from "../model/setup/fields.ts";
import { bandRequest, FIRST_BAND } from "../model/setup/presets.ts";
import { issuesOfError } from "../model/setup/refusal.ts";
import { formText } from "../model/setup/units.ts";
import { isTimeFormat } from "../model/utsc-form.ts";
import { announce, announceFailure } from "./use-announcer.ts";
import { useLab } from "./use-lab.ts";
import { useNow } from "./use-now.ts";

/** A preview follows the form by this much, so that typing does not ask the CMTS at every key. */
const PREVIEW_DELAY_MS = 700;

const QUALIFY_FIELDS = ["qualifyCenterFrequencyHz", "qualifyBandwidthHz", "qualifyThresholdTenthDb"] as const;

export interface Preview {
  /** The newest answer; it stays while another one is being read. */
  answer: UtscDryRun | undefined;
  /** The request it was made for. */
  of: string;
  /** When it came. */
  atMs: number;
  readingSinceMs: number | undefined;
  failure: string | undefined;
}

/** Everything the parts of the set-up page share. */
export interface Setup {
  target: ComputedRef<PortOfCmts>;
  session: ComputedRef<UtscSession | undefined>;
  active: ComputedRef<boolean>;
  words: ComputedRef<StateWords>;
  options: ShallowRef<Loadable<UtscOptions>>;
  draft: Ref<SetupDraft>;
  reading: ComputedRef<SetupReading | undefined>;
  /** Refused values: by the rules of the page at once, by the backend when the preview has come. */
  issues: ComputedRef<ReadonlyMap<SetupField, SetupIssue>>;
  preview: ShallowRef<Preview>;
  /** Whether the preview shows what stands in the form. */
  previewIsCurrent: ComputedRef<boolean>;
  /** sysUpTime of the CMTS by now, in hundredths of a second; known where the trigger goes by it. */
  upTimeTicks: ComputedRef<number | undefined>;
  working: Ref<"start" | "single" | "stop" | undefined>;
  failure: Ref<string | undefined>;
  reload(): Promise<void>;
  runPreview(): Promise<void>;
  set(field: SetupField, text: string): void;
  /** Fills the qualify columns, or empties them. */
  setQualify(box: QualifyBox | undefined): void;
  fill(request: UtscRequest): void;
  reset(): void;
  apply(): Promise<void>;
  /** One capture with these values, then the port is stopped. */
  single(): Promise<void>;
  stop(): Promise<void>;
}

const setupKey: InjectionKey<Setup> = Symbol("set-up");

/** The set-up that the page around this component made. */
export function useSetup(): Setup {
  const setup = inject(setupKey);
  if (!setup) throw new Error("useSetup is for the parts of the set-up page");
  return setup;
}

/** Makes the set-up of a port and hands it to the components below. */
export function provideSetup(target: ComputedRef<PortOfCmts>): Setup {
  const { snapshot, sync } = useLab();
  const now = useNow();
  const route = useRoute();
  const options = shallowRef<Loadable<UtscOptions>>({ status: "loading", sinceMs: Date.now() });
  const draft = ref<SetupDraft>({});
  const preview = shallowRef<Preview>({
    answer: undefined,
    of: "",
    atMs: 0,
    readingSinceMs: undefined,
    failure: undefined,
  });
  const working = ref<"start" | "single" | "stop">();
  const failure = ref<string>();

  const session = computed(() =>
    sessionOfPort(snapshot.value.sessions ?? [], target.value.cmts.id, target.value.port.ifIndex),
  );
  const known = computed(() => (options.value.status === "ready" ? options.value.value : undefined));
  const reading = computed(() =>
    known.value ? readDraft(draft.value, known.value, target.value.port.channels) : undefined,
  );
  /** It is no column, and chosen on the live page: what the session has stays. */
  const ownWindow = computed(() => {
    const window = session.value?.requested.ownWindow;
    const format = reading.value?.request?.outputFormat;
    return window && format && isTimeFormat(format) ? { ownWindow: window } : {};
  });
  const start = computed<StartUtscSession | undefined>(() =>
    reading.value?.request
      ? {
          cmtsId: target.value.cmts.id,
          rfPortIfIndex: target.value.port.ifIndex,
          ...reading.value.request,
          ...ownWindow.value,
        }
      : undefined,
  );
  const key = computed(() => (start.value ? JSON.stringify(start.value) : ""));
  const previewIsCurrent = computed(
    () => preview.value.answer !== undefined && preview.value.of === key.value,
  );
  const upTimeTicks = computed(() => {
    const { answer, atMs } = preview.value;
    if (answer?.upTimeTicks == null || reading.value?.situation.triggerMode !== "timestamp") return undefined;
    return answer.upTimeTicks + Math.max(0, Math.round((now.value - atMs) / 10));
  });
  /** What the backend has refused by an error, and of which values. */
  const refused = shallowRef<{ of: string; issues: ReadonlyMap<SetupField, SetupIssue> }>();
  const noteRefusal = (cause: unknown, of: string): boolean => {
    const found = issuesOfError(cause);
    refused.value = { of, issues: found };
    return found.size > 0;
  };
  const issues = computed(() => {
    const all = new Map(reading.value?.issues ?? []);
    if (refused.value?.of === key.value) {
      for (const [field, issue] of refused.value.issues) if (!all.has(field)) all.set(field, issue);
    }
    const past = pastIssue(reading.value?.values.timestampTicks, upTimeTicks.value);
    if (past && !all.has("timestampTicks")) all.set("timestampTicks", past);
    if (!previewIsCurrent.value) return all;
    for (const refusal of preview.value.answer?.refusals ?? []) {
      if (all.has(refusal.field)) continue;
      // Without a modem there is no channel to be found for it: one refusal says so.
      if (refusal.field === "logicalChIfIndex" && all.has("cmMacAddr")) continue;
      const unit = known.value?.fields.find(({ field }) => field === refusal.field)?.unit ?? null;
      all.set(refusal.field, {
        message: refusal.message,
        rule: refusal.rule,
        source: refusal.source,
        use: refusal.suggestion === null ? undefined : formText(refusal.suggestion, unit),
      });
    }
    return all;
  });

  const fill = (request: UtscRequest) => {
    if (known.value) draft.value = draftOf(request, known.value);
  };
  const reset = () => {
    if (!known.value) return;
    const { accepted, requested } = session.value ?? {};
    fill(requested ? { ...requested, ...pick(accepted, requested) } : bandRequest(FIRST_BAND, known.value));
  };

  const setQualify = (box: QualifyBox | undefined) => {
    const columns = box && qualifyColumns(box);
    const next = { ...draft.value };
    for (const field of QUALIFY_FIELDS) {
      const unit = known.value?.fields.find((option) => option.field === field)?.unit ?? null;
      next[field] = columns ? formText(columns[field], unit) : "";
    }
    draft.value = next;
  };

  async function reload(): Promise<void> {
    const isFirst = options.value.status !== "ready";
    if (isFirst) options.value = { status: "loading", sinceMs: Date.now() };
    try {
      const value = await sync.client.utscOptions(target.value.cmts.id, target.value.port.ifIndex);
      options.value = { status: "ready", value, atMs: Date.now() };
      if (isFirst) {
        const requested = session.value?.requested;
        fill(requested ?? bandRequest(FIRST_BAND, value));
        const drawn = qualifyOfQuery(route.query.qualify);
        if (drawn) setQualify(drawn);
      } else await runPreview();
    } catch (cause) {
      options.value = { status: "failed", code: "OPTIONS", message: messageOf(cause), atMs: Date.now() };
      announceFailure(messageOf(cause));
    }
  }

  let newest = 0;
  async function runPreview(): Promise<void> {
    if (!start.value) return;
    newest += 1;
    const run = newest;
    const of = key.value;
    preview.value = { ...preview.value, readingSinceMs: Date.now(), failure: undefined };
    try {
      const answer = await sync.client.dryRun(start.value);
      if (run !== newest) return;
      refused.value = undefined;
      preview.value = { answer, of, atMs: Date.now(), readingSinceMs: undefined, failure: undefined };
    } catch (cause) {
      if (run !== newest) return;
      // What is told beside a field is not told again as a failure of the preview.
      const failure = noteRefusal(cause, of) ? undefined : messageOf(cause);
      preview.value = { ...preview.value, readingSinceMs: undefined, failure };
    }
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(key, () => {
    clearTimeout(timer);
    timer = setTimeout(() => void runPreview(), PREVIEW_DELAY_MS);
  });
  watch(
    () => session.value?.state,
    (state) => {
      // What the row holds is another thing then, so that what a start would change is too.
      if (state === "receiving" || state === "stopped" || state === "failed") void runPreview();
    },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    newest += 1;
  });

  async function attempt(what: "start" | "single" | "stop", run: () => Promise<unknown>): Promise<void> {
    if (working.value) return;
    working.value = what;
    failure.value = undefined;
    const of = key.value;
    try {
      await run();
      announce(what === "stop" ? "Stopped" : what === "single" ? "One capture is being taken" : "Started");
    } catch (cause) {
      noteRefusal(cause, of);
      failure.value = messageOf(cause);
      announceFailure(failure.value);
    } finally {
      working.value = undefined;
    }
  }

  const setup: Setup = {
    target,
    session,
    active: computed(() => isActive(session.value)),
    words: computed(() => sessionWords(session.value, now.value + snapshot.value.clockOffsetMs)),
    options,
    draft,
    reading,
    issues,
    preview,
    previewIsCurrent,
    upTimeTicks,
    working,
    failure,
    reload,
    runPreview,
    set: (field, text) => {
      const next = { ...draft.value, [field]: text };
      const { channels } = target.value.port;
      draft.value = field === "triggerMode" && known.value ? withOperands(next, known.value, channels) : next;
    },
    setQualify,
    fill,
    reset,
    apply: async () => {
      const request = start.value;
      if (request && issues.value.size === 0) await attempt("start", () => sync.startSession(request));
    },
    single: async () => {
      const request = start.value;
      if (request && issues.value.size === 0) await attempt("single", () => sync.singleCapture(request));
    },
    stop: () =>
      attempt("stop", () => (session.value ? sync.stopSession(session.value.id) : Promise.resolve())),
  };
  provide(setupKey, setup);
  void reload();
  return setup;
}

/** The accepted values of the columns that were asked for. */
function pick(accepted: UtscSession["accepted"] | undefined, requested: UtscRequest): Partial<UtscRequest> {
  const names = Object.keys(requested);
  return Object.fromEntries(Object.entries(accepted ?? {}).filter(([name]) => names.includes(name)));
}
