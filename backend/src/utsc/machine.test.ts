import { UTSC_SESSION_STATES, type UtscSessionState } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { type UtscSessionEvent, utscSessionTable } from "./machine.ts";

const table: [UtscSessionState, UtscSessionEvent, UtscSessionState][] = [
  ["idle", "configure", "configuring"],
  ["idle", "adopted", "running"],
  ["idle", "frame", "receiving"],
  ["idle", "hindered", "stalled"],
  ["idle", "stop", "stopping"],
  ["idle", "fail", "failed"],
  ["configuring", "started", "armed"],
  ["configuring", "frame", "receiving"],
  ["configuring", "hindered", "stalled"],
  ["configuring", "stop", "stopping"],
  ["configuring", "fail", "failed"],
  ["armed", "busySeen", "running"],
  ["armed", "frame", "receiving"],
  ["armed", "silence", "stalled"],
  ["armed", "hindered", "stalled"],
  ["armed", "configure", "configuring"],
  ["armed", "stop", "stopping"],
  ["armed", "fail", "failed"],
  ["running", "frame", "receiving"],
  ["running", "silence", "stalled"],
  ["running", "configure", "configuring"],
  ["running", "stop", "stopping"],
  ["running", "fail", "failed"],
  ["receiving", "frame", "receiving"],
  ["receiving", "silence", "stalled"],
  ["receiving", "configure", "configuring"],
  ["receiving", "stop", "stopping"],
  ["receiving", "fail", "failed"],
  ["stalled", "frame", "receiving"],
  ["stalled", "hindered", "stalled"],
  ["stalled", "configure", "configuring"],
  ["stalled", "stop", "stopping"],
  ["stalled", "fail", "failed"],
  ["stopping", "settled", "stopped"],
  ["failed", "stop", "stopping"],
];

test("the table has exactly these transitions", () => {
  const actual = Object.entries(utscSessionTable).flatMap(([state, events]) =>
    Object.entries(events).map(([event, next]) => [state, event, next].join(" ")),
  );
  expect(actual.sort()).toEqual(table.map((row) => row.join(" ")).sort());
  expect(Object.keys(utscSessionTable)).toEqual([...UTSC_SESSION_STATES]);
});

test("a user can stop from every state that is not already stopped or stopping", () => {
  const stoppable = UTSC_SESSION_STATES.filter((state) => utscSessionTable[state].stop !== undefined);
  expect(stoppable).toEqual(["idle", "configuring", "armed", "running", "receiving", "stalled", "failed"]);
});

test("nothing leads out of stopped: a new start makes a new session", () => {
  expect(utscSessionTable.stopped).toEqual({});
});
