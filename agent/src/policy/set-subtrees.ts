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
    for (const { oid } of varbinds) {
      if (this.#roots.some((root) => isWithin(root, normalOid(oid)))) continue;
      throw new SnmpError(
        "SNMP_SET_REFUSED",
        `the agent may not SET ${oid}: PNMLAB_AGENT_SET_SUBTREES allows ${this.#roots.join(", ") || "nothing"}`,
        { details: { variable: "PNMLAB_AGENT_SET_SUBTREES", oid } },
      );
    }
  }
}

/** docsPnmCmtsUtscCtrlInitiateTest: false(2) ends a test (DOCS-PNM-MIB). */
const END_OF_TEST_COLUMNS = [`${DOCS_PNM_MIB_OID}.1.3.10.3.1.1`];

/** Whether a SET of it does nothing but end a test. */
export function endsTest({ oid, value }: Varbind): boolean {
  const normal = normalOid(oid);
  const isFalse = value.type === "Integer" && value.value === 2;
  return isFalse && END_OF_TEST_COLUMNS.some((column) => isWithin(column, normal));
}
