import { isDeepStrictEqual } from "node:util";
import type { AgentPermission, TargetLimit } from "@pnmlab/config";
import type { AgentPolicy, SnmpTarget, Varbind } from "@pnmlab/protocol";
import { type SnmpEndpoint, SnmpError, type SnmpProfile } from "../snmp/index.ts";
import { TargetNetworks } from "./networks.ts";
import { Permissions } from "./permissions.ts";
import { endsTest, SetSubtrees } from "./set-subtrees.ts";
import { TargetLimits } from "./target-limits.ts";

export interface PolicyOptions {
  /** Networks that may be addressed, such as `10.20.0.0/16`. */
  targets: readonly string[];
  /** OIDs below which a SET is allowed. */
  setSubtrees: readonly string[];
  profiles: readonly SnmpProfile[];
  /** What it does at all: `read`, `capture` and `set` where not given. */
  permissions?: readonly AgentPermission[];
  /** Requests that may be on their way to one device; a device in none of the networks takes its profile's. */
  targetLimits?: readonly TargetLimit[];
}

/** More targets than an agent has devices, and few enough to be kept. */
const MAX_ENDPOINTS = 20_000;

/** What is allowed to an agent where its settings say nothing. */
const PERMISSIONS: readonly AgentPermission[] = ["read", "capture", "set"];

const REFUSALS = ["SNMP_TARGET_REFUSED", "SNMP_PERMISSION", "SNMP_SET_REFUSED", "SNMP_PROFILE_UNKNOWN"];

/** What this agent does for its backend and what it does not, decided here and not there. */
export class Policy {
  /** What it holds to, for whoever looks. */
  readonly facts: Omit<AgentPolicy, "maxOutstanding">;
  readonly #refused: Record<string, number> = {};
  readonly #networks: TargetNetworks;
  readonly #subtrees: SetSubtrees;
  readonly #permissions: Permissions;
  readonly #limits: TargetLimits;
  #profiles: ReadonlyMap<string, SnmpProfile>;
  /** Of targets by address that were let through: the same ones are asked again and again. */
  readonly #endpoints = new Map<string, SnmpEndpoint>();

  /** @throws PnmLabError `CONFIG_INVALID` naming the variable and the entry. */
  constructor(options: PolicyOptions) {
    const { targets, setSubtrees, permissions = PERMISSIONS, targetLimits = [] } = options;
    this.facts = {
      permissions: [...permissions],
      networks: [...targets],
      setSubtrees: [...setSubtrees],
      targetLimits: targetLimits.map(({ network, maxOutstanding }) => ({ network, maxOutstanding })),
    };
    this.#networks = new TargetNetworks(targets);
    this.#subtrees = new SetSubtrees(setSubtrees);
    this.#permissions = new Permissions(permissions);
    this.#limits = new TargetLimits(targetLimits);
    this.#profiles = new Map(options.profiles.map((profile) => [profile.name, profile]));
  }

  get profileNames(): string[] {
    return [...this.#profiles.keys()];
  }

  /** How often something was refused since the start, by code. */
  get refused(): Readonly<Record<string, number>> {
    return { ...this.#refused };
  }

  /**
   * Other profiles from now on; requests that run go on with those of before. One that has not changed stays the
   * same object, so that its sessions stay. Returns the names of those that are new, changed or gone.
   */
  useProfiles(profiles: readonly SnmpProfile[]): string[] {
    const before = this.#profiles;
    this.#profiles = new Map(
      profiles.map((profile) => {
        const known = before.get(profile.name);
        return [profile.name, known && isDeepStrictEqual(known, profile) ? known : profile];
      }),
    );
    const added = [...this.#profiles.values()].filter((profile) => before.get(profile.name) !== profile);
    const gone = [...before.keys()].filter((name) => !this.#profiles.has(name));
    this.#endpoints.clear();
    return [...added.map(({ name }) => name), ...gone];
  }

  /** @throws SnmpError SNMP_PROFILE_UNKNOWN, SNMP_TARGET_REFUSED, SNMP_TRANSPORT; the signal's reason. */
  async endpointOf(
    { host, port, profile: name }: SnmpTarget,
    deadlineMs: number,
    signal?: AbortSignal,
  ): Promise<SnmpEndpoint> {
    const key = `${host} ${port} ${name}`;
    const checked = this.#endpoints.get(key);
    if (checked) return checked;
    try {
      return await this.#check({ host, port, profile: name }, key, deadlineMs, signal);
    } catch (error) {
      this.#note(error);
      throw error;
    }
  }

  async #check(
    { host, port, profile: name }: SnmpTarget,
    key: string,
    deadlineMs: number,
    signal: AbortSignal | undefined,
  ): Promise<SnmpEndpoint> {
    const profile = this.#profiles.get(name);
    if (!profile) {
      throw new SnmpError(
        "SNMP_PROFILE_UNKNOWN",
        `the agent holds no SNMP profile "${name}": PNMLAB_SNMP_PROFILES has ${this.profileNames.join(", ") || "none"}`,
        { details: { profile: name, profiles: this.profileNames } },
      );
    }
    const { address, family } = await this.#networks.resolve(host, deadlineMs, signal);
    const maxOutstanding = this.#limits.of(address, family) ?? profile.maxOutstanding ?? 1;
    const endpoint = { host, address, family, port, profile, maxOutstanding };
    // A name may have another address the next time, and the profile another owner by now.
    if (host === address && this.#profiles.get(name) === profile) this.#keep(key, endpoint);
    return endpoint;
  }

  #keep(key: string, endpoint: SnmpEndpoint): void {
    if (this.#endpoints.size >= MAX_ENDPOINTS) this.#endpoints.clear();
    this.#endpoints.set(key, endpoint);
  }

  /** @throws SnmpError SNMP_PERMISSION where the agent reads nothing. */
  checkRead(): void {
    this.#counted(() => this.#permissions.check("read", "read values"));
  }

  /** @throws SnmpError SNMP_PERMISSION, SNMP_SET_REFUSED. */
  checkSet(varbinds: readonly Varbind[]): void {
    this.#counted(() => this.#subtrees.checkSet(this.#permissions.checkSet(varbinds)));
  }

  /**
   * What ends a test needs no permission and no subtree, because a test that cannot be ended is worse than one
   * that could not be started; whatever else stands beside it is a SET like any other.
   *
   * @throws SnmpError SNMP_PERMISSION, SNMP_SET_REFUSED.
   */
  checkAbort(varbinds: readonly Varbind[]): void {
    this.checkSet(varbinds.filter((varbind) => !endsTest(varbind)));
  }

  #counted(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#note(error);
      throw error;
    }
  }

  #note(error: unknown): void {
    if (!(error instanceof SnmpError) || !REFUSALS.includes(error.code)) return;
    this.#refused[error.code] = (this.#refused[error.code] ?? 0) + 1;
  }
}
