import { PnmLabError } from "@pnmlab/kit";
import type { SnmpTarget, SweepAnswer, Varbind } from "@pnmlab/protocol";
import type { SnmpStreamGateway, StreamOptions } from "../contracts.ts";
import type { AgentConnection } from "./connection.ts";
import type { AgentRegistry } from "./registry.ts";

/** How long a stream may take where the caller does not say. */
const DEFAULT_DEADLINE_MS = 60_000;

/** Rows that come while the agent reads them, through the agent that reaches the target. */
export function createSnmpStreamGateway(registry: AgentRegistry): SnmpStreamGateway {
  const requestsTo = (target: SnmpTarget): AgentConnection["requests"] => {
    const best = registry.agentFor(target);
    if (best.connection) return best.connection.requests;
    throw new PnmLabError("AGENT_UNAVAILABLE", best.sentence, { retryable: true });
  };
  return {
    walk: (target, oid, options) =>
      requestsTo(target).stream("snmp.walkStream", { target, oid, ...classOf(options) }, limits(options)),
    async *table(target, entryOid, columns, options) {
      const params = { target, entryOid, columns: [...columns], ...classOf(options) };
      for await (const cells of requestsTo(target).stream("snmp.table", params, limits(options))) {
        yield rowsOf(entryOid, cells);
      }
    },
    async *sweep(targets, oids, { targetDeadlineMs, ...options } = {}) {
      for (const [requests, numbers] of byAgent(targets, requestsTo)) {
        const asked = numbers.map((number) => targets[number]!);
        const params = {
          targets: asked,
          oids: [...oids],
          ...(targetDeadlineMs === undefined ? {} : { targetDeadlineMs }),
        };
        for await (const answers of requests.stream("snmp.sweep", params, limits(options))) {
          yield answers.map((answer): SweepAnswer => ({ ...answer, target: numbers[answer.target]! }));
        }
      }
    },
  };
}

/** Places of the targets by the agent that reaches them. */
function byAgent(
  targets: readonly SnmpTarget[],
  requestsTo: (target: SnmpTarget) => AgentConnection["requests"],
): Map<AgentConnection["requests"], number[]> {
  const groups = new Map<AgentConnection["requests"], number[]>();
  for (const [number, target] of targets.entries()) {
    const requests = requestsTo(target);
    const group = groups.get(requests);
    if (group) group.push(number);
    else groups.set(requests, [number]);
  }
  return groups;
}

/** Cells that stand together by row, as rows. */
function rowsOf(entryOid: string, cells: readonly Varbind[]) {
  const rows: { index: string; cells: Map<number, Varbind["value"]> }[] = [];
  for (const { oid, value } of cells) {
    const below = oid.slice(entryOid.length + 1);
    const dot = below.indexOf(".");
    const index = below.slice(dot + 1);
    let row = rows.at(-1);
    if (row?.index !== index) {
      row = { index, cells: new Map() };
      rows.push(row);
    }
    row.cells.set(Number(below.slice(0, dot)), value);
  }
  return rows;
}

function classOf({ class: priority }: StreamOptions = {}) {
  return priority === undefined ? {} : { class: priority };
}

function limits({ deadlineMs = DEFAULT_DEADLINE_MS, signal }: StreamOptions = {}) {
  return { deadlineMs, ...(signal && { signal }) };
}
