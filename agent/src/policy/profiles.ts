import { type Config, readSnmpProfiles, type SnmpProfile } from "@pnmlab/config";
import { PnmLabError } from "@pnmlab/kit";

/**
 * The profiles of this agent: those of the configuration and of the profiles file, and `sim` for the
 * simulated CMTSs, which always exists and which a profile of the same name replaces.
 *
 * @throws PnmLabError `CONFIG_INVALID` where the file cannot be used, or both name one profile.
 */
export function profilesOf({
  snmpProfiles,
  snmpProfilesFile,
  simCommunities,
}: Pick<Config, "snmpProfiles" | "simCommunities"> &
  Partial<Pick<Config, "snmpProfilesFile">>): SnmpProfile[] {
  const filed = snmpProfilesFile ? readSnmpProfiles(snmpProfilesFile) : [];
  const profiles: SnmpProfile[] = [...snmpProfiles, ...filed];
  const twice = filed.find((profile) => snmpProfiles.some((other) => other.name === profile.name));
  if (twice) {
    throw new PnmLabError(
      "CONFIG_INVALID",
      `profile ${twice.name} is in PNMLAB_SNMP_PROFILES and in PNMLAB_SNMP_PROFILES_FILE; keep one`,
    );
  }
  if (profiles.some((profile) => profile.name === "sim")) return profiles;
  const sim: SnmpProfile = {
    name: "sim",
    version: "v2c",
    readCommunity: simCommunities.read,
    writeCommunity: simCommunities.write,
    maxOutstanding: SIM_OUTSTANDING,
  };
  return [sim, ...profiles];
}

/** A simulated CMTS takes as many at once as a CMTS would. */
const SIM_OUTSTANDING = 4;
