import type { Inspection, InspectionRefusal, InspectionRequest } from "../model/capture/inspection.ts";
import type { UnpackedFile } from "../model/capture/unpack.ts";

/** What the page asks of the decoding worker; `id` comes back with the answer. */
export type DecodeRequest =
  | { id: number; task: "inspect"; request: InspectionRequest }
  | { id: number; task: "unpack"; fileName: string; bytes: Uint8Array };

export type DecodeResult = Inspection | InspectionRefusal | UnpackedFile;

export type DecodeAnswer =
  | { id: number; ok: true; result: DecodeResult }
  | { id: number; ok: false; message: string };
