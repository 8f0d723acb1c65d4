import {
  type CmtsModem,
  type CmtsModemList,
  type StartUtscSession,
  UTSC_FIELDS,
  UTSC_OUTPUT_FORMATS,
  UTSC_TRIGGER_MODES,
  UTSC_WINDOWS,
  type UtscColumnsAnswer,
  type UtscDryRun,
  type UtscFieldOption,
  type UtscOptions,
  type UtscPlannedSet,
  type UtscProfileAnswer,
  type UtscRuleSource,
  type UtscSession,
} from "@pnmlab/protocol";
import { draftOf, readDraft } from "../../model/setup/draft.ts";
import { ApiError } from "../api-error.ts";
import { syntheticRfPorts } from "./synthetic-lab.ts";
import { SYNTHETIC_CHANNELS } from "./synthetic-spectrum.ts";

const PROFILES = [
  { id: "synthetic", name: "Made-up CCAP" },
  { id: "generic", name: "Generic CCAP" },
];
const MADE_UP: UtscRuleSource = {
  kind: "profile",
  name: "Made-up CCAP",
  citation: "Rules of the synthetic lab, of no device",
};
const MIB: UtscRuleSource = { kind: "mib", name: "DOCS-PNM-MIB", citation: "docsPnmCmtsUtscCfgTable" };
const TABLE_OID = "1.3.6.1.4.1.4491.2.1.27.1.3.10.2.1";
/** Columns of docsPnmCmtsUtscCfgEntry in the order of UTSC_FIELDS; 15 is not in use. */
const column = (index: number) => index + 2;

type Part = Partial<UtscFieldOption>;
const integer = (unit: UtscFieldOption["unit"], part: Part = {}): Part => ({
  kind: "integer",
  unit,
  ...part,
});
const usedBy = (...modes: NonNullable<UtscFieldOption["usedByTriggerModes"]>): Part => ({
  usedByTriggerModes: modes,
});

/** The made-up CMTS takes spans of 80, 160 and 320 MHz, rounds repeat periods up to 50 ms and has no squelch. */
const PARTS: Record<(typeof UTSC_FIELDS)[number], Part> = {
  logicalChIfIndex: integer(null, usedBy("sid", "idleSid", "cmMac")),
  triggerMode: {
    kind: "enumeration",
    values: ["freeRunning", "idleSid", "cmMac"],
    defaultValue: "freeRunning",
    rules: [
      values(
        "trigger.offered",
        "triggerMode",
        ["freeRunning", "idleSid", "cmMac"],
        "Free running, idle SID and CM MAC.",
      ),
    ],
  },
  minislotCount: integer(null, usedBy("miniSlotCount")),
  sid: integer(null, usedBy("sid")),
  cmMacAddr: {
    kind: "macAddress",
    ...usedBy("cmMac"),
    rules: [
      {
        id: "modem.required",
        field: "cmMacAddr",
        limit: { kind: "relation", relation: "required" },
        text: "CM MAC needs the modem whose bursts trigger.",
        source: MIB,
      },
    ],
  },
  timestampTicks: integer("ticks", usedBy("timestamp")),
  centerFrequencyHz: integer("Hz", {
    rules: [
      {
        id: "centre.grid",
        field: "centerFrequencyHz",
        limit: { kind: "multipleOf", step: 50_000 },
        text: "A multiple of 0.050 MHz.",
        source: MADE_UP,
      },
    ],
  }),
  spanHz: integer("Hz", {
    rules: [
      values(
        "span.wideband",
        "spanHz",
        [80e6, 160e6, 320e6],
        "Free running uses the wideband FFT: 80, 160 or 320 MHz.",
      ),
      {
        id: "span.aboveZero",
        field: "spanHz",
        limit: { kind: "relation", relation: "spanAboveZero" },
        text: "The span must not begin below 0 MHz.",
        source: MIB,
      },
    ],
  }),
  bins: integer(null, {
    rules: [values("bins.fft", "bins", [200, 400, 800, 1600, 3200], "200, 400, 800, 1600 or 3200.")],
  }),
  averaging: integer(null, {
    state: "fixed",
    fixedValue: 0,
    reason: "Not changeable. Average in the trace instead.",
    source: MADE_UP,
  }),
  fileName: { kind: "text", state: "managed", reason: "The session names its files itself." },
  qualifyCenterFrequencyHz: integer("Hz", unsupported()),
  qualifyBandwidthHz: integer("Hz", unsupported()),
  qualifyThresholdTenthDb: integer("tenthDb", unsupported()),
  window: {
    kind: "enumeration",
    values: ["rectangular", "hann", "blackmanHarris"],
    rules: [
      values(
        "window.offered",
        "window",
        ["rectangular", "hann", "blackmanHarris"],
        "Rectangular, Hann and Blackman-Harris.",
      ),
    ],
  },
  outputFormat: {
    kind: "enumeration",
    values: ["timeIQ", "fftPower"],
    rules: [values("format.offered", "outputFormat", ["timeIQ", "fftPower"], "timeIQ and fftPower.")],
  },
  repeatPeriodUs: integer("us", {
    rules: [
      {
        id: "repeat.range",
        field: "repeatPeriodUs",
        limit: {
          kind: "ranges",
          ranges: [
            [0, 0],
            [50_000, 1_000_000],
          ],
        },
        text: "0 for one capture, or 50 to 1000 ms.",
        source: MADE_UP,
      },
    ],
    adjustments: [
      {
        id: "repeat.rounded",
        field: "repeatPeriodUs",
        text: "Rounded up to a multiple of 50 ms.",
        source: MADE_UP,
      },
    ],
  }),
  freeRunDurationMs: integer("ms", {
    defaultValue: 60_000,
    rules: [
      {
        id: "freeRun.watchdog",
        field: "freeRunDurationMs",
        limit: { kind: "ranges", ranges: [[1000, 60_000]] },
        text: "1 to 60 s: a watchdog ends longer runs.",
        source: MADE_UP,
      },
    ],
  }),
  triggerCount: integer(null, usedBy("sid", "idleSid", "cmMac")),
  rowStatus: {
    kind: "enumeration",
    state: "managed",
    reason: "The session creates and clears its row itself.",
  },
  burstIuc: { kind: "enumeration", values: ["iuc5", "iuc6"], ...usedBy("burstIuc") },
  maxResultsPerFile: integer(null, {
    state: "fixed",
    fixedValue: 1,
    reason: "One capture in a file.",
    source: MADE_UP,
  }),
  destinationIndex: integer(null, { defaultValue: 1 }),
};

