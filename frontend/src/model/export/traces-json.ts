import { TRACE_EXPORT_VERSION, type TraceExport } from "@pnmlab/protocol";
import { DEFAULT_BAND_HZ, type Marker, type MarkerReading, markerName } from "../marker.ts";
import { levelOfMarker } from "../marker-words.ts";
import type { PlotSnapshot } from "../plot-snapshot.ts";
import { unitName } from "../shown-level.ts";
import { type ExportSubject, titleOf } from "./export-subject.ts";
import { settingsRows, shownOffsetDb } from "./settings-rows.ts";

/** The traces of a picture with channels, markers and verdicts, for programs; `traceExportSchema` is its layout. */
export function traceExportOf(subject: ExportSubject, snapshot: PlotSnapshot): TraceExport {
  const { report, axis } = snapshot;
  const names = new Map(subject.channels.map(({ ifIndex, name }) => [String(ifIndex), name]));
  return {
    schema: "pnmlab-traces",
    version: TRACE_EXPORT_VERSION,
    title: titleOf(subject),
    settings: settingsRows(subject, snapshot),
    source: subject.source,
    link: subject.link,
    capturedAt: new Date(report.capturedAtMs).toISOString(),
    exportedAt: new Date(subject.exportedAtMs).toISOString(),
    sequence: report.sequence,
    unit: "dBmV",
    shown: { unit: unitName(subject.view.unit), addDb: hundredth(shownOffsetDb(subject, snapshot)) ?? 0 },
    axis,
    resolutionBandwidthHz: report.resolutionBandwidthHz,
    uncalibrated: report.uncalibrated,
    looks: {
      average: report.averagedFrames,
      max: report.holdFrames,
      min: report.minHoldFrames,
      percentiles: snapshot.percentileFrames,
    },
    traces: Object.fromEntries(
      Object.entries(snapshot.traces).map(([name, levels]) => [name, Array.from(levels, hundredth)]),
    ),
    channels: report.channels.map((channel) => ({
      name: names.get(channel.id) ?? channel.id,
      lowerHz: channel.lowerHz,
      upperHz: channel.upperHz,
      powerDbmv: hundredth(channel.powerDbmv),
      floorDbmv: hundredth(channel.floorDbmv),
      carrierToNoiseDb: hundredth(channel.carrierToNoiseDb),
      occupancyPct: hundredth(channel.occupancyPct),
      isFloorBound: channel.floorSource === "underBurst",
      worstSpur: channel.worstSpur
        ? { frequencyHz: channel.worstSpur.frequencyHz, dBc: hundredth(channel.worstSpur.dBc)! }
        : null,
    })),
    markers: subject.view.markers.map((marker) => {
      const reading = report.markers.find(({ number }) => number === marker.number);
      return {
        name: markerName(marker),
        trace: marker.trace,
        kind: marker.kind,
        frequencyHz: reading?.frequencyHz ?? marker.frequencyHz,
        levelDbmv: hundredth(reading && !reading.isInDb ? levelOfMarker(marker, reading) : Number.NaN),
        ...(reading?.isInDb && { levelDb: hundredth(reading.levelDbmv) }),
        ...measuredBy(marker, reading, subject.view.markers),
      };
    }),
    masks: subject.view.masks.flatMap((mask) => {
      const found = report.masks.find(({ id }) => id === mask.id);
      return found
        ? [{ name: mask.name, isPassing: found.isPassing, worstDb: hundredth(found.worstDb) }]
        : [];
    }),
  };
}

/** What a marker of its kind tells besides its level. */
function measuredBy(
  { kind, bandHz, reference: number }: Marker,
  reading: MarkerReading | undefined,
  markers: readonly Marker[],
): Partial<TraceExport["markers"][number]> {
  switch (kind) {
    case "normal":
      return {};
    case "bandPower":
      return { bandHz: bandHz ?? DEFAULT_BAND_HZ };
    case "noise":
      return { dbmvPerHz: hundredth(reading?.dbmvPerHz ?? Number.NaN) };
    case "delta": {
      const reference = markers.find((other) => other.number === number);
      const deltaHz = reading?.deltaHz ?? Number.NaN;
      return {
        ...(reference && { reference: markerName(reference) }),
        deltaDb: hundredth(reading?.deltaDb ?? Number.NaN),
        deltaHz: Number.isFinite(deltaHz) ? deltaHz : null,
      };
    }
  }
}

function hundredth(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 100) / 100 : null;
}
