import { createHash } from "node:crypto";
import snmp from "net-snmp";

interface KeyMaker {
  algorithms: Record<number, { CRYPTO_ALGORITHM: string }>;
  passwordToKey(protocol: number, password: string, engineId: Buffer): Buffer;
}

/** Octets of repeated password that RFC 3414 A.2 hashes. */
const STRETCHED_LENGTH = 1024 * 1024;
const MAX_KEYS = 4_096;

/**
 * Replaces net-snmp's making of keys, which hashes a megabyte per device and keeps every key for ever,
 * also those of engine ids that a device makes up. The slow half does not depend on the device: it is
 * done once per password, and of the localized keys the last ones are kept.
 */
export function installKeyMaker(): void {
  const { Authentication } = snmp as unknown as { Authentication: KeyMaker };
  const userKeys = new Map<string, Buffer>();
  const localizedKeys = new Map<string, Buffer>();
  Authentication.passwordToKey = (protocol, password, engineId) => {
    const algorithm = Authentication.algorithms[protocol]!.CRYPTO_ALGORITHM;
    const userKeyName = `${algorithm} ${password}`;
    const name = `${engineId.toString("hex")} ${userKeyName}`;
    const known = localizedKeys.get(name);
    if (known) return known;
    const userKey = userKeys.get(userKeyName) ?? stretched(algorithm, password);
    userKeys.set(userKeyName, userKey);
    const key = createHash(algorithm).update(userKey).update(engineId).update(userKey).digest();
    localizedKeys.set(name, key);
    if (localizedKeys.size > MAX_KEYS) localizedKeys.delete(localizedKeys.keys().next().value!);
    return key;
  };
}

function stretched(algorithm: string, password: string): Buffer {
  return createHash(algorithm).update(Buffer.alloc(STRETCHED_LENGTH, password)).digest();
}
