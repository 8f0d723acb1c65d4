import { expect, test } from "vitest";
import { keepView, openedView } from "./kept-views.ts";
import type { PortOfCmts } from "./ports.ts";
import { aSession } from "./testing.ts";

const portOf = (ifIndex: number) => ({ cmts: { id: "cmts" }, port: { ifIndex } }) as PortOfCmts;
const MARKERS = "1_normal_live_27000000_x";

test("the view of a port comes back where its address says nothing", () => {
  const session = aSession();
  keepView(portOf(1), session, { m: MARKERS, f: "20_30" });
  expect(openedView(portOf(1), session, {})).toEqual({ m: MARKERS, f: "20_30" });
  expect(openedView(portOf(1), session, { f: "5_42" })).toEqual({ f: "5_42" });
  expect(openedView(portOf(2), session, {})).toEqual({});
  keepView(portOf(1), session, {});
  expect(openedView(portOf(1), session, {})).toEqual({});
});

test("zoom and levels do not come back once another band is captured; markers do", () => {
  const session = aSession();
  keepView(portOf(3), session, { m: MARKERS, f: "20_30", l: "0_10", c: "-40_0", tab: "truth" });
  const other = { ...session, requested: { ...session.requested, centerFrequencyHz: 150_000_000 } };
  expect(openedView(portOf(3), other, {})).toEqual({ m: MARKERS, tab: "truth" });
});
