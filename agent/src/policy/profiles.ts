import type { Config } from "@pnmlab/config";
import type { SnmpProfile } from "../snmp/index.ts";

/**
 * The profiles of this agent: those of the configuration, and `sim` for the simulated CMTSs, which
 * always exists and which a profile of the same name in the configuration replaces.
 */
export function profilesOf({
  snmpProfiles,
  simCommunities,
}: Pick<Config, "snmpProfiles" | "simCommunities">): SnmpProfile[] {
  const sim: SnmpProfile = {
    name: "sim",
    version: "v2c",
    readCommunity: simCommunities.read,
    writeCommunity: simCommunities.write,
  };
  return snmpProfiles.some((profile) => profile.name === "sim") ? snmpProfiles : [sim, ...snmpProfiles];
}
