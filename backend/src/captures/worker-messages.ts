import type { Inspection } from "./inspect.ts";

/** What the decoding worker is asked; `id` comes back with the answer. */
export type WorkerRequest =
  | { id: number; task: "inspect"; fileName: string; bytes: Uint8Array }
  | { id: number; task: "plot"; captureId: string; fileName: string; bytes: Uint8Array };

export type WorkerResponse =
  | { id: number; ok: true; result: Inspection | string }
  | { id: number; ok: false; code: string; message: string };
