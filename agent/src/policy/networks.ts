import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { messageOf, PnmLabError, withDeadline } from "@pnmlab/kit";
import { SnmpError } from "../snmp/index.ts";

export interface ResolvedHost {
  address: string;
  family: 4 | 6;
}

/** As `lookup` of node:dns/promises; another one where a test needs it. */
export type HostLookup = (host: string, options: { all: true; family: number }) => Promise<LookupAddress[]>;

/** The networks that the agent may address; the backend cannot widen them. */
export class TargetNetworks {
  readonly #list = new BlockList();
  readonly #families = new Set<4 | 6>();
  readonly #text: string;
  readonly #lookup: HostLookup;

  /** @throws PnmLabError `CONFIG_INVALID` naming the entry that is not a network. */
  constructor(networks: readonly string[], lookupHost: HostLookup = lookup) {
    this.#lookup = lookupHost;
    this.#text = networks.join(", ");
    for (const network of networks) this.#add(network);
  }

  /**
   * The address to ask for `host`. A name is resolved first, and every one of its addresses must lie
   * within the networks: which of them is asked must not decide whether it is allowed.
   *
   * @throws SnmpError SNMP_TARGET_REFUSED; SNMP_TRANSPORT where the name cannot be resolved in time; the
   *   signal's reason.
   */
  async resolve(host: string, deadlineMs: number, signal?: AbortSignal): Promise<ResolvedHost> {
    const addresses = await this.#addressesOf(host, deadlineMs, signal);
    for (const { address, family } of addresses) {
      if (this.#list.check(address, family === 4 ? "ipv4" : "ipv6")) continue;
      const target = address === host ? address : `${host} (${address})`;
      throw new SnmpError(
        "SNMP_TARGET_REFUSED",
        `the agent may not address ${target}: PNMLAB_AGENT_TARGETS allows ${this.#text || "nothing"}`,
        { details: { variable: "PNMLAB_AGENT_TARGETS", host, address } },
      );
    }
    return addresses[0]!;
  }

  #add(entry: string): void {
    const [address = "", prefixText, ...rest] = entry.split("/");
    const family = isIP(address);
    const longest = family === 4 ? 32 : 128;
    const prefix =
      prefixText === undefined ? longest : /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : -1;
    if (family === 0 || rest.length > 0 || prefix < 0 || prefix > longest) {
      throw new PnmLabError(
        "CONFIG_INVALID",
        `PNMLAB_AGENT_TARGETS: "${entry}" is not a network; expected networks such as 10.20.0.0/16, separated by commas`,
      );
    }
    this.#families.add(family as 4 | 6);
    this.#list.addSubnet(address, prefix, family === 4 ? "ipv4" : "ipv6");
  }

  async #addressesOf(
    host: string,
    deadlineMs: number,
    signal: AbortSignal | undefined,
  ): Promise<ResolvedHost[]> {
    const family = isIP(host);
    if (family !== 0) return [{ address: host, family: family as 4 | 6 }];
    // Of the families in the list only: an IPv6 address that is never asked must not refuse a name.
    const only = this.#families.size === 1 ? [...this.#families][0]! : 0;
    signal?.throwIfAborted();
    const { promise: given, reject: giveUp } = Promise.withResolvers<never>();
    // A name server that is gone holds a lookup for many seconds: an agent that stops has not so long.
    const onAbort = () => giveUp(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      const found = await withDeadline(
        Promise.race([this.#lookup(host, { all: true, family: only }), given]),
        deadlineMs,
        `the lookup of ${host}`,
      );
      return found.map(({ address, family: of }) => ({ address, family: of as 4 | 6 }));
    } catch (error) {
      signal?.throwIfAborted();
      throw new SnmpError("SNMP_TRANSPORT", `the host ${host} cannot be resolved: ${messageOf(error)}`, {
        cause: error,
        retryable: true,
        details: { host },
      });
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }
}