function values(
  id: string,
  field: UtscFieldOption["field"],
  allowed: (number | string)[],
  text: string,
): UtscFieldOption["rules"][number] {
  return { id, field, limit: { kind: "values", values: allowed }, text, source: MADE_UP };
}

function unsupported(): Part {
  return { state: "unsupported", reason: "The made-up CMTS has no squelch.", source: MADE_UP };
}

const ENUMERATIONS: Partial<Record<UtscFieldOption["field"], readonly string[]>> = {
  triggerMode: UTSC_TRIGGER_MODES,
  outputFormat: UTSC_OUTPUT_FORMATS,
  window: UTSC_WINDOWS,
};
const CURRENT: Partial<Record<UtscFieldOption["field"], number | string>> = {
  triggerMode: "freeRunning",
  centerFrequencyHz: 45_000_000,
  spanHz: 80_000_000,
  bins: 1600,
  outputFormat: "fftPower",
  repeatPeriodUs: 100_000,
};

/** The part of the made-up lab that answers the set-up page. */
export class SyntheticSetup {
  #chosen: string | null = null;

  options(cmtsId: string, rfPortIfIndex: number): UtscOptions {
    const port = portOf(rfPortIfIndex);
    if (!port.utsc) throw new ApiError("NO_CAPABILITY", `${port.name} has no UTSC capability row`, 409);
    return {
      cmtsId,
      rfPortIfIndex,
      rfPortName: port.name,
      profile: this.profileAnswer().profile,
      capability: port.utsc,
      fields: FIELDS,
      readAt: new Date().toISOString(),
    };
  }

  /** What the made-up CMTS has made of every column of a session. */
  columns(session: UtscSession): UtscColumnsAnswer {
    const of = (values: object | null, field: UtscFieldOption["field"]) =>
      (values as Partial<Record<UtscFieldOption["field"], number | string>> | null)?.[field] ?? null;
    return {
      columns: FIELDS.filter(({ field }) => field !== "rowStatus").map(({ field, column: name }) => {
        const requested = of(session.requested, field);
        const accepted = of(session.accepted, field);
        const isChanged = requested !== null && accepted !== null && requested !== accepted;
        return {
          field,
          column: name,
          requested,
          written: requested,
          accepted,
          observed: of(session.observed, field),
          verdict: requested === null ? "notWritten" : isChanged ? "changed" : "asWritten",
          note: null,
        };
      }),
      readAt: session.accepted?.readAt ?? null,
    };
  }

  profileAnswer(): UtscProfileAnswer {
    const id = this.#chosen ?? "synthetic";
    return {
      profile: {
        id,
        name: PROFILES.find((profile) => profile.id === id)?.name ?? id,
        detectedBy: 'sysDescr "PNM Lab simulated CMTS"',
        isOverridden: this.#chosen !== null,
        detectedId: "synthetic",
        ruleCount: FIELDS.flatMap(({ rules }) => rules).length,
        quirks: [{ id: "files.perRun", text: "Ends a run after 150 files.", source: MADE_UP }],
      },
      available: PROFILES,
    };
  }

  choose(profile: string | null): UtscProfileAnswer {
    this.#chosen = profile;
    return this.profileAnswer();
  }

  modems(query: string, limit: number): CmtsModemList {
    const wanted = query.toLowerCase();
    const digits = wanted.replace(/[-:.]/g, "");
    const found = MODEMS.filter(
      ({ macAddress, ipv4Address }) =>
        macAddress.replaceAll(":", "").includes(digits) || ipv4Address?.includes(wanted),
    );
    return { modems: found.slice(0, limit), total: found.length, readAt: new Date().toISOString() };
  }

