import { UTSC_TRIGGER_MODES } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { exampleSession } from "../_test/support.ts";
import { judgeOptionsOf } from "./judge-options.ts";
import { selectingTriggerOf } from "./selecting-trigger.ts";

test("frames by the clock are of whoever sends; all other triggers select them", () => {
  const selecting = UTSC_TRIGGER_MODES.filter((triggerMode) =>
    selectingTriggerOf({ requested: { triggerMode }, accepted: null }),
  );
  expect(selecting).toEqual(["sid", "idleSid", "cmMac", "quietProbeSymbol", "burstIuc", "activeProbeSymbol"]);
  expect(selectingTriggerOf({ requested: {}, accepted: null })).toBeUndefined();
  expect(selectingTriggerOf(undefined)).toBeUndefined();
});

test("the trigger that the CMTS tells counts before the one that was asked for, and changes what judges the frames", () => {
  const { requested, accepted } = exampleSession("s-1");
  const captured = { requested, accepted, channels: [], isUncalibrated: false };
  expect(judgeOptionsOf(captured, {}).isTriggered).toBeUndefined();
  const idle = { ...captured, requested: { ...requested, triggerMode: "idleSid" as const } };
  expect(judgeOptionsOf({ ...idle, accepted: null }, {}).isTriggered).toBe(true);
  const told = { ...accepted!, triggerMode: "freeRunning" as const };
  expect(judgeOptionsOf({ ...idle, accepted: told }, {}).isTriggered).toBeUndefined();
});
