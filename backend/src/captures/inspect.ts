import { createHash } from "node:crypto";
import { messageOf } from "@pnmlab/kit";
import { decodePnm, describeHeader, PnmDecodeError, type PnmRecord, plotOf } from "@pnmlab/pnm-codec";
import type { CaptureData, CaptureDetail } from "@pnmlab/protocol";

/** What the bytes of a file say about it. */
export type Inspection = Pick<
  CaptureDetail,
  "sha256" | "status" | "kind" | "title" | "refusal" | "header" | "notes"
>;

/** Hashes and decodes a file. Never throws for what is in the file: a refusal is a result. */
export function inspectCapture(fileName: string, bytes: Uint8Array): Inspection {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  try {
    const record = decodePnm(bytes, { fileName });
    return {
      sha256,
      status: "decoded",
      kind: record.kind,
      title: record.title,
      refusal: null,
      header: describeHeader(record),
      notes: notesOf(record),
    };
  } catch (error) {
    const code = error instanceof PnmDecodeError ? error.code : "DECODER_FAILED";
    return {
      sha256,
      status: "refused",
      kind: null,
      title: "File that could not be decoded",
      refusal: { code, message: messageOf(error) },
      header: [],
      notes: [],
    };
  }
}

function notesOf({ reading, anomalies }: PnmRecord): string[] {
  return [
    `read as ${reading.layout} (${reading.confidence} confidence): ${reading.reason}`,
    ...reading.alternatives.map(({ layout, reason }) => `could also be ${layout}: ${reason}`),
    ...anomalies,
  ];
}

/**
 * The plot of a file in the form of the REST API: explicit positions, null where nothing was measured.
 *
 * @throws PnmDecodeError where the file cannot be decoded.
 */
export function plotCapture(id: string, fileName: string, bytes: Uint8Array): CaptureData {
  const record = decodePnm(bytes, { fileName });
  const plot = plotOf(record);
  const { x } = plot;
  return {
    id,
    kind: record.kind,
    title: plot.title,
    // The API knows no steps and no empty style: steps are read as a line, an empty plot has no series.
    style: plot.style === "scatter" || plot.style === "bars" ? plot.style : "line",
    x: {
      label: x.label,
      unit: x.unit,
      values:
        x.kind === "linear"
          ? Array.from({ length: x.count }, (_, index) => x.first + index * x.step)
          : Array.from(x.values),
    },
    // The codec names traces, not the axis: several traces share the name of the plot.
    y: {
      label: (plot.series.length === 1 ? plot.series[0]?.name : undefined) ?? plot.title,
      unit: plot.series[0]?.unit ?? "",
    },
    series: plot.series.map(({ name, unit, values }) => ({
      name,
      unit,
      values: Array.from(values, (value) => (Number.isFinite(value) ? value : null)),
    })),
  };
}
