/** A value that a group reads, in the form in which polling plans write it. */
export interface GroupMetric {
  readonly name: string;
  /** A column with `table`, an instance without. */
  readonly oid: string;
  readonly table: boolean;
  readonly kind: "gauge" | "counter";
  readonly divisor: number;
  readonly unit: string;
  /** Only rows whose column `oid` has this value. */
  readonly where?: { readonly oid: string; readonly equals: number };
  /** Column with the decimal digits of each row's value. */
  readonly precisionOid?: string;
}

/** Metrics that belong together, under a name that plans use. */
export interface MetricGroup {
  readonly name: string;
  readonly title: string;
  /** MIB and table of the objects. */
  readonly source: string;
  readonly metrics: readonly GroupMetric[];
}

const IF_ENTRY = "1.3.6.1.2.1.2.2.1";
const IF_X_ENTRY = "1.3.6.1.2.1.31.1.1.1";
const SIGNAL_QUALITY_ENTRY = "1.3.6.1.2.1.10.127.1.1.4.1";
const CM_US_ENTRY = "1.3.6.1.4.1.4491.2.1.20.1.2.1";
const CMTS_CM_US_ENTRY = "1.3.6.1.4.1.4491.2.1.20.1.4.1";
const SENSOR_ENTRY = "1.3.6.1.2.1.99.1.1.1";

function column(
  name: string,
  oid: string,
  unit: string,
  divisor = 1,
  kind: GroupMetric["kind"] = "gauge",
): GroupMetric {
  return { name, oid, table: true, kind, divisor, unit };
}

const counter = (name: string, oid: string, unit: string) => column(name, oid, unit, 1, "counter");

/** EntitySensorDataType of degrees Celsius (RFC 3433). */
const CELSIUS = 8;

/** The groups that a polling plan may name. */
export const METRIC_GROUPS: readonly MetricGroup[] = [
  {
    name: "upstream-channel-power",
    title: "Upstream channel power, as the CMTS receives each modem",
    source: "DOCS-IF3-MIB docsIf3CmtsCmUsStatusRxPower",
    metrics: [column("upstream-rx-power", `${CMTS_CM_US_ENTRY}.3`, "dBmV", 10)],
  },
  {
    name: "upstream-snr",
    title: "Upstream SNR, as the CMTS receives each modem",
    source: "DOCS-IF3-MIB docsIf3CmtsCmUsStatusSignalNoise",
    metrics: [column("upstream-snr", `${CMTS_CM_US_ENTRY}.4`, "dB", 10)],
  },
  {
    name: "upstream-codewords",
    title: "Codewords of each modem at the CMTS: good, corrected, uncorrectable",
    source:
      "DOCS-IF3-MIB docsIf3CmtsCmUsStatusUnerroreds, docsIf3CmtsCmUsStatusCorrecteds, docsIf3CmtsCmUsStatusUncorrectables",
    metrics: [
      counter("upstream-codewords-good", `${CMTS_CM_US_ENTRY}.7`, "codewords/s"),
      counter("upstream-codewords-corrected", `${CMTS_CM_US_ENTRY}.8`, "codewords/s"),
      counter("upstream-codewords-uncorrectable", `${CMTS_CM_US_ENTRY}.9`, "codewords/s"),
    ],
  },
  {
    name: "modem-transmit-power",
    title: "Transmit power of a modem on each upstream channel",
    source: "DOCS-IF3-MIB docsIf3CmStatusUsTxPower",
    metrics: [column("modem-tx-power", `${CM_US_ENTRY}.1`, "dBmV", 10)],
  },
  {
    name: "channel-snr",
    title: "SNR of the channels that a device receives",
    source: "DOCS-IF-MIB docsIfSigQSignalNoise (RFC 4546)",
    metrics: [column("channel-snr", `${SIGNAL_QUALITY_ENTRY}.5`, "dB", 10)],
  },
  {
    name: "channel-codewords",
    title: "Codewords of the channels that a device receives: good, corrected, uncorrectable",
    source:
      "DOCS-IF-MIB docsIfSigQExtUnerroreds, docsIfSigQExtCorrecteds, docsIfSigQExtUncorrectables (RFC 4546)",
    metrics: [
      counter("codewords-good", `${SIGNAL_QUALITY_ENTRY}.8`, "codewords/s"),
      counter("codewords-corrected", `${SIGNAL_QUALITY_ENTRY}.9`, "codewords/s"),
      counter("codewords-uncorrectable", `${SIGNAL_QUALITY_ENTRY}.10`, "codewords/s"),
    ],
  },
  {
    name: "interface-counters",
    title: "Traffic, errors and discards of each interface",
    source:
      "IF-MIB ifHCInOctets, ifHCOutOctets, ifInErrors, ifOutErrors, ifInDiscards, ifOutDiscards (RFC 2863)",
    metrics: [
      counter("if-in-octets", `${IF_X_ENTRY}.6`, "octets/s"),
      counter("if-out-octets", `${IF_X_ENTRY}.10`, "octets/s"),
      counter("if-in-errors", `${IF_ENTRY}.14`, "packets/s"),
      counter("if-out-errors", `${IF_ENTRY}.20`, "packets/s"),
      counter("if-in-discards", `${IF_ENTRY}.13`, "packets/s"),
      counter("if-out-discards", `${IF_ENTRY}.19`, "packets/s"),
    ],
  },
  {
    name: "temperatures",
    title: "Sensors in degrees Celsius",
    source:
      "ENTITY-SENSOR-MIB entPhySensorValue, of entPhySensorType celsius, with entPhySensorPrecision (RFC 3433)",
    metrics: [
      {
        ...column("temperature", `${SENSOR_ENTRY}.4`, "°C"),
        where: { oid: `${SENSOR_ENTRY}.1`, equals: CELSIUS },
        precisionOid: `${SENSOR_ENTRY}.3`,
      },
    ],
  },
];
