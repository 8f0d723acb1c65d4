import { groupDelayS } from "@pnmlab/pnm-analysis";
import {
  bitsPerSymbol,
  CHANNEL_ESTIMATE_FRACTION_BITS,
  cmSpectrumAxisHz,
  cmSpectrumLevelsDbmv,
  cmSpectrumSnmpFrequenciesHz,
  cmSpectrumSnmpLevelsDbmv,
  complexMagnitudesDb,
  complexValues,
  type FrequencyAxis,
  type HistogramCounts,
  histogramBinCenters,
  histogramShares,
  impulseNoiseEvents,
  MODULATION_PROFILE_ORDERS,
  modulationOrders,
  modulationSchemes,
  type PnmRecord,
  profileName,
  rxMerDb,
  SYMBOL_CAPTURE_FRACTION_BITS,
  subcarrierFrequenciesHz,
} from "@pnmlab/pnm-codec";
import { frequencyColumn, timeColumn } from "./columns.ts";
import { type Column, type Dataset, table } from "./dataset.ts";
import { fecDataset } from "./fec-dataset.ts";
import { utscDataset } from "./utsc-dataset.ts";

/** The values of a record as tables with named columns, raw integers beside what they mean. */
export function datasetOf(record: PnmRecord): Dataset {
  switch (record.kind) {
    case "ds-ofdm-rxmer":
    case "us-ofdma-rxmer":
      return table([
        frequencyColumn(subcarrierFrequenciesHz(record)),
        { name: "rxmer_raw_quarter_db", values: record.quarterDb, isRaw: true },
        { name: "rxmer_db", values: rxMerDb(record) },
      ]);
    case "ds-ofdm-channel-estimate":
      return coefficients(
        record.coefficients,
        CHANNEL_ESTIMATE_FRACTION_BITS,
        subcarrierFrequenciesHz(record),
      );
    case "us-ofdma-pre-equalizer":
    case "us-ofdma-pre-equalizer-last-update":
      return coefficients(record.coefficients, record.fractionBits, subcarrierFrequenciesHz(record));
    case "cmts-ds-ofdm-symbol-capture":
      return table(
        [
          frequencyColumn(subcarrierFrequenciesHz(record)),
          ...complexColumns("sample", record.samples, SYMBOL_CAPTURE_FRACTION_BITS),
          magnitudeColumn(record.samples, SYMBOL_CAPTURE_FRACTION_BITS),
        ],
        { fraction_bits: SYMBOL_CAPTURE_FRACTION_BITS },
      );
    case "ds-ofdm-symbol-capture":
      return table(
        [
          ...timeColumn(record.header.sampleRateHz, record.samples.length / 2),
          ...complexColumns("sample", record.samples, SYMBOL_CAPTURE_FRACTION_BITS),
        ],
        { fraction_bits: SYMBOL_CAPTURE_FRACTION_BITS },
      );
    case "ds-constellation":
      return table(complexColumns("soft_decision", record.softDecisions, 13), { fraction_bits: 13 });
    case "ds-histogram":
    case "us-histogram":
      return histogram(record, record.header.symmetry === 1);
    case "ds-ofdm-fec-summary":
      return fecDataset(record);
    case "ds-ofdm-modulation-profile":
      return modulationProfiles(record);
    case "cm-spectrum":
      return table([
        frequencyColumn(cmSpectrumAxisHz(record)),
        { name: "level_raw_hundredths_dbmv", values: record.hundredthsDbmv, isRaw: true },
        { name: "level_dbmv", values: cmSpectrumLevelsDbmv(record), digits: 2 },
      ]);
    case "cm-spectrum-snmp":
      return amplitudeData(record);
    case "utsc":
      return utscDataset(record);
    case "us-ofdma-probe":
      return table([{ name: "sample_raw", iq: record.samples, isRaw: true }], {
        fft_size: record.fftSize ?? null,
        symbols: record.symbols,
      });
    case "us-impulse-noise":
      return impulseNoise(record);
    case "latency-report":
      return table([], { objects_hex: Buffer.from(record.objects).toString("hex") });
  }
}

function complexColumns(name: string, iq: Int16Array, fractionBits: number): Column[] {
  return [
    { name: `${name}_raw`, iq, isRaw: true },
    { name, iq: complexValues(iq, fractionBits) },
  ];
}

