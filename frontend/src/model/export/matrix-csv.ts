import type { SpectrumFrame } from "@pnmlab/protocol/frame";
import { binFrequencyHz } from "../frequency-axis.ts";
import { levelOfHundredths } from "../levels.ts";
import type { SettingRow } from "./settings-rows.ts";
import { hertz } from "./traces-csv.ts";

/** Bytes that one level takes in a line, with its comma: `-47.35,`. */
const BYTES_PER_LEVEL = 7;
const BYTES_PER_LINE = 36;

/** About how large the matrix of so many frames gets. */
export function matrixCsvBytes(frames: number, bins: number): number {
  return frames * (BYTES_PER_LINE + bins * BYTES_PER_LEVEL) + bins * 9;
}

/**
 * Writes frames as a matrix, piece by piece: a line per frame, a column per bin, levels in dBmV. Where the axis
 * changes, a new head line with its frequencies begins.
 */
export class MatrixCsv {
  #axis = "";
  readonly #title: string;
  readonly #settings: readonly SettingRow[];
  #firstMs: number | undefined;
  #lastMs = 0;
  #frames = 0;

  /** @param settings those of the frames alone, not of a picture that is made of them */
  constructor(title: string, settings: readonly SettingRow[]) {
    this.#title = title;
    this.#settings = settings;
  }

  /** The lines that stand before everything else; of the frames that have been written, so it is made last. */
  head(): string {
    const range =
      this.#firstMs === undefined
        ? "none"
        : `${this.#frames} from ${new Date(this.#firstMs).toISOString()} to ${new Date(this.#lastMs).toISOString()}`;
    const rows = [{ name: "Frames", value: range }, ...this.#settings];
    return [`PNM Lab frames of ${this.#title}`, ...rows.map(({ name, value }) => `${name}: ${value}`)]
      .map((line) => `# ${line}\r\n`)
      .join("");
  }

  /** The text of some more frames, oldest first. */
  write(frames: readonly SpectrumFrame[]): string {
    const lines: string[] = [];
    for (const frame of frames) {
      const { levelsHundredthsDbmv: levels, firstBinHz, binSpacingHz } = frame;
      const axis = { firstBinHz, binSpacingHz, bins: levels.length };
      if (JSON.stringify(axis) !== this.#axis) {
        this.#axis = JSON.stringify(axis);
        const heads = Array.from(levels, (_, bin) => hertz(binFrequencyHz(axis, bin)));
        lines.push(`time_utc,sequence,gap_before,${heads.join(",")}`);
      }
      this.#firstMs ??= frame.capturedAtMs;
      this.#lastMs = frame.capturedAtMs;
      this.#frames += 1;
      const time = new Date(frame.capturedAtMs).toISOString();
      const fields = Array.from(levels, (level) => {
        const value = levelOfHundredths(level);
        return Number.isNaN(value) ? "" : value.toFixed(2);
      });
      lines.push(`${time},${frame.sequence},${frame.gapBefore ? 1 : 0},${fields.join(",")}`);
    }
    return lines.length === 0 ? "" : `${lines.join("\r\n")}\r\n`;
  }
}
