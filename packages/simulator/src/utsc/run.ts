import { encodeUtsc, type UtscSamples } from "@pnmlab/pnm-codec";
import type { FileRules } from "../personality/personality.ts";
import type { ChannelState } from "../signal/activity.ts";
import type { SampleSource } from "../signal/samples.ts";
import type { Measurement } from "./measurement.ts";
import { isQualified } from "./qualify.ts";
import type { Schedule } from "./schedule.ts";
import type { UtscConfig } from "./utsc-config.ts";

/** A file that is complete and may be stored or sent. */
export interface ClosedFile {
  name: string;
  bytes: Uint8Array;
  /** Octets of one sample; the samples end the file. */
  sampleOctets: number;
  /** Where they begin. */
  headerOctets: number;
}

export interface Capture {
  samples: UtscSamples;
  /** Unix time in milliseconds. */
  atMs: number;
}

export type RunOutcome = "complete" | "truncate" | "fail";

export interface RunOptions {
  config: UtscConfig;
  measurement: Measurement;
  schedule: Schedule;
  source: SampleSource;
  rules: FileRules;
  ccapId: string;
  rfPortIfIndex: number;
  logicalIfIndex: number;
  /** What the trigger finds at a time: a channel's state, nothing special, or no trigger at all. */
  trigger: (atMs: number) => ChannelState | "none" | undefined;
  triggerTimeoutMs: number | undefined;
  /** Name of the file whose first capture was taken then. */
  nameFile: (atMs: number) => string;
  /** How far the device's clock is ahead of the true time, in milliseconds. */
  clockSkewMs: () => number;
  /** sysUpTime at a time, in hundredths of a second. */
  timeTicks: (atMs: number) => number;
  onCapture: (capture: Capture) => void;
  onFile: (file: ClosedFile) => void;
  /** Told of a mistake that ends the run as failed. */
  onFailure: (error: unknown) => void;
  /** Called once, unless the run is stopped before. */
  onEnd: (outcome: RunOutcome) => void;
}

/** Captures that may be made up for in one turn, when the process was busy elsewhere. */
const CATCH_UP = 4;

/** One run of a test: captures at their times, files as they fill, an end. */
export class UtscRun {
  readonly #options: RunOptions;
  readonly #startMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  /** Captures that are due or done, whether they were kept or not. */
  #taken = 0;
  #triggered = 0;
  #files = 0;
  #open: Capture[] = [];

  constructor(options: RunOptions) {
    this.#options = options;
    this.#startMs = Date.now() + options.schedule.delayUs / 1000;
    this.#schedule();
  }

  /** Ends the run and discards what is not in a closed file. */
  stop(): void {
    this.#isOver = true;
    this.#open = [];
    clearTimeout(this.#timer);
  }

  get #dueMs(): number {
    return this.#startMs + (this.#taken * this.#options.schedule.intervalUs) / 1000;
  }

  get #endMs(): number {
    return this.#startMs + this.#options.schedule.durationUs / 1000;
  }

  #schedule(): void {
    if (this.#isOver) return;
    const isDone = this.#triggered >= this.#options.schedule.captures;
    const atMs = isDone ? this.#endMs : this.#dueMs;
    this.#timer = setTimeout(() => this.#turn(), Math.max(0, atMs - Date.now()));
  }

  #turn(): void {
    try {
      this.#work();
    } catch (error) {
      this.stop();
      this.#options.onFailure(error);
      this.#options.onEnd("fail");
    }
  }

  #work(): void {
    const { schedule } = this.#options;
    for (let i = 0; i < CATCH_UP && !this.#isOver; i += 1) {
      const isDone = this.#triggered >= schedule.captures;
      if (isDone || this.#dueMs > Date.now()) break;
      this.#take();
    }
    if (this.#isOver) return;
    if (this.#triggered >= schedule.captures && Date.now() >= this.#endMs) this.#end("complete");
    else this.#schedule();
  }

  #take(): void {
    const { config, measurement, schedule, source, rules, trigger, triggerTimeoutMs } = this.#options;
    const atMs = this.#dueMs;
    this.#taken += 1;
    const state = trigger(atMs);
    if (state === "none") {
      const waitedMs = atMs - this.#startMs;
      if (this.#triggered === 0 && triggerTimeoutMs !== undefined && waitedMs >= triggerTimeoutMs) {
        this.#end("fail");
      }
      return;
    }
    this.#triggered += 1;
    const { samples, binPower } = source.capture(Math.round(atMs * 1000), state);
    if (!isQualified(config, measurement.receiver, binPower)) return;
    const capture = { samples, atMs };
    this.#options.onCapture(capture);
    this.#open.push(capture);
    const isFull = config.maxResultsPerFile !== 0 && this.#open.length >= config.maxResultsPerFile;
    const nextBytes = (this.#open.length + 1) * samples.byteLength;
    if (isFull) {
      this.#closeFile();
      if (this.#files >= rules.maxFilesPerRun) this.#end("complete");
    } else if (nextBytes > rules.maxFileBytes && this.#triggered < schedule.captures) {
      this.#end("truncate");
    }
  }

  #end(outcome: RunOutcome): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#closeFile();
    this.#options.onEnd(outcome);
  }

  #closeFile(): void {
    const [first] = this.#open;
    if (first === undefined) return;
    const samples = joined(this.#open.map((capture) => capture.samples));
    this.#open = [];
    this.#files += 1;
    const stampMs = first.atMs + this.#options.clockSkewMs();
    const bytes = encodeFile(this.#options, samples, { stampMs, atMs: first.atMs });
    this.#options.onFile({
      name: this.#options.nameFile(stampMs),
      bytes,
      sampleOctets: samples.BYTES_PER_ELEMENT,
      headerOctets: bytes.length - samples.byteLength,
    });
  }
}

function joined(parts: readonly UtscSamples[]): UtscSamples {
  const first = parts[0]!;
  if (parts.length === 1) return first;
  const length = first.length;
  const all = new (first.constructor as Uint32ArrayConstructor)(parts.length * length) as UtscSamples;
  parts.forEach((part, i) => {
    all.set(part, i * length);
  });
  return all;
}

function encodeFile(
  options: RunOptions,
  samples: UtscSamples,
  { stampMs, atMs }: { stampMs: number; atMs: number },
): Uint8Array {
  const { config, measurement, rules } = options;
  const { receiver } = measurement;
  const content = {
    captureTimeS: Math.floor(stampMs / 1000),
    ifIndex: options.rfPortIfIndex,
    ccapId: options.ccapId,
    outputFormat: measurement.outputFormat,
    bins: receiver.bins,
    centerFrequencyHz: receiver.centerFrequencyHz,
    spanHz: receiver.spanHz,
    samples,
  };
  if (rules.form === "common-header-v2") return encodeUtsc({ form: rules.form, ...content });
  return encodeUtsc({
    form: rules.form,
    ...content,
    logicalIfIndex: options.logicalIfIndex,
    triggerMode: config.triggerMode,
    cmMac: Buffer.from(config.cmMacAddr)
      .toString("hex")
      .replaceAll(/..(?!$)/g, "$&:"),
    sid: config.sid,
    averaging: config.averaging,
    window: config.window,
    sampleRateHz: receiver.sampleRateHz,
    resolutionBwHz: measurement.resolutionBwHz,
    kHundredthsDb: measurement.kHundredthsDb,
    timestamp: options.timeTicks(atMs),
  });
}
