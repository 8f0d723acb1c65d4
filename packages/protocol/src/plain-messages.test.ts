import { expect, it } from "vitest";
import { agentToBackendSchema, backendToAgentSchema } from "./agent-link.ts";
import { isPlainGet, isPlainRequest, isPlainResponse, isPlainVarbinds } from "./plain-messages.ts";
import { snmpGetParamsSchema, varbindsResultSchema } from "./snmp.ts";

const CHECKS = {
  request: [isPlainRequest, backendToAgentSchema],
  response: [isPlainResponse, agentToBackendSchema],
  get: [isPlainGet, snmpGetParamsSchema],
  varbinds: [isPlainVarbinds, varbindsResultSchema],
} as const;

const target = { host: "10.0.0.1", port: 161, profile: "modem" };
const OID = "1.3.6.1.2.1.1.5.0";
const GOOD: Record<keyof typeof CHECKS, unknown[]> = {
  request: [{ type: "request", id: 1, method: "snmp.get", params: { any: [] }, deadlineMs: 5000 }],
  response: [
    { type: "response", id: 7, ok: true, result: {} },
    { type: "response", id: 7, ok: true, result: null },
  ],
  get: [
    { target, oids: [OID] },
    { target, oids: [OID, "1.3"], class: "batch" },
  ],
  varbinds: [
    { varbinds: [] },
    ...[
      { type: "Integer", value: -2147483648 },
      { type: "Unsigned32", value: 4294967295 },
      { type: "Counter32", value: 0 },
      { type: "TimeTicks", value: 1 },
      { type: "Counter64", value: "18446744073709551615" },
      { type: "OctetString", value: "00ff" },
      { type: "OctetString", value: "" },
      { type: "noSuchObject" },
      { type: "noSuchInstance" },
      { type: "endOfMibView" },
    ].map((value) => ({ varbinds: [{ oid: OID, value }] })),
  ],
};

/** What stands in place of each field and item in turn. */
const ODD: unknown[] = [
  undefined,
  null,
  true,
  false,
  "",
  "x",
  "1.3",
  "1.3.",
  ".1",
  "1..3",
  "0g",
  "abc",
  "AB",
  "1.3\n",
  "ok",
  "hello",
  -1,
  0,
  -0,
  1,
  1.5,
  65_536,
  2147483648,
  4294967296,
  1e300,
  {},
  [],
  [OID],
  { type: "Integer", value: 1.5 },
  { type: "Counter64", value: "123456789012345678901" },
  { type: "Null" },
  { type: "Opaque", value: "00" },
  { type: "IpAddress", value: "10.0.0.1" },
  Array.from({ length: 65 }, () => OID),
];

/** Every variant of `json` with one place replaced, removed, or one field more. */
function* variants(json: unknown): Generator<unknown> {
  yield* ODD;
  if (typeof json !== "object" || json === null) return;
  if (Array.isArray(json)) {
    for (const [at, item] of json.entries()) for (const odd of variants(item)) yield json.with(at, odd);
    return;
  }
  yield { ...json, more: true };
  yield { ...json, extra: 1 };
  for (const [name, value] of Object.entries(json)) {
    const { [name]: _, ...others } = json as Record<string, unknown>;
    yield others;
    yield { ...others, extra: value };
    for (const odd of variants(value)) yield { ...json, [name]: odd };
  }
}

it.each(Object.keys(CHECKS) as (keyof typeof CHECKS)[])(
  "the quick check of a %s takes the usual ones, and nothing that its schema would not take as it is",
  (kind) => {
    const [isPlain, schema] = CHECKS[kind];
    let count = 0;
    for (const good of GOOD[kind]) {
      expect(isPlain(good), JSON.stringify(good)).toBe(true);
      for (const variant of variants(good)) {
        const text = JSON.stringify(variant);
        // As it comes over the link.
        const json: unknown = text === undefined ? undefined : JSON.parse(text);
        if (!isPlain(json)) continue;
        count += 1;
        const parsed = schema.safeParse(json);
        expect(parsed.success, text).toBe(true);
        expect(parsed.data, text).toEqual(json);
      }
    }
    expect(count).toBeGreaterThan(0);
  },
);
