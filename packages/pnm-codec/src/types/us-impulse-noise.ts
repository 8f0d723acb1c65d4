// Type 67, upstream impulse noise statistics (DOCS-PNM-MIB of 2015, docsPnmCmtsUsImpNoiseFileName): the common
// CMTS header, then
//
//   size  field
//   4     start trigger level, microvolt
//   4     end trigger level, microvolt
//   4     number of events, at most 1024
//   4     data length, bytes
//   n     events of 14 bytes
//
// The 14 bytes follow from the largest file, 14 629 = 277 + 16 + 1024 * 14 (CommScope E6000 CER user guide R13.0).
// Their fields are in no available text. Timestamp, duration and average power are what the MIB says is
// recorded; 8 + 4 + 2 bytes in that order is an assumption, so the raw bytes are kept and shown.

import { type Field, u32 } from "../binary/fields.ts";
import { ByteReader } from "../binary/reader.ts";
import {
  type CmtsHeader,
  cmtsLayouts,
  fieldsNamed,
  orderedFor,
  summarizeCmtsHeader,
} from "../cmts-header.ts";
import { PnmDecodeError } from "../errors.ts";
import { describeHeaderFields } from "../file.ts";
import { indexPlotAxis } from "../plot.ts";
import type { PnmRecordBase } from "../record.ts";
import {
  expectedSizedLength,
  readSizedFile,
  type SizedHeader,
  type SizedRules,
  writeSizedFile,
} from "../sized-file.ts";
import { hashNumbers, summarizePreamble } from "../summary.ts";
import type { PnmType } from "../type.ts";

export interface UsImpulseNoiseHeader extends CmtsHeader, SizedHeader {
  startTriggerLevelUv: number;
  endTriggerLevelUv: number;
  eventCount: number;
}

export interface UsImpulseNoiseRecord extends PnmRecordBase {
  kind: "us-impulse-noise";
  layout: "version-1" | "version-2";
  header: UsImpulseNoiseHeader;
  /** Bytes of one event, 14 in every description. */
  eventBytes: number;
  /** The events as stored; shares the file's memory. */
  events: Uint8Array;
}

/** One event in the assumed arrangement of its 14 bytes. */
export interface ImpulseNoiseEvent {
  /** DOCSIS extended timestamp as 16 hex digits. */
  timestamp: string;
  durationNs: number;
  /** Signed 16 bits in a unit no text gives. */
  averagePowerRaw: number;
}

const TITLE = "US impulse noise statistics";
const EVENT_BYTES = 14;
const MAX_EVENTS = 1024;
/** Room for events of 64 bytes, should a device write longer ones. */
const MAX_DATA_BYTES = 64 * MAX_EVENTS;

const OWN_FIELDS: readonly Field<keyof UsImpulseNoiseHeader>[] = [
  u32("startTriggerLevelUv", "Start trigger level", "µV"),
  u32("endTriggerLevelUv", "End trigger level", "µV"),
  u32("eventCount", "Number of events"),
  u32("dataLengthBytes", "Data length", "bytes"),
];

const LAYOUTS = cmtsLayouts<UsImpulseNoiseHeader, UsImpulseNoiseRecord["layout"]>("", OWN_FIELDS);

const RULES: SizedRules<UsImpulseNoiseHeader> = {
  sampleBytes: 1,
  maximumDataBytes: MAX_DATA_BYTES,
  mayBeEmpty: true,
  plausible: ({ eventCount, dataLengthBytes }) =>
    eventCount <= MAX_EVENTS && dataLengthBytes === EVENT_BYTES * eventCount,
};

const fieldsOf = ({ layout }: UsImpulseNoiseRecord) => fieldsNamed(LAYOUTS, layout);

export const usImpulseNoise: PnmType<UsImpulseNoiseRecord> = {
  kind: "us-impulse-noise",
  title: TITLE,
  decode(file) {
    const { layout, header, payload, payloadOffset, trailing, reading, anomalies } = readSizedFile(
      file,
      orderedFor(file.preamble, LAYOUTS),
      RULES,
    );
    const isQuiet = header.eventCount === 0 && payload.length === 0;
    const eventBytes = isQuiet ? EVENT_BYTES : payload.length / header.eventCount;
    if (!Number.isInteger(eventBytes)) {
      throw new PnmDecodeError(
        header.eventCount === 0 ? "BAD_COUNT" : "BAD_LENGTH",
        `${payload.length} bytes are no whole number of bytes for each of ${header.eventCount} events`,
        { offset: payloadOffset - 8, expected: `${EVENT_BYTES} bytes each`, header: { ...header } },
      );
    }
    if (header.eventCount > MAX_EVENTS)
      anomalies.push(`${header.eventCount} events, more than ${MAX_EVENTS}`);
    if (eventBytes !== EVENT_BYTES) anomalies.push(`an event has ${eventBytes} bytes, not ${EVENT_BYTES}`);
    return {
      kind: "us-impulse-noise",
      title: TITLE,
      layout: layout.name,
      header,
      eventBytes,
      events: payload,
      reading,
      anomalies,
      trailing,
    };
  },
  encode: (record) => writeSizedFile(record.header, fieldsOf(record), record.events, record.trailing),
  expectedLength: (file) => expectedSizedLength(file, orderedFor(file.preamble, LAYOUTS), RULES),
  describe: (record) => describeHeaderFields(record.header, fieldsOf(record)),
  plot(record) {
    const events = impulseNoiseEvents(record);
    return {
      title: TITLE,
      style: "bars",
      x: indexPlotAxis("Event", "", events.length, 1),
      series: [
        {
          name: "Duration (assumed)",
          unit: "ns",
          values: Float64Array.from(events, ({ durationNs }) => durationNs),
        },
      ],
      excluded: [],
    };
  },
  summarize: (record, sha256) => ({
    kind: "us_impulse_noise",
    header: {
      ...summarizePreamble(record.header),
      ...summarizeCmtsHeader(record.header),
      start_trigger_level_uv: record.header.startTriggerLevelUv,
      end_trigger_level_uv: record.header.endTriggerLevelUv,
      num_events: record.header.eventCount,
      data_length_bytes: record.header.dataLengthBytes,
    },
    event_bytes: record.eventBytes,
    events: impulseNoiseEvents(record).map((event) => ({
      timestamp: event.timestamp,
      duration_ns: event.durationNs,
      average_power_raw: event.averagePowerRaw,
    })),
    sha256_raw_ints: hashNumbers(record.events, sha256),
  }),
};

/** The events in the assumed arrangement; none where an event is not 14 bytes long. */
export function impulseNoiseEvents(record: UsImpulseNoiseRecord): ImpulseNoiseEvent[] {
  if (record.eventBytes !== EVENT_BYTES) return [];
  const reader = new ByteReader(record.events);
  return Array.from({ length: Math.floor(record.events.length / EVENT_BYTES) }, () => ({
    timestamp: reader.hex(8),
    durationNs: reader.u32(),
    averagePowerRaw: reader.i16(),
  }));
}
