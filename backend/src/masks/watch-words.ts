import type { MaskState } from "@pnmlab/pnm-analysis";
import type { LabMask, UpstreamChannel } from "@pnmlab/protocol";

type Watch = LabMask["watch"];

/** Of a mask on whose port nothing is captured, and of one whose first frames are awaited. */
export const IDLE: Watch = {
  state: "idle",
  sentence: "No capture runs on this port: nothing is judged until one is started.",
};
export const WAITING: Watch = {
  state: "waiting",
  sentence: "The capture runs; its first judged frames are awaited.",
};

/** How a mask stands, in words: also where it does not fit what is captured. */
export function watchOf(
  { fit, isFailing }: Pick<MaskState, "fit" | "isFailing">,
  channels: readonly Pick<UpstreamChannel, "ifIndex" | "name">[],
): Watch {
  if (fit.fit === "none") return { state: "unfit", sentence: `It is not judged: ${whyUnfit(fit)}` };
  const verdict = isFailing
    ? "Levels are or were beyond it: its event is raised."
    : "Levels keep its limits.";
  const limits = limitations(fit, channels);
  return {
    state: isFailing ? "failing" : "passing",
    sentence: limits === "" ? verdict : `${verdict} ${limits}`,
  };
}

function whyUnfit({ maskFromHz, maskToHz, axisFromHz, axisToHz }: MaskState["fit"]): string {
  const shown = `the capture shows ${band(axisFromHz, axisToHz)}`;
  if (Number.isNaN(maskFromHz)) return "it has no line.";
  const isApart = maskToHz < axisFromHz || maskFromHz > axisToHz;
  return isApart
    ? `its line goes from ${band(maskFromHz, maskToHz)}, and ${shown}. Capture that band, or make the mask anew.`
    : `no three bins of this capture beside each other have a limit (${shown}).`;
}

function limitations(
  { fit, maskFromHz, maskToHz, axisFromHz, axisToHz, channelsWithoutLevel }: MaskState["fit"],
  channels: readonly Pick<UpstreamChannel, "ifIndex" | "name">[],
): string {
  if (fit === "whole") return "";
  const sentences: string[] = [];
  const from = Math.max(maskFromHz, axisFromHz);
  const to = Math.min(maskToHz, axisToHz);
  if (from > maskFromHz || to < maskToHz) {
    sentences.push(
      `Only ${band(from, to)} of it is judged, because the capture shows no more of its ${band(maskFromHz, maskToHz)}.`,
    );
  }
  if (channelsWithoutLevel.length > 0) {
    const names = channelsWithoutLevel.map(
      (id) => channels.find(({ ifIndex }) => String(ifIndex) === id)?.name ?? `channel ${id}`,
    );
    sentences.push(`Without a limit, because nobody tells their level: ${names.join(", ")}.`);
  }
  return sentences.join(" ");
}

function band(fromHz: number, toHz: number): string {
  return `${(fromHz / 1e6).toFixed(1)} to ${(toHz / 1e6).toFixed(1)} MHz`;
}
