import { type LabMask, labMaskAnswerSchema, labMaskListSchema, type PutLabMask } from "@pnmlab/protocol";
import { jsonBody, request } from "./request.ts";

/** Masks that the lab watches. Every promise rejects with an `ApiError`. */
export interface MasksClient {
  list(cmtsId: string, rfPortIfIndex: number): Promise<LabMask[]>;
  /** Hands a mask to the lab under an id that the caller makes, or puts another in its place. */
  put(id: string, mask: PutLabMask): Promise<LabMask>;
  remove(id: string): Promise<void>;
}

/** Masks of the lab over HTTP, from the origin that served the page. */
export const httpMasksClient: MasksClient = {
  list: async (cmtsId, rfPortIfIndex) => {
    const search = new URLSearchParams({ cmtsId, rfPortIfIndex: String(rfPortIfIndex) });
    return (await request("GET", `/api/masks?${search}`, labMaskListSchema)).masks;
  },
  put: async (id, mask) => (await request("PUT", maskPath(id), labMaskAnswerSchema, jsonBody(mask))).mask,
  remove: async (id) => {
    await request("DELETE", maskPath(id), labMaskAnswerSchema);
  },
};

function maskPath(id: string): string {
  return `/api/masks/${encodeURIComponent(id)}`;
}
