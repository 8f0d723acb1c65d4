import type { AgentPermission } from "@pnmlab/config";
import type { Varbind } from "@pnmlab/protocol";
import { isWithin, normalOid, SnmpError } from "../snmp/index.ts";
import { DOCS_PNM_MIB_OID } from "./set-subtrees.ts";

/** docsDevResetNow (RFC 4639): a SET restarts the device. */
const RESET_OIDS = ["1.3.6.1.2.1.69.1.1.3"];

/** What this agent may be asked to do at all. Ending a test needs no permission. */
export class Permissions {
  readonly #granted: ReadonlySet<AgentPermission>;

  constructor(granted: readonly AgentPermission[]) {
    this.#granted = new Set(granted);
  }

  /** @throws SnmpError SNMP_PERMISSION */
  check(permission: AgentPermission, what: string): void {
    if (this.#granted.has(permission)) return;
    const granted = [...this.#granted].join(", ") || "nothing";
    throw new SnmpError(
      "SNMP_PERMISSION",
      `the agent may not ${what}: that needs "${permission}", and PNMLAB_AGENT_PERMISSIONS grants ${granted}`,
      { details: { variable: "PNMLAB_AGENT_PERMISSIONS", permission } },
    );
  }

  /**
   * Checks each varbind for the permission that it needs, and returns those that must lie within the
   * subtrees as well: a reset needs none, its permission names it.
   *
   * @throws SnmpError SNMP_PERMISSION
   */
  checkSet(varbinds: readonly Varbind[]): Varbind[] {
    return varbinds.filter(({ oid }) => {
      const normal = normalOid(oid);
      const isReset = RESET_OIDS.some((root) => isWithin(root, normal));
      if (isReset) this.check("reset", `reset a device (SET ${oid})`);
      else if (isWithin(DOCS_PNM_MIB_OID, normal)) this.check("capture", `SET ${oid}`);
      else this.check("set", `SET ${oid}`);
      return !isReset;
    });
  }
}
