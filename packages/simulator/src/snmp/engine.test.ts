import { columnsOf, RowStatus, rowStatus } from "@pnmlab/docsis-mib";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  asking,
  decodeResponse,
  encodeRequest,
  integer,
  octets,
  type TestRequest,
  unsigned,
} from "../testing/requests.ts";
import { SnmpEngine } from "./engine.ts";
import { Faults } from "./faults.ts";
import type { Varbind } from "./message.ts";
import { MibView } from "./mib-view.ts";
import { compareOids, oidText, parseOid } from "./oid.ts";
import { ROW_STATE_VALUES, type RowState } from "./row-status.ts";
import { rowStatusWrite } from "./set-request.ts";
import { SnmpTable, scalars } from "./table.ts";
import { WritableTable } from "./writable-table.ts";

interface LimitRow {
  low: number;
  high: number;
  label: string;
  state: RowState;
}

const limit = columnsOf("1.3.9.2.1");
const lowObject = limit(2, "limitLow", "Unsigned32", "read-create");
const highObject = limit(3, "limitHigh", "Unsigned32", "read-create");
const labelObject = limit(4, "limitLabel", "OctetString", "read-create");
const stateObject = limit(5, "limitRowStatus", "Integer", "read-create", rowStatus);
const plain = columnsOf("1.3.9.1.1");
const words = columnsOf("1.3.9.3");

/** A view of one plain table, one table with a cross-column rule, and scalars. */
function start(options: { rows?: number; maxResponseOctets?: number } = {}) {
  const committed: string[] = [];
  const readings = new SnmpTable(
    [
      { object: plain(1, "reading", "Integer", "read-only"), read: (row: number) => row },
      {
        object: plain(2, "sparse", "OctetString", "read-only"),
        read: (row: number) => (row % 2 ? undefined : `row ${row}`),
      },
    ],
    Array.from({ length: options.rows ?? 5 }, (_, i) => ({ index: [i + 1], row: i + 1 })),
  );
  const limits = new WritableTable<LimitRow>(
    [
      {
        object: lowObject,
        read: (row) => row.low,
        write: {
          refuses: (value) => ((value as number) > 1000 ? "wrongValue" : undefined),
          assign: (row, value) => {
            row.low = value as number;
          },
        },
      },
      {
        object: highObject,
        read: (row) => row.high,
        write: {
          assign: (row, value) => {
            row.high = value as number;
          },
        },
      },
      {
        object: labelObject,
        read: (row) => row.label,
        write: {
          refuses: (value) => ((value as Uint8Array).length > 8 ? "wrongLength" : undefined),
          assign: (row, value) => {
            row.label = Buffer.from(value as Uint8Array).toString();
          },
        },
      },
      { object: stateObject, read: (row) => ROW_STATE_VALUES[row.state], write: rowStatusWrite },
    ],
    {
      create: (index) =>
        index.length === 1 && index[0]! < 100
          ? { low: 0, high: 10, label: "", state: "notReady" }
          : { refused: "noCreation" },
      copy: (row) => ({ ...row }),
      rowStatus: {
        object: stateObject,
        getState: (row) => row.state,
        setState: (row, state) => {
          row.state = state;
        },
        isReady: (row) => row.label !== "",
      },
      check: (draft) => {
        if (draft.after && draft.after.low > draft.after.high) {
          draft.refuse("inconsistentValue", "low over high", lowObject, highObject);
        }
      },
      committed: (draft) => committed.push(oidText(draft.index)),
    },
  );
  const texts = scalars({ text: "a text" }, [
    { object: words(1, "text", "OctetString", "read-only"), read: (row: { text: string }) => row.text },
    {
      object: words(2, "long", "OctetString", "read-only"),
      read: () => new Uint8Array(3000),
    },
  ]);
  const faults = new Faults();
  const engine = new SnmpEngine({
    view: new MibView([texts, limits, readings]),
    faults,
    readCommunity: "public",
    writeCommunity: "private",
    ...(options.maxResponseOctets === undefined ? {} : { maxResponseOctets: options.maxResponseOctets }),
  });
  const ask = (request: TestRequest) => {
    const response = engine.respond(encodeRequest(request));
    return response && decodeResponse(response);
  };
  const set = (...pairs: [string, Varbind["value"]][]) =>
    ask({
      tag: 0xa3,
      community: "private",
      varbinds: pairs.map(([oid, value]) => ({ oid: parseOid(oid), value })),
    })!;
  const get = (oid: string) => ask({ tag: 0xa0, varbinds: asking(oid) })!.varbinds[0]!.value;
  const bulk = (second: number, third: number, ...oids: string[]) =>
    ask({ tag: 0xa5, second, third, varbinds: asking(...oids) })!;
  return { ask, set, get, bulk, limits, faults, engine, committed };
}

