import type { PollPlan, PollPlanInput } from "@pnmlab/protocol";

/** A plan as it is typed. */
export interface PlanForm {
  name: string;
  enabled: boolean;
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

/** What a form begins with: two readings, and with them the first rates, come within a minute. */
export const NEW_PLAN: Readonly<PlanForm> = {
  name: "",
  enabled: true,
  intervalS: 30,
  jitterS: 15,
  devices: "",
  groups: ["upstream-channel-power", "upstream-snr"],
  metrics: "",
  thresholdMetric: "",
  thresholdDirection: "below",
  thresholdLimit: "",
  thresholdHysteresis: "",
};

const lines = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** A device as a line of the form. */
export function deviceLine({ label, host, port, profile }: PollPlan["devices"][number]): string {
  return `${label} ${host.includes(":") ? `[${host}]` : host}:${port} ${profile}`;
}

/** A plan as a form to change it by. */
export function formOf(plan: PollPlan): PlanForm {
  const [threshold] = plan.thresholds;
  return {
    name: plan.name,
    enabled: plan.enabled,
    intervalS: plan.intervalS,
    jitterS: plan.jitterS,
    devices: plan.devices.map(deviceLine).join("\n"),
    groups: [...plan.groups],
    metrics: plan.metrics
      .map(({ name, oid, divisor, unit }) => `${name} ${oid} ${divisor} ${unit}`.trim())
      .join("\n"),
    thresholdMetric: threshold?.metric ?? "",
    thresholdDirection: threshold?.direction ?? "below",
    thresholdLimit: threshold ? String(threshold.limit) : "",
    thresholdHysteresis: threshold ? String(threshold.hysteresis) : "",
  };
}

/**
 * The plan that a form means, or the first line of it that cannot be read. What a form does not show of
 * the plan that it changes stays as it is: the agent, tables and counters among the metrics, thresholds
 * behind the first one.
 */
export function readPlanForm(form: PlanForm, changed?: PollPlan): ReadForm {
  const devices: PollPlanInput["devices"] = [];
  for (const line of lines(form.devices)) {
    const words = line.split(/[\s,]+/);
    const [address = "", profile = ""] = words.slice(-2);
    const label = words.slice(0, -2).join(" ");
    const [, host, port] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(address) ?? [];
    if (!label || !host) {
      return { ok: false, message: `Device "${line}": a line has a label, an address and a profile` };
    }
    devices.push({ label, host: host.replaceAll(/[[\]]/g, ""), port: Number(port ?? 161), profile });
  }
  if (devices.length === 0) return { ok: false, message: "A plan polls at least one device" };
  const metrics: NonNullable<PollPlanInput["metrics"]> = [];
  for (const line of lines(form.metrics)) {
    const [name, oid = "", divisor = "1", ...unit] = line.split(/[\s,]+/);
    if (!name || !/^\d+(\.\d+)+$/.test(oid) || !(Number(divisor) > 0)) {
      return { ok: false, message: `Metric "${line}": a line has a name, an OID, a divisor and a unit` };
    }
    const before = changed?.metrics.find((metric) => metric.name === name && metric.oid === oid);
    metrics.push({ ...before, name, oid, divisor: Number(divisor), unit: unit.join(" ") });
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
      agent: changed?.agent ?? null,
      enabled: form.enabled,
      intervalS: form.intervalS,
      jitterS: form.jitterS,
      devices,
      groups: form.groups,
      metrics,
      thresholds: [
        ...(metric ? [{ metric, direction: form.thresholdDirection, limit, hysteresis }] : []),
        ...(changed?.thresholds.slice(1) ?? []),
      ],
    },
  };
}