  dryRun({ cmtsId, rfPortIfIndex, ...request }: StartUtscSession): UtscDryRun {
    const options = this.options(cmtsId, rfPortIfIndex);
    const reading = readDraft(draftOf(request, options), options, SYNTHETIC_CHANNELS);
    const refusals = [...reading.issues].map(([field, issue]) => ({
      field,
      rule: issue.rule ?? "",
      value: reading.values[field] ?? null,
      message: issue.message,
      allowed: issue.message,
      suggestion: null,
      source: issue.source ?? MIB,
    }));
    const roundedUs = Math.ceil(request.repeatPeriodUs / 50_000) * 50_000;
    const sets = plannedSets(
      request,
      rfPortIfIndex,
      new Map(refusals.map(({ field, rule }) => [field, rule])),
    );
    return {
      cmtsId,
      rfPortIfIndex,
      rfPortName: options.rfPortName,
      profile: options.profile,
      effective: request,
      verdict: refusals.length > 0 ? "refused" : "ready",
      sentence: refusals.length > 0 ? "A value is refused." : "Every value would be sent.",
      sets,
      snmpset: sets
        .filter(({ changes, refusedBy }) => changes && refusedBy === null)
        .map(
          ({ oid, type, value }) =>
            `snmpset -v2c -c "$COMMUNITY" 127.0.0.1:1161 ${oid} ${type === "Integer" ? "i" : "u"} ${value}`,
        ),
      refusals,
      warnings:
        roundedUs === request.repeatPeriodUs
          ? []
          : [
              {
                field: "repeatPeriodUs",
                rule: "repeat.rounded",
                message: "Rounded up to a multiple of 50 ms.",
                expectedValue: roundedUs,
                source: MADE_UP,
              },
            ],
      row: { cfgIndex: 1, exists: true, measStatus: "inactive", fileName: null },
      upTimeTicks: null,
      filesPerRun: 150,
      room: [
        {
          scope: "port",
          name: options.rfPortName,
          most: 1,
          text: null,
          source: null,
          holders: [],
          isFull: false,
        },
        { scope: "chassis", name: null, most: null, text: null, source: null, holders: [], isFull: false },
      ],
      roomUnknown: null,
      session: null,
      readAt: new Date().toISOString(),
    };
  }
}

const FIELDS: UtscFieldOption[] = UTSC_FIELDS.map((field, index) => ({
  field,
  column: `docsPnmCmtsUtscCfg${field.charAt(0).toUpperCase()}${field.slice(1).replace(/(Hz|Us|Ms)$/, "")}`,
  oid: `${TABLE_OID}.${column(index)}`,
  kind: "integer",
  unit: null,
  state: "open",
  fixedValue: null,
  reason: null,
  source: null,
  defaultValue: null,
  usedByTriggerModes: null,
  values: null,
  rules: [],
  adjustments: [],
  ...PARTS[field],
}));

function portOf(rfPortIfIndex: number) {
  const port = syntheticRfPorts().find(({ ifIndex }) => ifIndex === rfPortIfIndex);
  if (!port) throw new ApiError("PORT_UNKNOWN", `There is no RF port ${rfPortIfIndex}`, 404);
  return port;
}

function plannedSets(
  request: Omit<StartUtscSession, "cmtsId" | "rfPortIfIndex">,
  rfPortIfIndex: number,
  refused: ReadonlyMap<string, string>,
): UtscPlannedSet[] {
  return FIELDS.flatMap(({ field, column: name, oid, kind }) => {
    const value = (request as Partial<Record<string, number | string>>)[field];
    if (value === undefined) return [];
    const current = CURRENT[field] ?? null;
    const names = ENUMERATIONS[field];
    const wire = (one: number | string) => (names ? names.indexOf(String(one)) + 1 : one);
    return [
      {
        pdu: 1,
        part: "configure" as const,
        oid: `${oid}.${rfPortIfIndex}.1`,
        name: `${name}.${rfPortIfIndex}.1`,
        field,
        type:
          kind === "enumeration"
            ? ("Integer" as const)
            : kind === "macAddress"
              ? ("OctetString" as const)
              : ("Unsigned32" as const),
        value: wire(value),
        valueName: names ? String(value) : null,
        currentValue: current === null ? null : wire(current),
        currentValueName: names && current !== null ? String(current) : null,
        changes: current !== value,
        refusedBy: refused.get(field) ?? null,
        onRefusal: "stop" as const,
      },
    ];
  });
}

const MODEMS: CmtsModem[] = Array.from({ length: 48 }, (_, index) => {
  const channel = SYNTHETIC_CHANNELS[index % SYNTHETIC_CHANNELS.length]!;
  return {
    id: index + 1,
    macAddress: `00:10:18:1a:2d:${(index + 16).toString(16).padStart(2, "0")}`,
    ipv4Address: `10.20.0.${index + 10}`,
    registrationState: index % 9 === 4 ? "ranging" : "operational",
    isOnline: index % 9 !== 4,
    channels: [
      {
        ifIndex: channel.ifIndex,
        name: channel.name,
        kind: channel.kind,
        rfPortIfIndex: 72,
        rfPortName: "us-conn 3/0",
      },
    ],
  };
});
