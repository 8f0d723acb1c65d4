import { z } from "zod";
import { buildInfoSchema } from "./build.ts";

export const doctorStatusSchema = z.enum(["pass", "warn", "fail"]);
export type DoctorStatus = z.infer<typeof doctorStatusSchema>;

/** One check of a deployment. A check that could not be made is a `warn` that says why, never a `pass`. */
export const doctorCheckSchema = z.strictObject({
  /** Stable name, for example `tftp.same-directory`; of one CMTS `snmp.reach.ID`. */
  id: z.string(),
  /** What is checked, in a few words. */
  title: z.string(),
  status: doctorStatusSchema,
  found: z.string(),
  expected: z.string(),
  /** What to do; empty where nothing is to be done. */
  fix: z.string(),
});
export type DoctorCheck = z.infer<typeof doctorCheckSchema>;

/** `GET /api/doctor`: every check of the backend, made for this answer. */
export const doctorReportSchema = z.strictObject({
  startedAt: z.iso.datetime(),
  durationMs: z.number(),
  /** Without the checks that wait for other machines; those are not in the list. */
  quick: z.boolean(),
  build: buildInfoSchema,
  salt: z.string(),
  /** Of the backend's settings, by name of the variable: 12 hex digits of SHA-256 over `salt:NAME:text`. */
  fingerprints: z.record(z.string(), z.string()),
  checks: z.array(doctorCheckSchema),
});
export type DoctorReport = z.infer<typeof doctorReportSchema>;

/** `?quick=1` leaves out what waits for other machines; `?format=tsv` answers in lines for scripts. */
export const doctorQuerySchema = z.strictObject({
  quick: z.enum(["0", "1"]).default("0"),
  format: z.enum(["json", "tsv"]).default("json"),
});

const ORDER: readonly DoctorStatus[] = ["fail", "warn", "pass"];

/** Failures first, then warnings, then what passes; otherwise in the order in which they came. */
export function worstFirst(checks: readonly DoctorCheck[]): DoctorCheck[] {
  return [...checks].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
}

/** `1 fails, 2 warn, 12 pass`. */
export function doctorSummary(checks: readonly DoctorCheck[]): string {
  const count = (status: DoctorStatus) => checks.filter((check) => check.status === status).length;
  const [failing, warning, passing] = [count("fail"), count("warn"), count("pass")];
  return `${failing} ${failing === 1 ? "fails" : "fail"}, ${warning} ${warning === 1 ? "warns" : "warn"}, ${passing} ${passing === 1 ? "passes" : "pass"}`;
}

/** The report as plain text, failures first, for a mail or a ticket. */
export function doctorText({ startedAt, build, checks }: DoctorReport): string {
  const head = `PNM Lab ${build.version} (${build.commit}${build.dirty ? "-dirty" : ""}), checked ${startedAt}: ${doctorSummary(checks)}`;
  const entries = worstFirst(checks).map(({ status, id, title, found, expected, fix }) => {
    const lines = [`${status.toUpperCase()} ${id}: ${title}`, `     found: ${found}`];
    if (status !== "pass") lines.push(`     expected: ${expected}`, ...(fix ? [`     fix: ${fix}`] : []));
    return lines.join("\n");
  });
  return [head, ...entries, ""].join("\n");
}

/**
 * The report in lines of fields parted by tabs, for a shell: `BUILD commit dirty builtAt`, `TIME unixMs`,
 * `SALT hex`, `SETTING name fingerprint` and `CHECK STATUS id title found expected fix`.
 *
 * @param nowMs Clock of the backend as the answer leaves it, Unix milliseconds.
 */
export function doctorTsv(report: DoctorReport, nowMs: number): string {
  const { build, salt, fingerprints, checks } = report;
  const rows: readonly (readonly string[])[] = [
    ["BUILD", build.commit, String(build.dirty), build.builtAt],
    ["TIME", String(Math.round(nowMs))],
    ["SALT", salt],
    ...Object.entries(fingerprints).map(([name, fingerprint]) => ["SETTING", name, fingerprint]),
    ...checks.map(({ status, id, title, found, expected, fix }) => [
      "CHECK",
      status.toUpperCase(),
      id,
      title,
      found,
      expected,
      fix,
    ]),
  ];
  return rows.map((row) => `${row.map(oneField).join("\t")}\n`).join("");
}

/** A tab or a line end inside of a text would shift the fields after it. */
function oneField(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
