import type { PnmFile } from "./file.ts";
import type { PlotSeries } from "./plot.ts";
import type { HeaderField } from "./record.ts";

/** Lower-case hex SHA-256 of some bytes; given by the caller because hashing is not isomorphic. */
export type Sha256 = (bytes: Uint8Array) => string;

export interface PlotOptions {
  /** Which result set of a file that holds several; the first unless given. */
  frame?: number | undefined;
}

/** Everything this package can do with one type of capture; each file in `types/` exports one of these. */
export interface PnmType<Record> {
  kind: string;
  title: string;
  /** @throws PnmDecodeError */
  decode(file: PnmFile): Record;
  /** @throws PnmEncodeError */
  encode(record: Record): Uint8Array;
  /** Total length of a file that begins with these bytes, when its header can tell. */
  expectedLength(file: PnmFile): number | undefined;
  describe(record: Record): HeaderField[];
  plot(record: Record, options?: PlotOptions): PlotSeries;
  /** Values and hashes that an independent decoder can be compared with. */
  summarize(record: Record, sha256: Sha256): { [key: string]: unknown };
}
