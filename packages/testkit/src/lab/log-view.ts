interface LogLine {
  level: string;
  time: string;
  program: string;
  msg: string;
  [field: string]: unknown;
}

/** Fields that every line has or that the text already says. */
const PLAIN_FIELDS = new Set([
  "level",
  "time",
  "program",
  "msg",
  "build",
  "node",
  "pid",
  "settings",
  "reqId",
  "name",
]);

/**
 * One JSON log line of a program as a line for people:
 * `09:12:07.123 warn backend agent lab-1 lost since 09:12:03 address=10.1.2.3`.
 * Text that is no JSON (a crash) is passed on with the program's name.
 */
export function readableLine(program: string, text: string): string {
  const line = parse(text);
  if (!line) return `${clock(new Date())} ${program} ${text}`;
  const fields = Object.entries(line)
    .filter(([name, value]) => !PLAIN_FIELDS.has(name) && value !== undefined)
    .map(([name, value]) => `${name}=${fieldText(value)}`);
  const level = line.level === "info" ? "" : `${line.level} `;
  return [`${clock(new Date(line.time))} ${level}${line.program} ${line.msg}`, ...fields].join(" ");
}

function parse(text: string): LogLine | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}

function fieldText(value: unknown): string {
  if (typeof value === "string") return /\s/.test(value) ? JSON.stringify(value) : value;
  if (value && typeof value === "object" && "message" in value) return String(value.message);
  return JSON.stringify(value);
}

function clock(time: Date): string {
  const part = (value: number, digits = 2) => String(value).padStart(digits, "0");
  return `${part(time.getHours())}:${part(time.getMinutes())}:${part(time.getSeconds())}.${part(time.getMilliseconds(), 3)}`;
}
