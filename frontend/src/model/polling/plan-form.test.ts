import type { PollPlan } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { formOf, NEW_PLAN, readPlanForm } from "./plan-form.ts";

const plan: PollPlan = {
  id: "p",
  version: 4,
  name: "Plant",
  agent: "far-1",
  enabled: false,
  intervalS: 60,
  jitterS: 20,
  devices: [
    { label: "CMTS of the hall", host: "10.0.0.1", port: 1161, profile: "hq" },
    { label: "six", host: "fd00::1", port: 161, profile: "hq" },
  ],
  groups: ["upstream-snr"],
  metrics: [
    {
      name: "in",
      oid: "1.3.6.1.2.1.2.2.1.10",
      table: true,
      kind: "counter",
      divisor: 125,
      unit: "kbit per s",
    },
  ],
  thresholds: [
    { metric: "upstream-snr", direction: "below", limit: 25, hysteresis: 2 },
    { metric: "in", direction: "above", limit: 9, hysteresis: 0 },
  ],
  updatedAt: "2026-01-01T00:00:00.000Z",
};

test("a plan that goes through the form unchanged is the same plan", () => {
  const { id: _, version: __, updatedAt: ___, ...input } = plan;
  expect(readPlanForm(formOf(plan), plan)).toEqual({ ok: true, plan: input });
});

test("what is changed in the form is changed in the plan, and what it does not show stays", () => {
  const form = { ...formOf(plan), intervalS: 30, thresholdLimit: "27", enabled: true };
  expect(readPlanForm(form, plan)).toMatchObject({
    ok: true,
    plan: {
      agent: "far-1",
      enabled: true,
      intervalS: 30,
      metrics: [{ table: true, kind: "counter" }],
      thresholds: [{ limit: 27 }, { metric: "in" }],
    },
  });
});

test("a line that cannot be read is named", () => {
  const refused = (change: object) => readPlanForm({ ...NEW_PLAN, devices: "a 10.0.0.1 hq", ...change });
  expect(refused({})).toMatchObject({ ok: true, plan: { devices: [{ label: "a", port: 161 }] } });
  expect(refused({ devices: "a 10.0.0.1" })).toMatchObject({
    message: expect.stringContaining('"a 10.0.0.1"'),
  });
  expect(refused({ metrics: "x 1" })).toMatchObject({ message: expect.stringContaining('"x 1"') });
  expect(refused({ devices: "" })).toMatchObject({ ok: false });
});