function magnitudeColumn(iq: Int16Array, fractionBits: number): Column {
  const levels = complexMagnitudesDb(iq, fractionBits);
  const values = levels.map((level, k) => (iq[2 * k] === 0 && iq[2 * k + 1] === 0 ? Number.NaN : level));
  return { name: "magnitude_db", values, digits: 6 };
}

function coefficients(iq: Int16Array, fractionBits: number, axis: FrequencyAxis): Dataset {
  return table(
    [
      frequencyColumn(axis),
      ...complexColumns("coefficient", iq, fractionBits),
      magnitudeColumn(iq, fractionBits),
      {
        name: "phase_rad",
        values: Float64Array.from({ length: iq.length / 2 }, (_, k) =>
          Math.atan2(iq[2 * k + 1]!, iq[2 * k]!),
        ),
        digits: 9,
      },
      { name: "group_delay_ns", values: groupDelayS(iq, axis.stepHz).map((s) => s * 1e9), digits: 4 },
    ],
    { fraction_bits: fractionBits },
  );
}

function histogram(counts: HistogramCounts, isOddSymmetry: boolean): Dataset {
  const { hitCounts, dwellCounts } = counts;
  const bins = hitCounts.length;
  return table(
    [
      {
        name: "bin_center_full_scale",
        values: histogramBinCenters(bins, isOddSymmetry && bins === 256),
        digits: 9,
      },
      { name: "hits", values: hitCounts, isRaw: true },
      {
        name: "dwell",
        values: dwellCounts.length === bins ? dwellCounts : new Float64Array(bins).fill(dwellCounts[0] ?? 0),
        isRaw: true,
      },
      { name: "share_of_hits", values: histogramShares(hitCounts), digits: 12 },
    ],
    { dwell_counts: Array.from(dwellCounts) },
  );
}

function modulationProfiles(record: Extract<PnmRecord, { kind: "ds-ofdm-modulation-profile" }>): Dataset {
  const axis = subcarrierFrequenciesHz(record);
  return {
    groupName: "profiles",
    groups: record.profiles.map((profile) => {
      const orders = modulationOrders(profile);
      return {
        key: { profile_id: profile.profileId, profile: profileName(profile.profileId) },
        facts: { schemes: modulationSchemes(profile) },
        columns: [
          frequencyColumn({ ...axis, count: orders.length }),
          { name: "modulation_order_raw", values: orders, isRaw: true },
          {
            name: "modulation",
            values: Array.from(orders, (order) => MODULATION_PROFILE_ORDERS[order] ?? `order_${order}`),
          },
          { name: "bits_per_symbol", values: Array.from(orders, (order) => bitsPerSymbol(order)) },
        ],
      };
    }),
  };
}

function amplitudeData(record: Extract<PnmRecord, { kind: "cm-spectrum-snmp" }>): Dataset {
  const unit = record.levelReference === "relative" ? "db_relative" : "dbmv";
  const raw = record.groups.flatMap(({ hundredthsDbmv }) => Array.from(hundredthsDbmv));
  return table(
    [
      { name: "frequency_hz", values: cmSpectrumSnmpFrequenciesHz(record), digits: 3 },
      { name: `level_raw_hundredths_${unit}`, values: raw, isRaw: true },
      { name: `level_${unit}`, values: cmSpectrumSnmpLevelsDbmv(record), digits: 2 },
    ],
    {
      groups: record.groups.map((group) => ({
        center_frequency_hz: group.centerFrequencyHz,
        span_hz: group.spanHz,
        bins: group.bins,
        bin_spacing_hz: group.binSpacingHz,
        resolution_bw_hz: group.resolutionBwHz,
        axis_rule: group.axisRule,
      })),
    },
  );
}

function impulseNoise(record: Extract<PnmRecord, { kind: "us-impulse-noise" }>): Dataset {
  const events = impulseNoiseEvents(record);
  return table(
    [
      { name: "docsis_timestamp_hex", values: events.map(({ timestamp }) => timestamp) },
      { name: "duration_assumed_ns", values: events.map(({ durationNs }) => durationNs) },
      {
        name: "average_power_assumed_raw",
        values: events.map(({ averagePowerRaw }) => averagePowerRaw),
        isRaw: true,
      },
    ],
    { events_hex: Buffer.from(record.events).toString("hex") },
  );
}
