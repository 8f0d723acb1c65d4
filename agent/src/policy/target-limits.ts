import { BlockList, isIP } from "node:net";
import type { TargetLimit } from "@pnmlab/config";
import { PnmLabError } from "@pnmlab/kit";

/** How many requests may be on their way to one device, by the network it lies in. */
export class TargetLimits {
  readonly #limits: { list: BlockList; maxOutstanding: number }[];

  /** @throws PnmLabError `CONFIG_INVALID` naming the entry that is not a network. */
  constructor(limits: readonly TargetLimit[]) {
    this.#limits = limits.map(({ network, maxOutstanding }) => ({ list: listOf(network), maxOutstanding }));
  }

  /** The limit of the first network that holds the address. */
  of(address: string, family: 4 | 6): number | undefined {
    return this.#limits.find(({ list }) => list.check(address, `ipv${family}`))?.maxOutstanding;
  }
}

function listOf(network: string): BlockList {
  const list = new BlockList();
  const [address = "", prefix] = network.split("/");
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  try {
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  } catch (error) {
    throw new PnmLabError(
      "CONFIG_INVALID",
      `PNMLAB_AGENT_TARGET_OUTSTANDING: "${network}" is not a network; expected networks such as 10.20.0.0/16=4`,
      { cause: error },
    );
  }
  return list;
}
