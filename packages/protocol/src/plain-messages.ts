import { AGENT_METHODS, type AgentToBackend, type BackendToAgent } from "./agent-link.ts";
import type { SnmpTarget, Varbind } from "./snmp.ts";

/**
 * Checks of the messages that come by the ten thousand in a second, several times faster than their schemas. Each
 * says yes only to what its schema takes as it is; to anything else no, also where the schema would take it:
 * then the schema is asked, and says what is wrong.
 */

type Fields = Readonly<Record<string, unknown>>;

/** A request of the backend; its parameters are still unknown. */
export function isPlainRequest(json: unknown): json is Extract<BackendToAgent, { type: "request" }> {
  return (
    hasFields(json, 5) &&
    json.type === "request" &&
    isPositive(json.id) &&
    typeof json.method === "string" &&
    Object.hasOwn(AGENT_METHODS, json.method) &&
    "params" in json &&
    isPositive(json.deadlineMs)
  );
}

/** An answer that is no error and no chunk; its result is still unknown. */
export function isPlainResponse(
  json: unknown,
): json is Extract<AgentToBackend, { type: "response"; ok: true }> {
  return (
    hasFields(json, 4) &&
    json.type === "response" &&
    json.ok === true &&
    isPositive(json.id) &&
    "result" in json
  );
}

/** Parameters of `snmp.get` without a class, or with one. */
export function isPlainGet(
  params: unknown,
): params is { target: SnmpTarget; oids: string[]; class?: "interactive" | "batch" } {
  if (!isObject(params)) return false;
  const isClassed = params.class === "interactive" || params.class === "batch";
  return hasFields(params, isClassed ? 3 : 2) && isTarget(params.target) && isOids(params.oids);
}

/** Result of `snmp.get` and of every other request that is answered with varbinds. */
export function isPlainVarbinds(result: unknown): result is { varbinds: Varbind[] } {
  return hasFields(result, 1) && Array.isArray(result.varbinds) && result.varbinds.every(isVarbind);
}

function isTarget(target: unknown): boolean {
  return (
    hasFields(target, 3) &&
    isText(target.host) &&
    isText(target.profile) &&
    isPositive(target.port) &&
    target.port <= 65_535
  );
}

function isOids(oids: unknown): boolean {
  return Array.isArray(oids) && oids.length >= 1 && oids.length <= 64 && oids.every(isOid);
}

function isVarbind(varbind: unknown): boolean {
  return hasFields(varbind, 2) && isOid(varbind.oid) && isValue(varbind.value);
}

function isValue(field: unknown): boolean {
  if (!isObject(field)) return false;
  const { type, value } = field;
  switch (type) {
    case "Integer":
      return (
        hasFields(field, 2) && typeof value === "number" && value === (value | 0) && !Object.is(value, -0)
      );
    case "Unsigned32":
    case "Counter32":
    case "TimeTicks":
      return (
        hasFields(field, 2) && typeof value === "number" && value === value >>> 0 && !Object.is(value, -0)
      );
    case "Counter64":
      return hasFields(field, 2) && typeof value === "string" && /^\d{1,20}$/.test(value);
    case "OctetString":
      return hasFields(field, 2) && typeof value === "string" && isHex(value);
    case "noSuchObject":
    case "noSuchInstance":
    case "endOfMibView":
      return hasFields(field, 1);
    default:
      return false;
  }
}

const isHex = (text: string) => text.length % 2 === 0 && /^[0-9a-f]*$/.test(text);
const isOid = (oid: unknown) => typeof oid === "string" && /^\d+(?:\.\d+)+$/.test(oid);
const isText = (text: unknown) => typeof text === "string" && text.length > 0;
const isPositive = (number: unknown): number is number =>
  Number.isSafeInteger(number) && (number as number) > 0;

function isObject(json: unknown): json is Fields {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** Whether it has exactly so many fields. Only for what JSON.parse has made: it counts inherited ones. */
function hasFields(json: unknown, count: number): json is Fields {
  if (!isObject(json)) return false;
  let fields = 0;
  for (const _ in json) fields += 1;
  return fields === count;
}
