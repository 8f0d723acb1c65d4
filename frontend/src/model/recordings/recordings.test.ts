import type { Recording } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { SyntheticRecordings } from "../../api/synthetic/synthetic-recordings.ts";
import { defaultRequest } from "../utsc-form.ts";
import { filterRecordings, sortRecordings } from "./recording-list.ts";
import { recordingChoice, recordingName, recordingTitle } from "./recording-name.ts";
import {
  localFieldOf,
  newScheduleForm,
  nextRunWords,
  portKey,
  readLocalField,
  readSchedule,
} from "./schedule-form.ts";

const NOW = new Date(2026, 10, 21, 9, 38).getTime();

async function three(): Promise<Recording[]> {
  const [kept] = await new SyntheticRecordings(NOW).list();
  return [
    { ...kept!, id: "a", label: "Rain", frames: 10 },
    { ...kept!, id: "b", kind: "ring", label: "", rfPortName: "us-conn 5/2", frames: 30 },
    { ...kept!, id: "c", kind: "triggered", label: "Event 4", note: "CB radio", frames: 20 },
  ];
}

test("recordings are found by name, note, port and kind", async () => {
  const all = await three();
  const found = (filter: string) => filterRecordings(all, filter).map(({ id }) => id);
  expect(found("")).toEqual(["a", "b", "c"]);
  expect(found("cb")).toEqual(["c"]);
  expect(found("port:5/2")).toEqual(["b"]);
  expect(found("kind:event lab-cmts")).toEqual(["c"]);
  expect(found("kind:ring rain")).toEqual([]);
});

test("a recording without a name is called by its port and when it begins, never by its id", () => {
  const recording = {
    label: "",
    kind: "kept" as const,
    cmtsId: "lab-cmts-1",
    rfPortName: "us-rf-0/0",
    firstMs: new Date(2026, 10, 22, 0, 56, 12).getTime(),
  };
  expect(recordingName(recording)).toBe("us-rf-0/0, 22 Nov 00:56");
  expect(recordingTitle(recording)).toBe("lab-cmts-1 us-rf-0/0, 22 Nov 00:56");
  expect(recordingChoice(recording)).toBe("us-rf-0/0, 22 Nov 00:56, lab-cmts-1");
  expect(recordingName({ ...recording, firstMs: null })).toBe("us-rf-0/0");
  const ring = { ...recording, kind: "ring" as const };
  expect(recordingName(ring)).toBe("Flight recorder");
  expect(recordingTitle(ring)).toBe("lab-cmts-1 us-rf-0/0, Flight recorder");
  expect(recordingChoice(ring)).toMatch(/^Flight recorder, lab-cmts-1 us-rf-0\/0, 22 Nov 00:56:12 /);
  expect(recordingTitle({ ...recording, label: "Rain" })).toBe("lab-cmts-1 us-rf-0/0, Rain");
});

test("recordings are sorted by any column, both ways", async () => {
  const all = await three();
  const order = (isDescending: boolean) =>
    sortRecordings(all, { column: "frames", isDescending }).map(({ id }) => id);
  expect(order(false)).toEqual(["a", "c", "b"]);
  expect(order(true)).toEqual(["b", "c", "a"]);
});

test("a new schedule begins with the next full hour, and is read as it is typed", () => {
  const form = { ...newScheduleForm(NOW, portKey("lab-cmts-1", 72)), label: " Night " };
  expect(form.startsAt).toBe("2026-11-21T10:00");
  const read = readSchedule(form, defaultRequest(null), NOW);
  expect(read).toMatchObject({
    ok: true,
    schedule: {
      cmtsId: "lab-cmts-1",
      rfPortIfIndex: 72,
      label: "Night",
      durationMinutes: 60,
      repeat: "once",
    },
  });
  expect(read.ok && Date.parse(read.schedule.startsAt)).toBe(NOW + 22 * 60_000);
});

test("the beginning is typed as an ISO date and 24 hours, with a space or a T", () => {
  const form = newScheduleForm(NOW, portKey("lab-cmts-1", 72));
  const read = (text: string) =>
    readSchedule({ ...form, startsAt: readLocalField(text) }, defaultRequest(null), NOW);
  expect(read(" 2026-11-22  21:30 ")).toMatchObject({
    schedule: { startsAt: new Date("2026-11-22T21:30").toISOString() },
  });
  for (const wrong of ["11/22/2026 09:30", "2026-11-22 9:30 PM", "2026-11-22"])
    expect(read(wrong).ok).toBe(false);
});

test("a schedule that cannot run says why", () => {
  const form = newScheduleForm(NOW, portKey("lab-cmts-1", 72));
  const messageOf = (part: Partial<typeof form>) => {
    const read = readSchedule({ ...form, ...part }, defaultRequest(null), NOW);
    return read.ok ? "" : read.message;
  };
  expect(messageOf({ port: "" })).toBe("Choose a port");
  expect(messageOf({ startsAt: localFieldOf(NOW - 3_600_000) })).toContain("in the past");
  expect(messageOf({ startsAt: localFieldOf(NOW - 3_600_000), repeat: "daily" })).toBe("");
  expect(messageOf({ durationMinutes: 20_000 })).toContain("a week");
});

test("the next run is told in words", () => {
  const schedule = {
    nextAt: new Date(NOW + 60_000).toISOString(),
    durationMinutes: 60,
    enabled: true,
  } as const;
  expect(nextRunWords({ ...schedule, repeat: "daily" }, NOW)).toMatch(
    /^Next 09:39:00, for .*, then every day$/,
  );
  expect(nextRunWords({ ...schedule, repeat: "once", enabled: false }, NOW)).toBe("Switched off");
  expect(nextRunWords({ ...schedule, repeat: "once", nextAt: null }, NOW)).toBe("No run to come");
});
