import type { DetectionState, PortLevels } from "@pnmlab/protocol";
import { clockText } from "../clock-text.ts";
import { degraded, ok, type Probe } from "./check.ts";

const EVERY_MS = 10_000;

/** Whether the levels of ports stand where their CMTSs set them: as a whole off, a calibration is wrong. */
export function levelsProbe(state: () => Pick<DetectionState, "levels">, now: () => number): Probe {
  return {
    name: "levels",
    everyMs: EVERY_MS,
    everyMsUnlessOk: EVERY_MS / 2,
    run: () => {
      const { levels } = state();
      const off = levels.filter(({ areOff }) => areOff);
      if (off.length > 0) return degraded(off.map((port) => offWords(port, now())).join(";\n"));
      if (levels.length === 0) {
        return ok("no capture has shown enough channels yet that the CMTS sets a level for");
      }
      return ok(`the levels of ${levels.length === 1 ? "1 port" : `${levels.length} ports`} stand as set`);
    },
  };
}

function offWords(port: PortLevels, nowMs: number): string {
  const { cmtsId, rfPortName, endedMs, medianDb, channels, channelsOff } = port;
  const by = `${Math.abs(medianDb).toFixed(1)} dB ${medianDb < 0 ? "under" : "over"}`;
  const where = `${cmtsId} ${rfPortName}`;
  const stand =
    endedMs === null
      ? `levels of ${where} stand ${by}`
      : `levels of ${where}, last captured ${clockText(endedMs, nowMs)}, stood ${by}`;
  return `${stand} what the CMTS sets on ${channelsOff} of ${channels} channels: check K or the offset (PNMLAB_UTSC_SAMPLES; the live page of the port says which)`;
}
