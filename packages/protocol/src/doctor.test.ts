import { expect, test } from "vitest";
import { type DoctorCheck, type DoctorReport, doctorSummary, doctorText, doctorTsv } from "./doctor.ts";

const pass: DoctorCheck = {
  id: "storage.disk",
  title: "Room on the disks",
  status: "pass",
  found: "12.0 GiB free",
  expected: "1.0 GiB free",
  fix: "",
};
const fail: DoctorCheck = {
  ...pass,
  id: "tftp.server",
  title: "TFTP server",
  status: "fail",
  found: "no\tanswer\non 127.0.0.1:6969",
  fix: "start it",
};
const report: DoctorReport = {
  startedAt: "2026-01-01T00:00:00.000Z",
  durationMs: 12,
  quick: false,
  build: { version: "0.1.0", commit: "0123456789", dirty: true, builtAt: "2026-01-01T00:00:00.000Z" },
  salt: "00ff",
  fingerprints: { PNMLAB_HTTP_PORT: "0123456789ab" },
  checks: [pass, fail],
};

test("a report in lines has one check a line, whatever the texts hold", () => {
  expect(doctorTsv(report, 1234.5).split("\n")).toEqual([
    "BUILD\t0123456789\ttrue\t2026-01-01T00:00:00.000Z",
    "TIME\t1235",
    "SALT\t00ff",
    "SETTING\tPNMLAB_HTTP_PORT\t0123456789ab",
    "CHECK\tPASS\tstorage.disk\tRoom on the disks\t12.0 GiB free\t1.0 GiB free\t",
    "CHECK\tFAIL\ttftp.server\tTFTP server\tno answer on 127.0.0.1:6969\t1.0 GiB free\tstart it",
    "",
  ]);
});

test("a report as text begins with what fails, and says nothing to do where nothing is to be done", () => {
  const text = doctorText(report);
  expect(text).toContain(
    "PNM Lab 0.1.0 (0123456789-dirty), checked 2026-01-01T00:00:00.000Z: 1 fails, 0 warn, 1 passes",
  );
  expect(text.indexOf("FAIL tftp.server")).toBeLessThan(text.indexOf("PASS storage.disk"));
  expect(text.match(/fix:/g)).toHaveLength(1);
  expect(doctorSummary([])).toBe("0 fail, 0 warn, 0 pass");
});
