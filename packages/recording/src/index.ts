export { crc32 } from "./crc32.ts";
export {
  encodeHead,
  encodeJson,
  encodeRecord,
  RECORD_HEADER_BYTES,
  RECORDING_FILE_ENDING,
  type RecordingHead,
  RecordKind,
} from "./layout.ts";
export { levelOfPower, powerOfLevel } from "./level-power.ts";
export { type FrameOrigin, MAX_HEAD_BYTES, OriginEncoder, type OriginReading } from "./origin.ts";
export { RecordingParser, type RecordingPiece } from "./parser.ts";
export { type SegmentScan, scanSegment } from "./scan.ts";
export {
  decodeSummary,
  decodeSummaryHead,
  encodeSummary,
  encodeSummaryHead,
  SUMMARY_HEAD_BYTES,
  type Summary,
  type SummaryHead,
} from "./summary.ts";
export { SummaryBuilder, sameAxis } from "./summary-builder.ts";
