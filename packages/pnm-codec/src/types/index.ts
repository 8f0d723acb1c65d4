import type { PnmType } from "../type.ts";
import { type DsOfdmChannelEstimateRecord, dsOfdmChannelEstimate } from "./ds-ofdm-channel-estimate.ts";
import { type DsOfdmRxMerRecord, dsOfdmRxMer } from "./ds-ofdm-rxmer.ts";
import { type UtscRecord, utsc } from "./utsc.ts";

/** Any decoded capture; `kind` says which. */
export type PnmRecord = UtscRecord | DsOfdmRxMerRecord | DsOfdmChannelEstimateRecord;

export type PnmKind = PnmRecord["kind"];

// biome-ignore lint/suspicious/noExplicitAny: the table is indexed by the kind that fixes the record's type.
type AnyType = PnmType<any>;

/** Types of `PNN` and `PNM` files by their code byte. */
export const TYPES_BY_CODE: ReadonlyMap<number, AnyType> = new Map<number, AnyType>([
  [0x02, dsOfdmChannelEstimate],
  [0x04, dsOfdmRxMer],
  [0x6a, utsc],
]);

const BY_KIND: Readonly<Record<PnmKind, AnyType>> = {
  "ds-ofdm-channel-estimate": dsOfdmChannelEstimate,
  "ds-ofdm-rxmer": dsOfdmRxMer,
  utsc,
};

/** The type that decoded a record. */
export function typeOf<R extends PnmRecord>(record: R): PnmType<R> {
  return BY_KIND[record.kind];
}
