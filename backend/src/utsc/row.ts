import {
  indexOf,
  instanceOid,
  type MibObject,
  measStatusType,
  system,
  type UtscValues,
  utscCfg,
  utscCtrl,
  utscFields,
  utscResult,
  utscStatus,
} from "@pnmlab/docsis-mib";
import { type MeasStatus, type SnmpTarget, type UtscAccepted, utscAcceptedSchema } from "@pnmlab/protocol";
import type { RequestOptions, SnmpGateway } from "../contracts.ts";
import { Readings } from "../snmp/values.ts";
import { rowValues } from "./columns.ts";
import { type OwnFileName, parseOwnFileName } from "./file-name.ts";
import { markOf } from "./row-mark.ts";

/** One row of the UTSC tables as the CMTS reads it; undefined where it has no value. */
export interface UtscRow extends UtscRowState {
  /** Every writable column that has a value, but for file name and RowStatus. */
  values: UtscValues;
}

const ROW_OBJECTS = Object.values(utscFields).map(({ object }) => object);

/** What changes while a test runs; asked with every poll. */
const STATE_OBJECTS = [
  utscStatus.measStatus,
  utscCtrl.initiateTest,
  utscCfg.rowStatus,
  utscCfg.filename,
  // These mark a row whose file name cannot be written.
  utscCfg.minislotCount,
  utscCfg.sid,
  utscStatus.calibrationConstantKHundredthsDb,
  utscResult.calibrationConstantKHundredthsDb,
  utscResult.sampleRateHz,
  utscResult.resolutionBwHz,
];

/** The part of a row that changes while a test runs. */
export interface UtscRowState {
  cfgIndex: number;
  rowStatus: number | undefined;
  fileName: string | undefined;
  /** Which session has marked the row, by file name or, where that cannot be written, by other columns. */
  mark: OwnFileName | undefined;
  measStatus: MeasStatus | undefined;
  /** docsPnmCmtsUtscCtrlInitiateTest; undefined where it cannot be read. */
  initiateTest: number | undefined;
  kHundredthsDb: number | undefined;
  sampleRateHz: number | undefined;
  resolutionBandwidthHz: number | undefined;
  /** sysUpTime in hundredths of a second; smaller than before means that the CMTS has restarted. */
  upTimeTicks: number | undefined;
}

/** Every row of a port, each in one GET after one walk of a single column. */
export async function readRows(
  snmp: SnmpGateway,
  target: SnmpTarget,
  rfPortIfIndex: number,
  options: RequestOptions,
): Promise<UtscRow[]> {
  const walked = await snmp.walk(target, instanceOid(utscCfg.triggerMode, rfPortIfIndex), options);
  const cfgIndexes = walked.map(({ oid }) => indexOf(utscCfg.triggerMode, oid)?.[1]);
  const rows = await Promise.all(
    cfgIndexes
      .filter((cfgIndex) => cfgIndex !== undefined)
      .map((cfgIndex) => readRow(snmp, target, rfPortIfIndex, cfgIndex, options)),
  );
  return rows.filter((row) => row !== undefined);
}

/** A row with everything in it; undefined where it is absent. */
export async function readRow(
  snmp: SnmpGateway,
  target: SnmpTarget,
  rfPortIfIndex: number,
  cfgIndex: number,
  options: RequestOptions,
): Promise<UtscRow | undefined> {
  const index = [rfPortIfIndex, cfgIndex];
  const oids = oidsOf(new Set([...ROW_OBJECTS, ...STATE_OBJECTS]), index);
  const readings = new Readings(await snmp.get(target, oids, options));
  const state = stateOf(readings, rfPortIfIndex, cfgIndex);
  if (state === undefined) return undefined;
  const values = rowValues(readings, index);
  // A mark is no parameter.
  if (markOf(values) === undefined) return { ...state, values };
  const { minislotCount: _minislotCount, sid: _sid, ...parameters } = values;
  return { ...state, values: parameters };
}

/** The part of a row that changes while a test runs; undefined where the row is absent. */
export async function readRowState(
  snmp: SnmpGateway,
  target: SnmpTarget,
  rfPortIfIndex: number,
  cfgIndex: number,
  options: RequestOptions,
): Promise<UtscRowState | undefined> {
  const oids = oidsOf(STATE_OBJECTS, [rfPortIfIndex, cfgIndex]);
  return stateOf(new Readings(await snmp.get(target, oids, options)), rfPortIfIndex, cfgIndex);
}

function oidsOf(objects: Iterable<MibObject>, index: readonly number[]): string[] {
  return [instanceOid(system.sysUpTime), ...Array.from(objects, (object) => instanceOid(object, ...index))];
}

function stateOf(readings: Readings, rfPortIfIndex: number, cfgIndex: number): UtscRowState | undefined {
  const index = [rfPortIfIndex, cfgIndex];
  const rowStatus = readings.integer(utscCfg.rowStatus, index);
  if (rowStatus === undefined) return undefined;
  const measStatus = readings.integer(utscStatus.measStatus, index);
  // The result row shows K as used for the newest capture, the status row K as it is now.
  const kOfResult = readings.integer(utscResult.calibrationConstantKHundredthsDb, index);
  const kOfPort = readings.integer(utscStatus.calibrationConstantKHundredthsDb, index);
  const fileName = readings.text(utscCfg.filename, index);
  return {
    cfgIndex,
    rowStatus,
    fileName,
    mark:
      parseOwnFileName(fileName ?? "") ??
      markOf({
        minislotCount: readings.integer(utscCfg.minislotCount, index),
        sid: readings.integer(utscCfg.sid, index),
      }),
    measStatus: measStatus === undefined ? undefined : (measStatusType[measStatus] as MeasStatus | undefined),
    initiateTest: readings.integer(utscCtrl.initiateTest, index),
    kHundredthsDb: kOfPort ?? kOfResult,
    // Zero until the first capture is made.
    sampleRateHz: readings.integer(utscResult.sampleRateHz, index) || undefined,
    resolutionBandwidthHz: readings.integer(utscResult.resolutionBwHz, index) || undefined,
    upTimeTicks: readings.integer(system.sysUpTime, [0]),
  };
}

/** The row as the accepted parameters; undefined while a column that every capture needs has no value. */
export function acceptedOf({ values, fileName }: UtscRow, readAt: Date): UtscAccepted | undefined {
  const { destinationIndex, ...columns } = values;
  const accepted = utscAcceptedSchema.safeParse({
    window: "other",
    ...columns,
    ...(destinationIndex ? { destinationIndex } : {}),
    ...(fileName ? { fileName } : {}),
    readAt: readAt.toISOString(),
  });
  return accepted.success ? accepted.data : undefined;
}
