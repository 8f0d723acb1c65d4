import type { Config } from "@pnmlab/config";
import type { PolicyOptions } from "./policy.ts";
import { profilesOf } from "./profiles.ts";

/**
 * What an agent may do, by its configuration.
 *
 * @throws PnmLabError `CONFIG_INVALID` where the profiles file cannot be used.
 */
export function policyOf(config: Config): Required<PolicyOptions> {
  return {
    profiles: profilesOf(config),
    targets: config.agentTargets,
    setSubtrees: config.agentSetSubtrees,
    permissions: config.agentPermissions,
    targetLimits: config.agentTargetOutstanding,
  };
}
