import { durationText } from "@pnmlab/kit";
import type { NewRecordingSchedule, RecordingSchedule, UtscRequest } from "@pnmlab/protocol";
import { formatTime } from "../format.ts";

/** A schedule as it is typed. */
export interface ScheduleForm {
  /** CMTS and ifIndex of the port, as `portKey` writes it. */
  port: string;
  label: string;
  /** Local time: `2026-11-21T09:30`. */
  startsAt: string;
  durationMinutes: number;
  repeat: RecordingSchedule["repeat"];
  enabled: boolean;
}

export function portKey(cmtsId: string, rfPortIfIndex: number): string {
  return `${rfPortIfIndex} ${cmtsId}`;
}

const two = (value: number) => String(value).padStart(2, "0");

/** A moment as the form keeps it. */
export function localFieldOf(timeMs: number): string {
  const time = new Date(timeMs);
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date}T${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** What is typed as a local date and time, `2026-11-21 09:30`, as the form keeps it. */
export function readLocalField(text: string): string {
  return text.trim().replace(/\s+/, "T");
}

/** What a form begins with: the next full hour. */
export function newScheduleForm(nowMs: number, port: string): ScheduleForm {
  const hour = new Date(nowMs);
  hour.setHours(hour.getHours() + 1, 0, 0, 0);
  return {
    port,
    label: "",
    startsAt: localFieldOf(hour.getTime()),
    durationMinutes: 60,
    repeat: "once",
    enabled: true,
  };
}

export function formOfSchedule(schedule: RecordingSchedule): ScheduleForm {
  const { cmtsId, rfPortIfIndex, label, startsAt, durationMinutes, repeat, enabled } = schedule;
  const port = portKey(cmtsId, rfPortIfIndex);
  return { port, label, startsAt: localFieldOf(Date.parse(startsAt)), durationMinutes, repeat, enabled };
}

/** 24 hours a day, and the year first, whatever the browser's language. */
const LOCAL_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/;

export type ReadSchedule = { ok: true; schedule: NewRecordingSchedule } | { ok: false; message: string };

/** The schedule of a form, or what is wrong with it. @param request set-up of the capture that it starts */
export function readSchedule(form: ScheduleForm, request: UtscRequest, nowMs: number): ReadSchedule {
  const [index = "", ...cmts] = form.port.split(" ");
  const startsMs = LOCAL_TIME.test(form.startsAt) ? Date.parse(form.startsAt) : Number.NaN;
  if (!/^\d+$/.test(index) || cmts.length === 0) return { ok: false, message: "Choose a port" };
  if (Number.isNaN(startsMs))
    return { ok: false, message: "Give the day and the time it starts as 2026-11-21 09:30" };
  if (form.repeat === "once" && form.enabled && startsMs < nowMs) {
    return { ok: false, message: "It starts in the past: choose a time to come, or let it repeat" };
  }
  if (!(form.durationMinutes > 0 && form.durationMinutes <= 10_080)) {
    return { ok: false, message: "It lasts more than 0 and up to 10 080 minutes, which is a week" };
  }
  const { label, durationMinutes, repeat, enabled } = form;
  return {
    ok: true,
    schedule: {
      cmtsId: cmts.join(" "),
      rfPortIfIndex: Number(index),
      label: label.trim(),
      request,
      startsAt: new Date(startsMs).toISOString(),
      durationMinutes,
      repeat,
      enabled,
    },
  };
}

const REPEAT_WORDS = { once: "", daily: ", then every day", weekly: ", then every week" };

/** "Next 22 Nov 02:00:00, for 60 min, then every day". */
export function nextRunWords(
  schedule: Pick<RecordingSchedule, "nextAt" | "durationMinutes" | "repeat" | "enabled">,
  nowMs: number,
): string {
  if (!schedule.enabled) return "Switched off";
  if (schedule.nextAt === null) return "No run to come";
  const lasts = durationText(schedule.durationMinutes * 60_000);
  return `Next ${formatTime(Date.parse(schedule.nextAt), nowMs)}, for ${lasts}${REPEAT_WORDS[schedule.repeat]}`;
}