const LOW = "1.3.9.2.1.2.1";
const HIGH = "1.3.9.2.1.3.1";
const LABEL = "1.3.9.2.1.4.1";
const STATE = "1.3.9.2.1.5.1";

test("GET tells an unknown object from an absent instance and answers the others", () => {
  const { ask } = start();
  const response = ask({
    tag: 0xa0,
    varbinds: asking("1.3.9.1.1.1.2", "1.3.9.1.1.1.9", "1.3.9.1.1.2.1", "1.3.9.7.0"),
  });
  expect(response).toMatchObject({ status: "noError", errorIndex: 0, requestId: 7 });
  expect(response?.varbinds.map(({ value }) => value.type)).toEqual([
    "Integer",
    "noSuchInstance",
    "noSuchInstance",
    "noSuchObject",
  ]);
});

test("SNMPv1 answers noSuchName with the position and the varbinds as they were sent", () => {
  const { ask } = start();
  const response = ask({ version: 0, tag: 0xa0, varbinds: asking("1.3.9.1.1.1.2", "1.3.9.1.1.1.9") });
  expect(response).toMatchObject({ status: "noSuchName", errorIndex: 2 });
  expect(response?.varbinds).toHaveLength(2);
  expect(ask({ version: 0, tag: 0xa1, varbinds: asking("1.3.9.4") })?.status).toBe("noSuchName");
  expect(ask({ version: 0, tag: 0xa5, third: 10, varbinds: asking("1.3") })).toBeUndefined();
});

test("GETNEXT goes column by column, leaves out absent instances and ends with endOfMibView", () => {
  const { ask } = start({ rows: 3 });
  const seen: string[] = [];
  let oid = "1.3";
  for (;;) {
    const { varbinds } = ask({ tag: 0xa1, varbinds: asking(oid) })!;
    if (varbinds[0]!.value.type === "endOfMibView") break;
    oid = oidText(varbinds[0]!.oid);
    seen.push(oid);
  }
  expect(seen).toEqual([
    "1.3.9.1.1.1.1",
    "1.3.9.1.1.1.2",
    "1.3.9.1.1.1.3",
    "1.3.9.1.1.2.2",
    "1.3.9.3.1.0",
    "1.3.9.3.2.0",
  ]);
});

