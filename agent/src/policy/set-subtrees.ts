import { PnmLabError } from "@pnmlab/kit";
import type { Varbind } from "@pnmlab/protocol";
import { isEncodableOid, isWithin, normalOid, SnmpError } from "../snmp/index.ts";

/** Root of DOCS-PNM-MIB (docsPnmMib). */
export const DOCS_PNM_MIB_OID = "1.3.6.1.4.1.4491.2.1.27";

/** The OID subtrees that the agent may SET; the backend cannot widen them. */
export class SetSubtrees {
  readonly #roots: string[];

  /** @throws PnmLabError `CONFIG_INVALID` naming the entry that is not an OID. */
  constructor(subtrees: readonly string[]) {
    this.#roots = subtrees.map((oid) => {
      const normal = normalOid(oid);
      if (isEncodableOid(normal)) return normal;
      throw new PnmLabError(
        "CONFIG_INVALID",
        `PNMLAB_AGENT_SET_SUBTREES: "${oid}" is not an OID; expected OIDs, separated by commas`,
      );
    });
  }

  /** @throws SnmpError SNMP_SET_REFUSED, naming the first varbind outside of the subtrees. */
  checkSet(varbinds: readonly Varbind[]): void {
    this.#check(varbinds, this.#roots);
  }

  /**
   * The same for what ends a test: DOCS-PNM-MIB is allowed to it even where `PNMLAB_AGENT_SET_SUBTREES`
   * is narrower, because a test that cannot be ended is worse than one that could not be started.
   */
  checkAbort(varbinds: readonly Varbind[]): void {
    this.#check(varbinds, [...this.#roots, DOCS_PNM_MIB_OID]);
  }

  #check(varbinds: readonly Varbind[], roots: readonly string[]): void {
    for (const { oid } of varbinds) {
      if (roots.some((root) => isWithin(root, normalOid(oid)))) continue;
      throw new SnmpError(
        "SNMP_SET_REFUSED",
        `the agent may not SET ${oid}: PNMLAB_AGENT_SET_SUBTREES allows ${roots.join(", ") || "nothing"}`,
        { details: { variable: "PNMLAB_AGENT_SET_SUBTREES", oid } },
      );
    }
  }
}
