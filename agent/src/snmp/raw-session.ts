import snmp, { type Message, type Session } from "net-snmp";
import type { ConnectedSocket } from "./connected-socket.ts";
import type { SnmpEndpoint, UserProfile } from "./endpoint.ts";
import { installKeyMaker } from "./usm-keys.ts";

/** A request as net-snmp keeps it, with what UserSession replaces. */
export interface RawRequest {
  message: Message;
  /** The request PDU behind a discovery or behind itself. */
  originalPdu?: { id: number };
  responseCb: (error: Error | null) => void;
  getId(): number;
}

/** A session of net-snmp with the members that its types leave out. */
export type RawSession = Omit<Session, "registerRequest" | "send" | "onSimpleGetResponse"> & {
  version: number;
  reqs: Record<number, RawRequest>;
  reqCount: number;
  dgram: { ref(): void };
  /** What is known of the device's engine (RFC 3414 2.2); undefined before discovery. */
  msgSecurityParameters: { msgAuthoritativeEngineID: Buffer } | undefined;
  engineTimeBoots: number | null;
  engineTimeReceivedAt: number | null;
  registerRequest(request: RawRequest): void;
  send(request: RawRequest, noWait?: boolean): void;
  onSimpleGetResponse(request: RawRequest, message: Message): void;
};

const AUTH = {
  MD5: snmp.AuthProtocols.md5,
  "SHA-1": snmp.AuthProtocols.sha,
  "SHA-224": snmp.AuthProtocols.sha224,
  "SHA-256": snmp.AuthProtocols.sha256,
  "SHA-384": snmp.AuthProtocols.sha384,
  "SHA-512": snmp.AuthProtocols.sha512,
} as const;

const PRIV = {
  DES: snmp.PrivProtocols.des,
  "AES-128": snmp.PrivProtocols.aes,
  "AES-256": snmp.PrivProtocols.aes256b,
  "AES-256-Reeder": snmp.PrivProtocols.aes256r,
} as const;

installKeyMaker();

/** Opens net-snmp's session over `socket`, without repetitions of its own. */
export function openRawSession(
  { address, family, port }: SnmpEndpoint,
  profile: UserProfile,
  socket: ConnectedSocket,
): RawSession {
  const options = {
    transport: family === 4 ? ("udp4" as const) : ("udp6" as const),
    port,
    retries: 0,
    backwardsGetNexts: true,
    dgramModule: { createSocket: () => socket },
    ...(profile.contextName !== undefined && { context: profile.contextName }),
  };
  return snmp.createV3Session(address, userOf(profile), options as never) as unknown as RawSession;
}

/** Bits of msgFlags that an answer to this profile must have (RFC 3412 6.4): 1 authenticated, 2 encrypted. */
export function requiredFlags(profile: UserProfile): number {
  if (profile.priv) return 3;
  return profile.auth ? 1 : 0;
}

function userOf({ user, auth, priv }: UserProfile) {
  const { noAuthNoPriv, authNoPriv, authPriv } = snmp.SecurityLevel;
  if (!auth) return { name: user, level: noAuthNoPriv };
  const authenticated = { name: user, authProtocol: AUTH[auth.protocol], authKey: auth.password };
  if (!priv) return { ...authenticated, level: authNoPriv };
  return { ...authenticated, level: authPriv, privProtocol: PRIV[priv.protocol], privKey: priv.password };
}
