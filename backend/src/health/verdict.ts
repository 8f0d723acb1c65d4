import { type CheckResult, degraded, failed, ok } from "./check.ts";

/** What a look at something gave, part by part; health and doctor tell it in the same words. */
export interface Verdict {
  status: "pass" | "warn" | "fail";
  found: string;
  expected: string;
  /** What to do; empty where nothing is to be done. */
  fix: string;
}

export function pass(found: string, expected: string): Verdict {
  return { status: "pass", found, expected, fix: "" };
}

export function warn(found: string, expected: string, fix: string): Verdict {
  return { status: "warn", found, expected, fix };
}

export function fail(found: string, expected: string, fix: string): Verdict {
  return { status: "fail", found, expected, fix };
}

const ORDER = ["pass", "warn", "fail"];

/** The verdict that says more; the first where both say as much. */
export function worse(a: Verdict, b: Verdict): Verdict {
  return ORDER.indexOf(b.status) > ORDER.indexOf(a.status) ? b : a;
}

/** A verdict as a check of `/api/health`: one sentence with what to do. */
export function resultOf({ status, found, fix }: Verdict): CheckResult {
  const detail = fix ? `${found}: ${fix}` : found;
  return { pass: ok, warn: degraded, fail: failed }[status](detail);
}
