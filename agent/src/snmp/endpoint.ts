import type { SnmpProfile } from "@pnmlab/config";

export type { CommunityProfile, SnmpProfile, UserProfile } from "@pnmlab/config";

/** A target that policy has let through: its name resolved, its profile found. */
export interface SnmpEndpoint {
  /** The host as it was asked for, for messages. */
  host: string;
  /** The address that is asked, and the only one whose answers count. */
  address: string;
  family: 4 | 6;
  port: number;
  profile: SnmpProfile;
  /** Requests that may be on their way to this device at once; 1 where not given. */
  maxOutstanding?: number;
}

export type SnmpAccess = "read" | "write";

/** Name of the device, the same for every profile. */
export function endpointKey({ address, port }: SnmpEndpoint): string {
  return `${address}|${port}`;
}
