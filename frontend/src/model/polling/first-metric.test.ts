import type { PollGroup, PollPlan } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { firstMetric } from "./first-metric.ts";

const groups = [
  { name: "modem", metrics: [{ name: "rx" }] },
  { name: "upstream", metrics: [{ name: "snr" }, { name: "errors" }] },
] as unknown as PollGroup[];
const plan = { devices: [{ label: "cmts-1" }], groups: ["upstream", "modem"] } as unknown as PollPlan;

test("the metric shown first is of the plan's first group, as far as it has been read", () => {
  expect(firstMetric("cmts-1", [plan], groups, ["rx", "errors", "snr"])).toBe("snr");
  expect(firstMetric("cmts-1", [plan], groups, ["rx", "errors"])).toBe("errors");
  expect(firstMetric("cmts-2", [plan], groups, ["rx", "snr"])).toBe("rx");
  expect(firstMetric("cmts-1", [plan], groups, [])).toBeUndefined();
});
