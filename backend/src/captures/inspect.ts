import { createHash } from "node:crypto";
import { messageOf } from "@pnmlab/kit";
import {
  decodePnm,
  describeHeader,
  PnmDecodeError,
  type PnmRecord,
  plotOf,
  type UnwrappedFile,
  unwrap,
  wrapperOf,
} from "@pnmlab/pnm-codec";
import type { CaptureData, CaptureDetail } from "@pnmlab/protocol";

/** What the bytes of a file say about it. */
export type Inspection = Pick<
  CaptureDetail,
  "sha256" | "status" | "kind" | "title" | "refusal" | "header" | "notes"
>;

const NOT_DECODED = "File that could not be decoded";
/** Members of an archive that its notes name; a longer list helps nobody. */
const MOST_NAMED_MEMBERS = 20;

/**
 * Hashes and decodes a file, out of gzip or zip where it is wrapped in one. An archive is one capture: with
 * one member it is that member's, with several it counts as decoded when any of them is. Never throws for
 * what is in the file: a refusal is a result.
 */
export async function inspectCapture(fileName: string, bytes: Uint8Array): Promise<Inspection> {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const wrapper = wrapperOf(bytes);
  if (wrapper === undefined) return { sha256, ...inspectPlain(fileName, bytes) };
  const files = await unwrap(bytes, { fileName });
  const [only] = files;
  if (only !== undefined && files.length === 1) {
    const unpacked = `unpacked from ${wrapper}: ${only.path}`;
    const { inspection, notes } = inspectMember(only);
    return { sha256, ...inspection, notes: [unpacked, ...notes, ...inspection.notes] };
  }
  return { sha256, ...inspectArchive(wrapper, files) };
}

type Unhashed = Omit<Inspection, "sha256">;

interface Member {
  inspection: Unhashed;
  /** What is odd about the wrapper. */
  notes: string[];
}

function inspectMember(file: UnwrappedFile): Member {
  return file.ok
    ? { inspection: inspectPlain(file.fileName ?? file.path, file.bytes), notes: file.anomalies }
    : { inspection: refusedFor(file.error), notes: [] };
}

function inspectPlain(fileName: string, bytes: Uint8Array): Unhashed {
  try {
    const record = decodePnm(bytes, { fileName });
    return {
      status: "decoded",
      kind: record.kind,
      title: record.title,
      refusal: null,
      header: describeHeader(record),
      notes: notesOf(record),
    };
  } catch (error) {
    return refusedFor(error);
  }
}

function refusedFor(error: unknown): Unhashed {
  const code = error instanceof PnmDecodeError ? error.code : "DECODER_FAILED";
  return {
    status: "refused",
    kind: null,
    title: NOT_DECODED,
    refusal: { code, message: messageOf(error) },
    header: [],
    notes: [],
  };
}

function inspectArchive(wrapper: string, files: readonly UnwrappedFile[]): Unhashed {
  const notes: string[] = [];
  let decoded = 0;
  // A word per member is all that is kept: thousands of header tables would outgrow the archive many times.
  for (const file of files) {
    const { status, refusal, title } = inspectMember(file).inspection;
    if (status === "decoded") decoded += 1;
    if (notes.length === MOST_NAMED_MEMBERS) continue;
    notes.push(`${file.path}: ${refusal === null ? title : `refused, ${refusal.message}`}`);
  }
  const unnamed = files.length - notes.length;
  if (unnamed > 0) notes.push(`and ${unnamed} more`);
  const isEmpty = decoded === 0;
  return {
    status: isEmpty ? "refused" : "decoded",
    kind: isEmpty ? null : "archive",
    title: isEmpty ? NOT_DECODED : `${decoded} of ${files.length} files in a ${wrapper} archive`,
    refusal: isEmpty
      ? {
          code: "NO_CAPTURE_INSIDE",
          message: `none of the ${files.length} files in this ${wrapper} archive could be decoded`,
        }
      : null,
    header: [],
    notes,
  };
}

function notesOf({ reading, anomalies }: PnmRecord): string[] {
  return [
    `read as ${reading.layout} (${reading.confidence} confidence): ${reading.reason}`,
    ...reading.alternatives.map(({ layout, reason }) => `could also be ${layout}: ${reason}`),
    ...anomalies,
  ];
}

/**
 * The plot of a file in the form of the REST API: explicit positions, null where nothing was measured. Of an
 * archive, the plot of the first member that can be decoded.
 *
 * @throws PnmDecodeError where the file, or each of its members, cannot be decoded.
 */
export async function plotCapture(id: string, fileName: string, bytes: Uint8Array): Promise<CaptureData> {
  const record = await firstRecord(fileName, bytes);
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

async function firstRecord(fileName: string, bytes: Uint8Array): Promise<PnmRecord> {
  let reason: unknown;
  for (const file of await unwrap(bytes, { fileName })) {
    try {
      if (!file.ok) throw file.error;
      return decodePnm(file.bytes, { fileName: file.fileName });
    } catch (error) {
      reason ??= error;
    }
  }
  throw reason ?? new PnmDecodeError("UNSUPPORTED", "the archive holds no file");
}
