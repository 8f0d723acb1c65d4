import type { PollPlanInput } from "@pnmlab/protocol";

/** A new plan as it is typed. */
export interface PlanForm {
  name: string;
  intervalS: number;
  jitterS: number;
  /** One device a line: label, address with or without a port, profile. */
  devices: string;
  groups: string[];
  /** Further metrics, one a line: name, OID, divisor, unit. */
  metrics: string;
  thresholdMetric: string;
  thresholdDirection: "above" | "below";
  thresholdLimit: string;
  thresholdHysteresis: string;
}

export type ReadForm = { ok: true; plan: PollPlanInput } | { ok: false; message: string };

const lines = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** The plan that a form means, or the first line of it that cannot be read. */
export function readPlanForm(form: PlanForm): ReadForm {
  const devices: PollPlanInput["devices"] = [];
  for (const line of lines(form.devices)) {
    const [label, address, profile, ...rest] = line.split(/[\s,]+/);
    const [, host, port] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(address ?? "") ?? [];
    if (!label || !host || !profile || rest.length > 0) {
      return { ok: false, message: `Device "${line}": a line has a label, an address and a profile` };
    }
    devices.push({ label, host: host.replaceAll(/[[\]]/g, ""), port: Number(port ?? 161), profile });
  }
  if (devices.length === 0) return { ok: false, message: "A plan polls at least one device" };
  const metrics: NonNullable<PollPlanInput["metrics"]> = [];
  for (const line of lines(form.metrics)) {
    const [name, oid, divisor = "1", unit = "", ...rest] = line.split(/[\s,]+/);
    if (!name || !/^\d+(\.\d+)+$/.test(oid ?? "") || !(Number(divisor) > 0) || rest.length > 0) {
      return { ok: false, message: `Metric "${line}": a line has a name, an OID, a divisor and a unit` };
    }
    metrics.push({ name, oid: oid!, divisor: Number(divisor), unit });
  }
  const limit = Number(form.thresholdLimit);
  const hysteresis = Number(form.thresholdHysteresis || "0");
  const metric = form.thresholdMetric.trim();
  if (metric && (form.thresholdLimit.trim() === "" || !Number.isFinite(limit) || !(hysteresis >= 0))) {
    return { ok: false, message: "A threshold has a limit, and a hysteresis that is not negative" };
  }
  return {
    ok: true,
    plan: {
      name: form.name.trim(),
      intervalS: form.intervalS,
      jitterS: form.jitterS,
      devices,
      groups: form.groups,
      metrics,
      thresholds: metric ? [{ metric, direction: form.thresholdDirection, limit, hysteresis }] : [],
    },
  };
}
