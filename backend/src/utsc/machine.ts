import type { TransitionTable } from "@pnmlab/kit";
import type { UtscSessionState } from "@pnmlab/protocol";

/**
 * What can happen to a session:
 * `configure` its row is about to be written, `adopted` its own test was found running, `started` the
 * CMTS took the start, `busySeen` it says busy, `frame` a file became a frame, `silence` no file came in
 * time, `hindered` agent or CMTS cannot be reached, `stop` the user ended it, `settled` the CMTS is idle
 * and clean, `fail` something that no retry mends.
 */
export type UtscSessionEvent =
  | "configure"
  | "adopted"
  | "started"
  | "busySeen"
  | "frame"
  | "silence"
  | "hindered"
  | "stop"
  | "settled"
  | "fail";

/**
 * A re-arm between two runs of the CMTS is no event: a session whose files keep coming stays `receiving`,
 * and a stalled one stays `stalled` until a file is there again.
 */
export const utscSessionTable: TransitionTable<UtscSessionState, UtscSessionEvent> = {
  idle: {
    configure: "configuring",
    adopted: "running",
    // A file that came before its row was read is decoded as soon as it has been.
    frame: "receiving",
    hindered: "stalled",
    stop: "stopping",
    fail: "failed",
  },
  // The first file can overtake the answer to the start.
  configuring: {
    started: "armed",
    frame: "receiving",
    hindered: "stalled",
    stop: "stopping",
    fail: "failed",
  },
  armed: {
    busySeen: "running",
    frame: "receiving",
    silence: "stalled",
    hindered: "stalled",
    configure: "configuring",
    stop: "stopping",
    fail: "failed",
  },
  running: {
    frame: "receiving",
    silence: "stalled",
    configure: "configuring",
    stop: "stopping",
    fail: "failed",
  },
  receiving: {
    frame: "receiving",
    silence: "stalled",
    configure: "configuring",
    stop: "stopping",
    fail: "failed",
  },
  stalled: {
    frame: "receiving",
    hindered: "stalled",
    configure: "configuring",
    stop: "stopping",
    fail: "failed",
  },
  stopping: { settled: "stopped" },
  stopped: {},
  failed: { stop: "stopping" },
};
