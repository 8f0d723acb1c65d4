import type { SnmpTarget, Varbind } from "@pnmlab/protocol";
import { type SnmpEndpoint, SnmpError, type SnmpProfile } from "../snmp/index.ts";
import { TargetNetworks } from "./networks.ts";
import { SetSubtrees } from "./set-subtrees.ts";

export interface PolicyOptions {
  /** Networks that may be addressed, such as `10.20.0.0/16`. */
  targets: readonly string[];
  /** OIDs below which a SET is allowed. */
  setSubtrees: readonly string[];
  profiles: readonly SnmpProfile[];
}

/** What this agent does for its backend and what it does not, decided here and not there. */
export class Policy {
  readonly #networks: TargetNetworks;
  readonly #subtrees: SetSubtrees;
  readonly #profiles: ReadonlyMap<string, SnmpProfile>;

  /** @throws PnmLabError `CONFIG_INVALID` naming the variable and the entry. */
  constructor(options: PolicyOptions) {
    this.#networks = new TargetNetworks(options.targets);
    this.#subtrees = new SetSubtrees(options.setSubtrees);
    this.#profiles = new Map(options.profiles.map((profile) => [profile.name, profile]));
  }

  get profileNames(): string[] {
    return [...this.#profiles.keys()];
  }

  /** @throws SnmpError SNMP_PROFILE_UNKNOWN, SNMP_TARGET_REFUSED, SNMP_TRANSPORT. */
  async endpointOf({ host, port, profile: name }: SnmpTarget, deadlineMs: number): Promise<SnmpEndpoint> {
    const profile = this.#profiles.get(name);
    if (!profile) {
      throw new SnmpError(
        "SNMP_PROFILE_UNKNOWN",
        `the agent holds no SNMP profile "${name}": PNMLAB_SNMP_PROFILES has ${this.profileNames.join(", ") || "none"}`,
        { details: { profile: name, profiles: this.profileNames } },
      );
    }
    const { address, family } = await this.#networks.resolve(host, deadlineMs);
    return { host, address, family, port, profile };
  }

  /** @throws SnmpError SNMP_SET_REFUSED. */
  checkSet(varbinds: readonly Varbind[]): void {
    this.#subtrees.checkSet(varbinds);
  }

  /** @throws SnmpError SNMP_SET_REFUSED. */
  checkAbort(varbinds: readonly Varbind[]): void {
    this.#subtrees.checkAbort(varbinds);
  }
}
