import { randomUUID } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { messageOf } from "@pnmlab/kit";
import { JudgedStream } from "./judged-stream.ts";
import { Trial } from "./trial.ts";
import type { FromDetectors, ToDetectors } from "./worker-messages.ts";

const streams = new Map<number, JudgedStream>();
const trials = new Map<number, Trial>();

/** Frames that are through since the backend was told last. */
const through = new Map<number, { frames: number; cpuUs: number }>();

parentPort?.on("message", (message: ToDetectors) => {
  if ("trial" in message) tryOut(message);
  else if (message.type === "open") streams.set(message.stream, openStream(message));
  else if (message.type === "frame") judge(message);
  else if (message.type === "baseline") streams.get(message.stream)?.changeBaseline(message.dbmvPerHz);
  else if (message.type === "masks") streams.get(message.stream)?.changeMasks(message.masks);
  else close(message.stream);
});

function send(message: FromDetectors, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

function openStream({ stream, options }: Extract<ToDetectors, { type: "open" }>): JudgedStream {
  return new JudgedStream(options, randomUUID, {
    onEvent: (change, event) => send({ type: "event", stream, change, event }),
    onEvidence: (eventId, frames, peakFrame) =>
      send(
        { type: "evidence", stream, eventId, frames, peakFrame },
        frames.map(({ bytes }) => bytes),
      ),
    onReleased: () => send({ type: "released", stream }),
    onMaskStates: (states) => send({ type: "maskStates", stream, states }),
    onLevels: (levels) => send({ type: "levels", stream, levels }),
    onNoise: (noise) => send({ type: "noise", stream, ...noise }),
  });
}

function judge({ stream, bytes }: Extract<ToDetectors, { type: "frame" }>): void {
  const before = process.threadCpuUsage();
  try {
    streams.get(stream)?.feed(bytes);
  } catch (error) {
    streams.delete(stream);
    send({ type: "failed", stream, message: messageOf(error) });
  }
  const { user, system } = process.threadCpuUsage(before);
  // Frames that wait come in one turn: the backend is told once of all of them.
  if (through.size === 0) setImmediate(report);
  const sum = through.get(stream) ?? { frames: 0, cpuUs: 0 };
  through.set(stream, { frames: sum.frames + 1, cpuUs: sum.cpuUs + user + system });
}

function close(stream: number): void {
  report();
  streams.get(stream)?.end();
  streams.delete(stream);
  send({ type: "closed", stream });
}

function report(): void {
  for (const [stream, sum] of through) send({ type: "analysed", stream, ...sum });
  through.clear();
}

function tryOut(message: Extract<ToDetectors, { trial: number }>): void {
  const { trial } = message;
  try {
    if (message.type === "openTrial") {
      trials.set(trial, new Trial(message.options, message.wantedKind));
      return;
    }
    const running = trials.get(trial);
    if (message.type === "endTrial") {
      trials.delete(trial);
      if (running && message.isWanted) send({ type: "trialResult", trial, result: running.result() });
      return;
    }
    if (message.options) running?.change(message.options);
    for (const bytes of message.frames) running?.feed(bytes);
    send({ type: "tried", trial });
  } catch (error) {
    trials.delete(trial);
    send({ type: "trialFailed", trial, message: messageOf(error) });
  }
}
