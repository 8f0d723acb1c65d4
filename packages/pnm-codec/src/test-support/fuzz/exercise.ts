import {
  captureUnixTimeS,
  type DecodeHints,
  decodePnm,
  describeHeader,
  encodePnm,
  expectedLength,
  PnmDecodeError,
  type PnmRecord,
  plotOf,
  summarize,
} from "../../index.ts";

/** Milliseconds that no call may take. */
export const LONGEST_CALL_MS = 50;

/** Measures calls; the slowest one is kept by name. */
export interface Clock {
  /** Milliseconds from any start: of the wall, or of the processor, which other programs do not stretch. */
  nowMs(): number;
  slowestMs: number;
  slowestCall: string;
}

export function wallClock(): Clock {
  return { nowMs: () => performance.now(), slowestMs: 0, slowestCall: "" };
}

export function processorClock(): Clock {
  const nowMs = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  return { nowMs, slowestMs: 0, slowestCall: "" };
}

/** The kind of an accepted file or the code of a refusal. @throws Error where a promise of the codec is broken */
export function exercise(bytes: Uint8Array, hints: DecodeHints, isDeep: boolean, clock: Clock): string {
  const length = timed(clock, "expectedLength", () => expectedLength(bytes, hints));
  if (length !== undefined && !(Number.isSafeInteger(length) && length >= 0))
    throw new Error(`expectedLength gives ${length}`);
  const record = timed(clock, "decodePnm", () => accept(bytes, hints));
  if (record instanceof PnmDecodeError) {
    if (record.message === "") throw new Error("a refusal without a message");
    return record.code;
  }
  const again = timed(clock, "encodePnm", () => encodePnm(record));
  if (!isSame(again, bytes)) throw new Error("encodes back to other bytes");
  checkHeader(record, bytes.length, clock);
  checkMemory(record, bytes.length);
  if (isDeep) {
    checkPlot(record, clock);
    captureUnixTimeS(record, hints.fileName);
    JSON.stringify(timed(clock, "summarize", () => summarize(record, bytes, () => "")));
  }
  return record.kind;
}

function accept(bytes: Uint8Array, hints: DecodeHints): PnmRecord | PnmDecodeError {
  try {
    return decodePnm(bytes, hints);
  } catch (error) {
    if (error instanceof PnmDecodeError) return error;
    throw error;
  }
}

function timed<T>(clock: Clock, name: string, call: () => T): T {
  const start = clock.nowMs();
  const result = call();
  const tookMs = clock.nowMs() - start;
  if (tookMs > clock.slowestMs) {
    clock.slowestMs = tookMs;
    clock.slowestCall = name;
  }
  return result;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Rows lie inside the file, one after the other. */
function checkHeader(record: PnmRecord, size: number, clock: Clock): void {
  let end = 0;
  for (const { name, offset, length } of timed(clock, "describeHeader", () => describeHeader(record))) {
    if (offset < end)
      throw new Error(`header row "${name}" at ${offset} overlaps the one that ends at ${end}`);
    end = offset + length;
    if (end > size) throw new Error(`header row "${name}" ends at ${end} of ${size} bytes`);
  }
}

/** Arrays of a record hold no more than the file does, apart from bytes that are widened. */
function checkMemory(record: PnmRecord, size: number): void {
  const held = arrayBytes(record);
  if (held > 4 * size + 4096) throw new Error(`a record of ${held} bytes for a file of ${size}`);
}

function arrayBytes(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== "object" || value === null) return 0;
  let sum = 0;
  for (const member of Object.values(value)) sum += arrayBytes(member);
  return sum;
}

function checkPlot(record: PnmRecord, clock: Clock): void {
  const { x, series } = timed(clock, "plotOf", () => plotOf(record));
  const count = x.kind === "linear" ? x.count : x.values.length;
  for (const { name, values } of series) {
    if (values.length !== count) throw new Error(`trace "${name}" has ${values.length} values for ${count}`);
    if (values.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY))
      throw new Error(`trace "${name}" holds an infinite value`);
  }
}
