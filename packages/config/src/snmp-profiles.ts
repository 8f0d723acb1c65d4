import { readFileSync, statSync } from "node:fs";
import { messageOf } from "@pnmlab/kit";
import { z } from "zod";
import { ConfigError } from "./errors.ts";

/** SNMP credentials under a name; they never leave the agent. */
export type SnmpProfile = CommunityProfile | UserProfile;

interface ProfileLimits {
  /** Requests that may be on their way to one device of this profile at once; 1 where not given. */
  maxOutstanding?: number | undefined;
}

export interface CommunityProfile extends ProfileLimits {
  name: string;
  version: "v1" | "v2c";
  readCommunity: string;
  /** Absent where devices of this profile are only read. */
  writeCommunity?: string | undefined;
}

/** A user of the User-based Security Model (RFC 3414); its level follows from the passwords it has. */
export interface UserProfile extends ProfileLimits {
  name: string;
  version: "v3";
  user: string;
  contextName?: string | undefined;
  auth?: { protocol: AuthProtocol; password: string } | undefined;
  priv?: { protocol: PrivProtocol; password: string } | undefined;
}

/** HMAC protocols of RFC 3414 and RFC 7860. */
const AUTH_PROTOCOLS = ["MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"] as const;
export type AuthProtocol = (typeof AUTH_PROTOCOLS)[number];

/**
 * DES of RFC 3414, AES of RFC 3826, and the two ways in which vendors extend a key to 256 bits:
 * by Blumenthal's draft, and by Reeder's, which Cisco uses.
 */
const PRIV_PROTOCOLS = ["DES", "AES-128", "AES-256", "AES-256-Reeder"] as const;
export type PrivProtocol = (typeof PRIV_PROTOCOLS)[number];

const name = z.string().regex(/^[a-z0-9-]+$/i, "letters, digits and hyphens");
const maxOutstanding = z.int().min(1).max(256).optional();
/** RFC 3414 11.2 asks for at least 8 characters, and agents refuse less. */
const password = z.string().min(8).max(255);

const profileSchema = z.discriminatedUnion("version", [
  z.strictObject({
    name,
    version: z.enum(["v1", "v2c"]),
    readCommunity: z.string().min(1).max(255),
    writeCommunity: z.string().min(1).max(255).optional(),
    maxOutstanding,
  }),
  z
    .strictObject({
      name,
      version: z.literal("v3"),
      user: z.string().min(1).max(32),
      contextName: z.string().max(32).optional(),
      auth: z.strictObject({ protocol: z.enum(AUTH_PROTOCOLS), password }).optional(),
      priv: z.strictObject({ protocol: z.enum(PRIV_PROTOCOLS), password }).optional(),
      maxOutstanding,
    })
    .refine((profile) => !profile.priv || profile.auth, {
      path: ["priv"],
      message: "priv needs auth (RFC 3414 knows no privacy without authentication)",
    }),
]);
const fileSchema = z.strictObject({ profiles: z.array(profileSchema).max(1000) });

/** Octal mode bits that nobody but the owner and its group may have. */
const FOREIGN_ACCESS = 0o027;

/**
 * The profiles of a JSON file: `{"profiles": [...]}`. Errors name the file and the field, never a value.
 *
 * @throws ConfigError where the file cannot be read, can be read by others, or does not hold profiles.
 */
export function readSnmpProfiles(path: string): SnmpProfile[] {
  const from = `PNMLAB_SNMP_PROFILES_FILE ${path}`;
  const { profiles } = parseProfiles(readPrivate(path, from), from);
  const twice = profiles.find(
    (profile, at) => profiles.findIndex((other) => other.name === profile.name) < at,
  );
  if (twice) throw new ConfigError(`${from}: two profiles are named ${twice.name}`);
  return profiles;
}

function readPrivate(path: string, from: string): string {
  try {
    const { mode } = statSync(path);
    if (process.platform !== "win32" && (mode & FOREIGN_ACCESS) !== 0) {
      const octal = (mode & 0o777).toString(8);
      throw new ConfigError(
        `${from}: it holds credentials and has mode ${octal}; others may not read it nor its group write it: chmod 600`,
      );
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${from}: it cannot be read (${messageOf(error)})`);
  }
}

function parseProfiles(text: string, from: string): z.output<typeof fileSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser quotes what it does not understand, and that may be a password.
    throw new ConfigError(`${from}: it is not JSON`);
  }
  const parsed = fileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => {
    const field = issue.path.map(String).join(".") || "the file";
    return issue.code === "unrecognized_keys"
      ? `${field} has unknown fields ${issue.keys.join(", ")}`
      : `${field}: ${issue.message}`;
  });
  throw new ConfigError(`${from}: ${faults.join("; ")}`);
}