test("whatever OID it starts from, GETNEXT arrives behind it", () => {
  const { engine } = start({ rows: 40 });
  fc.assert(
    fc.property(fc.array(fc.nat(12), { minLength: 2, maxLength: 8 }), (parts) => {
      const oid = [1, 3, ...parts];
      const request = encodeRequest({ tag: 0xa1, varbinds: [{ oid, value: { type: "Null", value: null } }] });
      const [found] = decodeResponse(engine.respond(request)!).varbinds;
      if (found!.value.type !== "endOfMibView") expect(compareOids(found!.oid, oid)).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});

test("GETBULK counts repetitions for each varbind and answers non-repeaters once", () => {
  const { bulk } = start();
  const response = bulk(1, 3, "1.3.9.3", "1.3.9.1.1.1", "1.3.9.1.1.2");
  expect(response.varbinds.map(({ oid }) => oidText(oid))).toEqual([
    "1.3.9.3.1.0",
    "1.3.9.1.1.1.1",
    "1.3.9.1.1.2.2",
    "1.3.9.1.1.1.2",
    "1.3.9.1.1.2.4",
    "1.3.9.1.1.1.3",
    "1.3.9.3.1.0",
  ]);
});

test("GETBULK ends at the end of the view instead of repeating it", () => {
  const { bulk } = start();
  expect(bulk(0, 50, "1.3.9.3.2.0").varbinds.map(({ value }) => value.type)).toEqual(["endOfMibView"]);
  const both = bulk(0, 2, "1.3.9.3.2.0", "1.3.9.1.1.1.1").varbinds.map(({ value }) => value.type);
  expect(both).toEqual(["endOfMibView", "Integer", "endOfMibView", "Integer"]);
});

test("a GETBULK response stays within 1,400 octets by fewer repetitions, never by tooBig", () => {
  const { engine } = start({ rows: 500 });
  const bytes = engine.respond(
    encodeRequest({ tag: 0xa5, third: 500, varbinds: asking("1.3.9.1.1.1", "1.3.9.1.1.2") }),
  )!;
  expect(bytes.length).toBeLessThanOrEqual(1400);
  expect(bytes.length).toBeGreaterThan(1300);
  expect(decodeResponse(bytes).status).toBe("noError");
});

test("a value that is larger than the GETBULK limit comes alone, so that a walk goes on", () => {
  const { bulk } = start();
  const response = bulk(0, 10, "1.3.9.3.1");
  expect(response.varbinds).toHaveLength(1);
  expect(response.varbinds[0]!.value).toMatchObject({ type: "OctetString" });
  expect(bulk(0, 10, "1.3.9.3.2.0").varbinds[0]!.value.type).toBe("endOfMibView");
});

test("a GET whose response is larger than the device can send is tooBig", () => {
  const { ask } = start({ maxResponseOctets: 1472 });
  expect(ask({ tag: 0xa0, varbinds: asking("1.3.9.3.2.0") })).toMatchObject({
    status: "tooBig",
    errorIndex: 0,
    varbinds: [],
  });
});

test("an unknown community and a malformed datagram stay without answer, and the engine goes on", () => {
  const { ask, engine, get } = start();
  expect(ask({ tag: 0xa0, community: "guess", varbinds: asking("1.3.9.3.1.0") })).toBeUndefined();
  expect(engine.respond(Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x01))).toBeUndefined();
  expect(engine.respond(new Uint8Array())).toBeUndefined();
  expect(ask({ tag: 0xa0, version: 3, varbinds: asking("1.3.9.3.1.0") })).toBeUndefined();
  expect(get("1.3.9.3.1.0").type).toBe("OctetString");
  expect(engine.counters).toMatchObject({ unknownCommunity: 1, malformed: 3, requests: 1 });
});

test("a SET with the read community is noAccess", () => {
  const { ask } = start();
  const varbinds = [{ oid: parseOid(LOW), value: unsigned(1) }];
  expect(ask({ tag: 0xa3, community: "public", varbinds })).toMatchObject({
    status: "noAccess",
    errorIndex: 1,
  });
  expect(ask({ tag: 0xa3, version: 0, community: "public", varbinds })?.status).toBe("noSuchName");
});

test("a row is created, completed and activated, and reads back as active, not as createAndGo", () => {
  const { set, get } = start();
  expect(set([STATE, integer(RowStatus.createAndWait)]).status).toBe("noError");
  expect(get(STATE)).toEqual(integer(RowStatus.notReady));
  expect(set([STATE, integer(RowStatus.active)])).toMatchObject({
    status: "inconsistentValue",
    errorIndex: 1,
  });
  expect(set([LABEL, octets("one")]).status).toBe("noError");
  expect(get(STATE)).toEqual(integer(RowStatus.notInService));
  expect(set([STATE, integer(RowStatus.active)]).status).toBe("noError");
  expect(get(STATE)).toEqual(integer(RowStatus.active));
  expect(set([STATE, integer(RowStatus.createAndGo)]).status).toBe("inconsistentValue");
  expect(set([STATE, integer(RowStatus.destroy)]).status).toBe("noError");
  expect(get(STATE).type).toBe("noSuchInstance");
  expect(set([STATE, integer(RowStatus.destroy)]).status).toBe("noError");
});

test("createAndGo takes the columns of its own request, wherever they stand in it", () => {
  const { set, get } = start();
  expect(set([STATE, integer(RowStatus.createAndGo)]).status).toBe("inconsistentValue");
  expect(get(STATE).type).toBe("noSuchInstance");
  expect(set([STATE, integer(RowStatus.createAndGo)], [LABEL, octets("one")]).status).toBe("noError");
  expect(get(STATE)).toEqual(integer(RowStatus.active));
});

test("a SET is checked as it would be afterwards: two columns may swap their order at once", () => {
  const { set, get } = start();
  set([STATE, integer(RowStatus.createAndGo)], [LABEL, octets("one")]);
  expect(set([LOW, unsigned(20)])).toMatchObject({ status: "inconsistentValue", errorIndex: 1 });
  expect(get(LOW)).toEqual(unsigned(0));
  expect(set([LOW, unsigned(20)], [HIGH, unsigned(30)]).status).toBe("noError");
  expect(set([HIGH, unsigned(1)], [LOW, unsigned(0)]).status).toBe("noError");
  expect([get(LOW), get(HIGH)]).toEqual([unsigned(0), unsigned(1)]);
});

test("all varbinds of a SET are applied or none, and the response echoes them", () => {
  const { set, get, committed } = start();
  set([STATE, integer(RowStatus.createAndGo)], [LABEL, octets("one")], [LOW, unsigned(5)]);
  const response = set([LOW, unsigned(7)], [LABEL, octets("two")], [HIGH, unsigned(3)]);
  expect(response).toMatchObject({ status: "inconsistentValue", errorIndex: 3 });
  expect(response.varbinds.map(({ value }) => value)).toEqual([unsigned(7), octets("two"), unsigned(3)]);
  expect(get(LOW)).toEqual(unsigned(5));
  expect(Buffer.from(get(LABEL).value as Uint8Array).toString()).toBe("one");
  expect(committed).toEqual(["1"]);
});

test.each([
  ["wrongType", LOW, integer(1)],
  ["wrongType", LABEL, integer(1)],
  ["wrongLength", LABEL, octets("much too long")],
  ["wrongValue", LOW, unsigned(1001)],
  ["wrongValue", STATE, integer(RowStatus.notReady)],
  ["wrongValue", STATE, integer(9)],
  ["noCreation", "1.3.9.2.1.2.500", unsigned(1)],
  ["inconsistentName", LOW, unsigned(1)],
  ["notWritable", "1.3.9.1.1.1.1", integer(1)],
  ["notWritable", "1.3.9.8.0", integer(1)],
] as const)("a SET is refused with %s", (status, oid, value) => {
  const { set } = start();
  expect(set([oid, value])).toMatchObject({ status, errorIndex: 1 });
});

test("faults stack, the newest first, and come off again", () => {
  const { faults, get, ask, set } = start();
  const off = faults.add({ oid: "1.3.9.1.1.1", behaviour: { kind: "value", value: 3 } });
  faults.add({ oid: "1.3.9.1.1.1.2", behaviour: { kind: "value", value: 4 }, times: 1 });
  expect(get("1.3.9.1.1.1.2")).toEqual(integer(4));
  expect(get("1.3.9.1.1.1.2")).toEqual(integer(3));
  off();
  expect(get("1.3.9.1.1.1.2")).toEqual(integer(2));

  faults.add({ oid: "1.3.9.1", behaviour: { kind: "error", status: "genErr" } });
  expect(ask({ tag: 0xa1, varbinds: asking("1.3.9") })).toMatchObject({ status: "genErr", errorIndex: 1 });
  faults.clear();
  faults.add({ oid: "1.3.9.3", behaviour: { kind: "dropRequest" } });
  expect(ask({ tag: 0xa0, varbinds: asking("1.3.9.3.1.0") })).toBeUndefined();
  faults.clear();

  set([STATE, integer(RowStatus.createAndGo)], [LABEL, octets("one")]);
  faults.add({
    oid: LOW,
    operations: ["set"],
    behaviour: { kind: "error", status: "commitFailed" },
    times: 1,
  });
  expect(set([HIGH, unsigned(9)], [LOW, unsigned(2)])).toMatchObject({
    status: "commitFailed",
    errorIndex: 2,
  });
  faults.add({ oid: LOW, behaviour: { kind: "ignoreSet" }, times: 1 });
  expect(set([LOW, unsigned(2)]).status).toBe("noError");
  expect(get(LOW)).toEqual(unsigned(0));
  faults.add({ oid: LOW, operations: ["set"], behaviour: { kind: "dropResponse" } });
  expect(set([LOW, unsigned(2)])).toBeUndefined();
  expect(get(LOW)).toEqual(unsigned(2));
});

test("the last requests are on record", () => {
  const { ask, engine, set } = start();
  ask({ tag: 0xa0, varbinds: asking("1.3.9.3.1.0") });
  set([LOW, unsigned(1)]);
  expect(engine.recorded).toMatchObject([
    { kind: "get", oids: ["1.3.9.3.1.0"], status: "noError" },
    { kind: "set", oids: [LOW], status: "inconsistentName" },
  ]);
});
