/**
 * Credentials of one SNMP version under the name by which the backend asks for them.
 * SNMPv3 is a further member of this union and a further branch where sessions are made.
 */
export type SnmpProfile = CommunityProfile;

export interface CommunityProfile {
  name: string;
  version: "v1" | "v2c";
  readCommunity: string;
  writeCommunity: string;
}

/** A target that policy has let through: its name resolved, its profile found. */
export interface SnmpEndpoint {
  /** The host as it was asked for, for messages. */
  host: string;
  /** The address that is asked, and the only one whose answers count. */
  address: string;
  family: 4 | 6;
  port: number;
  profile: SnmpProfile;
}

export type SnmpAccess = "read" | "write";

/** Name of the device, the same for every profile. */
export function endpointKey({ address, port }: SnmpEndpoint): string {
  return `${address}|${port}`;
}
