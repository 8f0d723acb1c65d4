import type { BackendToBrowser, LabMask, PutLabMask } from "@pnmlab/protocol";
import { ApiError } from "../api-error.ts";
import type { MasksClient } from "../masks-client.ts";

/** Masks that the made-up lab watches: each keeps its limits while anything is captured at all. */
export class SyntheticMasks implements MasksClient {
  readonly #masks = new Map<string, LabMask>();
  readonly #tell: (message: BackendToBrowser) => void;

  constructor(tell: (message: BackendToBrowser) => void) {
    this.#tell = tell;
  }

  list = async (cmtsId: string, rfPortIfIndex: number) =>
    [...this.#masks.values()].filter(
      (mask) => mask.cmtsId === cmtsId && mask.rfPortIfIndex === rfPortIfIndex,
    );

  put = async (id: string, wanted: PutLabMask) => {
    const mask: LabMask = {
      ...wanted,
      id,
      updatedBy: "operator",
      updatedAt: new Date().toISOString(),
      watch: { state: "passing", sentence: "Levels keep its limits." },
    };
    this.#masks.set(id, mask);
    this.#changed(mask);
    return mask;
  };

  remove = async (id: string) => {
    const mask = this.#masks.get(id);
    if (!mask) throw new ApiError("MASK_UNKNOWN", `the lab watches no mask ${id}`, 404);
    this.#masks.delete(id);
    this.#changed(mask);
  };

  #changed({ cmtsId, rfPortIfIndex }: LabMask): void {
    this.#tell({ type: "masks", cmtsId, rfPortIfIndex });
  }
}
