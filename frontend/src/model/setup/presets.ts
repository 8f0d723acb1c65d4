import { type UtscRequest, utscRequestSchema } from "@pnmlab/protocol";
import { z } from "zod";
import type { SetupSituation } from "./judge.ts";
import {
  boundsOf,
  fftFormatOf,
  listedNumbers,
  type PortFields,
  presetRepeatPeriodUs,
  stepOf,
} from "./limits.ts";

/** Bands of the upstream splits in use, MHz. */
export const SPLIT_BANDS = [
  { id: "5-42", name: "Low split 5–42", startMhz: 5, stopMhz: 42 },
  { id: "5-65", name: "European 5–65", startMhz: 5, stopMhz: 65 },
  { id: "5-85", name: "Mid split 5–85", startMhz: 5, stopMhz: 85 },
  { id: "5-204", name: "High split 5–204", startMhz: 5, stopMhz: 204 },
] as const;

/** What a form begins with where nothing runs on the port. */
export const FIRST_BAND = SPLIT_BANDS.find(({ id }) => id === "5-85")!;

const BIN_WIDTH_HZ = 50_000;

/** A free-running capture that covers a band, with values the port takes where it can be had. */
export function bandRequest(band: { startMhz: number; stopMhz: number }, options: PortFields): UtscRequest {
  const outputFormat = fftFormatOf(options);
  const situation: SetupSituation = { triggerMode: "freeRunning", outputFormat, channelKind: "none" };
  const [startHz, stopHz] = [band.startMhz * 1e6, band.stopMhz * 1e6];
  const spanHz = least(listedNumbers(options, "spanHz", situation), stopHz - startHz);
  const step = stepOf(options, "centerFrequencyHz", situation);
  const middleHz = Math.max((startHz + stopHz) / 2, spanHz / 2);
  const bins = least(listedNumbers(options, "bins", situation), Math.ceil(spanHz / BIN_WIDTH_HZ));
  return {
    triggerMode: "freeRunning",
    centerFrequencyHz: Math.ceil(middleHz / step) * step,
    spanHz,
    bins: Math.min(bins, boundsOf(options, "bins", situation).most),
    repeatPeriodUs: presetRepeatPeriodUs(options, situation),
    outputFormat,
  };
}

/** The smallest listed value that reaches, else the largest; the wish itself where nothing is listed. */
function least(ascending: readonly number[], wish: number): number {
  return ascending.find((value) => value >= wish) ?? ascending.at(-1) ?? wish;
}

/** A set-up that the user named; kept in this browser. */
export interface OwnPreset {
  name: string;
  savedAt: string;
  request: UtscRequest;
}

const ownPresetsSchema = z.array(
  z.strictObject({ name: z.string().min(1), savedAt: z.iso.datetime(), request: utscRequestSchema }),
);

/** Reads what a browser stored; what does not fit any more is left out as a whole. */
export function parseOwnPresets(stored: string | null): OwnPreset[] {
  if (stored === null) return [];
  try {
    const parsed = ownPresetsSchema.safeParse(JSON.parse(stored));
    return parsed.success ? parsed.data : [];
  } catch {
    return [];
  }
}

/** The list with a preset added; one of the same name gives way. */
export function withPreset(presets: readonly OwnPreset[], preset: OwnPreset): OwnPreset[] {
  return [...presets.filter(({ name }) => name !== preset.name), preset];
}
