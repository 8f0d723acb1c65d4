import { join, resolve } from "node:path";
import { z } from "zod";
import type { CommunityProfile } from "./snmp-profiles.ts";

export type Program = "backend" | "agent" | "simulator" | "tftp-server" | "lab" | "scripts";

/** One setting: declared here once, read from here by every program, script and document. */
export interface Variable<Schema extends z.ZodType = z.ZodType> {
  readonly name: `PNMLAB_${string}`;
  readonly schema: Schema;
  /** Text of the default in files, or a function of the values before it in this list. */
  readonly default: string | ((values: Readonly<Record<string, string>>, rootDir: string) => string);
  /** What the derived default is, in words, for the documentation. */
  readonly defaultText?: string;
  readonly readers: readonly Program[];
  readonly meaning: string;
  /** What does not work where it is missing or wrong. */
  readonly breaks: string;
  /** The accepted form, for the error line. */
  readonly form: string;
  readonly secret?: true;
  /** Where this other variable is set and read, an empty text will do. */
  readonly notNeededWith?: `PNMLAB_${string}`;
  /** Where a program stands (paths, listening addresses): differs between a container and its host by design. */
  readonly placement?: true;
}

const port = z.coerce.number().int().min(1).max(65535);
const host = z.string().min(1).max(255);
const flag = z.enum(["on", "off"]).transform((text) => text === "on");

const cmtsListSchema = z.string().transform((text, context) => {
  const list: CmtsTarget[] = [];
  for (const entry of text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean)) {
    const match = /^([a-z0-9][a-z0-9-]*)=([^:/\s]+):(\d{1,5})\/([a-z0-9-]+)$/i.exec(entry);
    if (!match || Number(match[3]) < 1 || Number(match[3]) > 65535) {
      context.addIssue({ code: "custom", message: `entry "${entry}"` });
      return z.NEVER;
    }
    list.push({ id: match[1]!, host: match[2]!, port: Number(match[3]), profile: match[4]! });
  }
  if (new Set(list.map((cmts) => cmts.id)).size !== list.length) {
    context.addIssue({ code: "custom", message: "two entries with one id" });
    return z.NEVER;
  }
  return list;
});

/** A CMTS as the backend knows it; `profile` names credentials that the agent holds. */
export interface CmtsTarget {
  id: string;
  host: string;
  port: number;
  profile: string;
}

const snmpProfilesSchema = z.string().transform((text, context) => {
  const profiles: CommunityProfile[] = [];
  for (const entry of text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean)) {
    const match = /^([a-z0-9-]+)=(v1|v2c):([^:,]+):([^:,]+)$/i.exec(entry);
    if (!match) {
      // The entry holds community strings: name its position, never its text.
      context.addIssue({ code: "custom", message: `entry ${profiles.length + 1}` });
      return z.NEVER;
    }
    profiles.push({
      name: match[1]!,
      version: match[2]!.toLowerCase() as "v1" | "v2c",
      readCommunity: match[3]!,
      writeCommunity: match[4]!,
    });
  }
  return profiles;
});

const listSchema = z.string().transform((text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean),
);

/** What an agent may be asked to do; ending a test needs none of them. */
const AGENT_PERMISSIONS = ["read", "capture", "set", "reset"] as const;
export type AgentPermission = (typeof AGENT_PERMISSIONS)[number];
const permissionsSchema = listSchema.pipe(z.array(z.enum(AGENT_PERMISSIONS)));

/** How many requests may be on their way to one device of a network at once. */
export interface TargetLimit {
  network: string;
  maxOutstanding: number;
}
const targetLimitsSchema = listSchema.transform((entries, context) =>
  entries.map((entry): TargetLimit => {
    const [, network, count] = /^([0-9a-f.:]+(?:\/\d{1,3})?)=(\d{1,3})$/i.exec(entry) ?? [];
    const maxOutstanding = Number(count);
    if (network && maxOutstanding >= 1 && maxOutstanding <= 256) return { network, maxOutstanding };
    context.addIssue({ code: "custom", message: `entry "${entry}"` });
    return z.NEVER;
  }),
);

/** How the samples of a CMTS are to be read, where its vendor profile says otherwise or does not know. */
export interface SampleSettings {
  byteOrder?: "big" | "little";
  binCal?: "cw" | "power";
  timeOffsetDb?: number;
}
const sampleSettingsSchema = listSchema.transform((entries, context) => {
  const settings = new Map<string, SampleSettings>();
  for (const entry of entries) {
    const [, id, text] = /^([a-z0-9][a-z0-9-]*)=(.+)$/i.exec(entry) ?? [];
    const parts = text?.split("/").map(sampleSetting) ?? [];
    const whole: SampleSettings = Object.assign({}, ...parts);
    if (id === undefined || settings.has(id) || Object.keys(whole).length !== parts.length) {
      context.addIssue({ code: "custom", message: `entry "${entry}"` });
      return z.NEVER;
    }
    settings.set(id, whole);
  }
  return settings;
});

function sampleSetting(part: string): SampleSettings {
  if (part === "big" || part === "little") return { byteOrder: part };
  if (part === "cw" || part === "power") return { binCal: part };
  const decibels = /^([+-]\d{1,3}(?:\.\d{1,2})?)dB$/.exec(part)?.[1];
  return decibels === undefined ? {} : { timeOffsetDb: Number(decibels) };
}

const secretText = z.string().min(32);

/**
 * Every variable of the product, in the order in which defaults may depend on each other.
 * The key is the field's name in the configuration object.
 */
export const variables = {
  settingsFile: {
    name: "PNMLAB_SETTINGS_FILE",
    schema: z.string().max(4096),
    default: (_values, rootDir) => join(rootDir, ".env"),
    defaultText: "`.env` at the root",
    readers: ["agent"],
    meaning: "File of the agent's settings; given on the command line or in the environment.",
    breaks: "The agent stops at start where the file is not there.",
    form: "a path",
    placement: true,
  },
  httpHost: {
    name: "PNMLAB_HTTP_HOST",
    schema: host,
    default: "127.0.0.1",
    readers: ["backend", "agent", "lab", "scripts"],
    meaning: "Address that the backend listens on.",
    breaks: "An address of another machine makes the backend stop at start.",
    form: "a host name or IP address of this machine",
    placement: true,
  },
  httpPort: {
    name: "PNMLAB_HTTP_PORT",
    schema: port,
    default: "5050",
    readers: ["backend", "agent", "lab", "scripts"],
    meaning: "Port of the web application, the API and both WebSockets.",
    breaks: "Where it is taken, the backend stops at start and names it.",
    form: "a port number from 1 to 65535",
  },
  backendUrl: {
    name: "PNMLAB_BACKEND_URL",
    schema: z.url({ protocol: /^wss?$/ }),
    default: (values) => `ws://${values.PNMLAB_HTTP_HOST}:${values.PNMLAB_HTTP_PORT}`,
    defaultText: "`ws://PNMLAB_HTTP_HOST:PNMLAB_HTTP_PORT`",
    readers: ["agent"],
    meaning: "Where the agent dials in.",
    breaks: "The agent cannot connect; the page says that no agent has connected.",
    form: "a ws:// or wss:// URL without a path",
    placement: true,
  },
  dataDir: {
    name: "PNMLAB_DATA_DIR",
    schema: z.string().min(1),
    default: (_values, rootDir) => join(rootDir, "data"),
    defaultText: "`data` beside this file",
    readers: ["backend", "tftp-server", "simulator", "lab"],
    meaning: "Folder of the database, stored captures and logs.",
    breaks: "Where it cannot be written, the backend stops at start.",
    form: "a path",
    placement: true,
  },
  tftpDir: {
    name: "PNMLAB_TFTP_DIR",
    schema: z.string().min(1),
    default: (values) => join(values.PNMLAB_DATA_DIR!, "tftp"),
    defaultText: "`tftp` in PNMLAB_DATA_DIR",
    readers: ["backend", "tftp-server"],
    meaning: "Folder into which the TFTP server writes and from which the backend reads captures.",
    breaks: "No capture is seen where both programs do not mean the same folder; health names it.",
    form: "a path",
    placement: true,
  },
  fileSource: {
    name: "PNMLAB_FILE_SOURCE",
    schema: z.enum(["folder", "tftp"]),
    default: "folder",
    readers: ["backend"],
    meaning:
      "How capture files get here: from PNMLAB_TFTP_DIR as the `folder` of the TFTP server, or, where that cannot be mounted, over `tftp` by the names that the CMTSs report; PNMLAB_TFTP_DIR then is a folder of the backend's own that they are fetched into.",
    breaks:
      "With `tftp`, files of a CMTS that does not report what it has sent (docsPnmBulkFileStatusTable, or the Filename column where it names its files itself) are not fetched.",
    form: "folder or tftp",
  },
  tftpHost: {
    name: "PNMLAB_TFTP_HOST",
    schema: host,
    default: "127.0.0.1",
    readers: ["backend", "tftp-server", "lab"],
    meaning: "Address of the TFTP server: it listens there, and the backend cleans up there.",
    breaks: "Captures do not arrive, and consumed files are not cleaned up.",
    form: "a host name or IP address",
    placement: true,
  },
  tftpPort: {
    name: "PNMLAB_TFTP_PORT",
    schema: port,
    default: "6969",
    readers: ["backend", "tftp-server", "lab"],
    meaning: "UDP port of the TFTP server.",
    breaks: "Where it is taken, the TFTP server stops at start and names it.",
    form: "a port number from 1 to 65535",
  },
  tftpAdvertisedHost: {
    name: "PNMLAB_TFTP_ADVERTISED_HOST",
    schema: host,
    default: (values) => values.PNMLAB_TFTP_HOST!,
    defaultText: "`PNMLAB_TFTP_HOST`",
    readers: ["backend"],
    meaning: "The TFTP server as the CMTS reaches it; its IPv4 address goes into the destination row.",
    breaks: "The CMTS sends its files elsewhere; the session ends as failed at the rung TFTP.",
    form: "an IPv4 address, or a host name that has one",
    placement: true,
  },
  tftpAdvertisedPort: {
    name: "PNMLAB_TFTP_ADVERTISED_PORT",
    schema: port,
    default: (values) => values.PNMLAB_TFTP_PORT!,
    defaultText: "`PNMLAB_TFTP_PORT`",
    readers: ["backend"],
    meaning: "UDP port of the TFTP server as the CMTS reaches it.",
    breaks: "The CMTS sends its files elsewhere; the session ends as failed at the rung TFTP.",
    form: "a port number from 1 to 65535",
  },
  tftpDestinationIndex: {
    name: "PNMLAB_TFTP_DESTINATION_INDEX",
    schema: z.coerce.number().int().min(1).max(4294967295),
    default: "1",
    readers: ["backend"],
    meaning: "Row of docsPnmBulkDataTransferCfgTable that this installation uses on each CMTS.",
    breaks: "A row that belongs to another system would be rewritten: choose one of your own.",
    form: "a whole number from 1",
  },
  cleanup: {
    name: "PNMLAB_CLEANUP",
    schema: z.enum(["auto", "unlink", "tftp"]),
    default: "auto",
    readers: ["backend"],
    meaning:
      "How consumed capture files go: unlink them in the folder, or write an empty file over them by TFTP. `auto` unlinks where the folder is writable.",
    breaks: "Consumed files stay in the folder.",
    form: "auto, unlink or tftp",
  },
  consumedFiles: {
    name: "PNMLAB_CONSUMED_FILES",
    schema: z.enum(["remove", "archive", "keep"]),
    default: "remove",
    readers: ["backend"],
    meaning:
      "What becomes of a session's capture files in the TFTP folder once they are shown: `remove` them, `archive` them bit-exact among the captures before they are removed, or `keep` them where they are. Files of others always stay.",
    breaks: "With `keep` the folder, and with `archive` PNMLAB_DATA_DIR, grows for as long as sessions run.",
    form: "remove, archive or keep",
  },
  utscSamples: {
    name: "PNMLAB_UTSC_SAMPLES",
    schema: sampleSettingsSchema,
    default: "",
    defaultText: "what the vendor profile of the CMTS says",
    readers: ["backend"],
    meaning:
      "How samples of UTSC captures are read, by CMTS: their byte order (`big` or `little`), what a bin of its own FFT reads (`cw`: a tone its level; `power`: all bins together the total power), and what is added to K for samples of time (`+1.5dB`). Several are separated by slashes: `cmts-1=power/little`.",
    breaks:
      "With the wrong byte order levels mean nothing; with the wrong `cw` or `power` all levels are off by the noise bandwidth of the window (1.8 dB with Hann, 3.0 dB with Blackman-Harris); a wrong offset moves all levels of samples of time.",
    form: "id=setting/setting, separated by commas; settings are big or little, cw or power, and +1.5dB",
  },
  agentName: {
    name: "PNMLAB_AGENT_NAME",
    schema: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/i),
    default: "lab-1",
    readers: ["agent", "backend"],
    meaning: "Name under which the agent signs in and which the backend expects.",
    breaks: "The backend waits for an agent of this name.",
    form: "letters, digits and hyphens",
  },
  agentTokenFile: {
    name: "PNMLAB_AGENT_TOKEN_FILE",
    schema: z.string().max(4096),
    default: "",
    defaultText: "none; PNMLAB_AGENT_TOKEN is the token",
    readers: ["agent"],
    meaning:
      "File that holds the token of an enrolled agent. It is read at each connection and looked at every few seconds: a new token needs no restart.",
    breaks: "Where it cannot be read, the agent says so and tries again.",
    form: "a path",
    placement: true,
  },
  agentToken: {
    name: "PNMLAB_AGENT_TOKEN",
    schema: secretText,
    default: "",
    defaultText: "none; made by setup",
    readers: ["agent", "backend"],
    notNeededWith: "PNMLAB_AGENT_TOKEN_FILE",
    meaning: "Token by which the agent proves itself.",
    breaks: "Neither agent nor backend starts without it; two different ones read `token mismatch`.",
    form: "at least 32 characters; `npm start` or scripts/setup makes one",
    secret: true,
  },
  agentCaFile: {
    name: "PNMLAB_AGENT_CA_FILE",
    schema: z.string().max(4096),
    default: "",
    defaultText: "the authorities of the machine",
    readers: ["agent"],
    meaning: "PEM file of authorities that the agent trusts beside those of its machine, for wss://.",
    breaks:
      "A backend with a certificate of an authority of your own is refused by the agent as TLS failure.",
    form: "a path",
    placement: true,
  },
  agentCertFile: {
    name: "PNMLAB_AGENT_CERT_FILE",
    schema: z.string().max(4096),
    default: "",
    defaultText: "none",
    readers: ["agent"],
    meaning: "PEM file of the certificate that the agent shows to a proxy that asks for one.",
    breaks: "A proxy that asks for a certificate lets no agent through.",
    form: "a path",
    placement: true,
  },
  agentKeyFile: {
    name: "PNMLAB_AGENT_KEY_FILE",
    schema: z.string().max(4096),
    default: "",
    defaultText: "none",
    readers: ["agent"],
    meaning: "PEM file of the key of PNMLAB_AGENT_CERT_FILE.",
    breaks: "The certificate cannot be used without it.",
    form: "a path",
    placement: true,
  },
  agentProxy: {
    name: "PNMLAB_AGENT_PROXY",
    schema: z.url({ protocol: /^http$/ }).or(z.enum(["", "none"])),
    default: "",
    defaultText: "HTTPS_PROXY for wss:// unless NO_PROXY names the backend; none for ws://",
    readers: ["agent"],
    meaning: "HTTP proxy through which the agent reaches the backend, by CONNECT; `none` goes without.",
    breaks: "Where only a proxy leads out of the agent's network, the backend is not reached.",
    form: "http://[user:password@]host:port, or none",
    secret: true,
    placement: true,
  },
  checkToken: {
    name: "PNMLAB_CHECK_TOKEN",
    schema: secretText.or(z.literal("")),
    default: "",
    defaultText: "none; made by setup",
    readers: ["backend", "scripts"],
    meaning: "Token that lets validate-deployment.sh ask the backend for its checks, and for nothing else.",
    breaks: "validate-deployment.sh cannot look behind the backend.",
    form: "at least 32 characters; `npm start` or scripts/setup makes one",
    secret: true,
  },
  sessionKey: {
    name: "PNMLAB_SESSION_KEY",
    schema: secretText,
    default: "",
    defaultText: "none; made by setup",
    readers: ["backend", "lab"],
    meaning: "Key that signs sign-in links and browser sessions.",
    breaks: "The backend does not start without it; a new one signs everybody out.",
    form: "at least 32 characters; `npm start` or scripts/setup makes one",
    secret: true,
  },
  simulator: {
    name: "PNMLAB_SIMULATOR",
    schema: flag,
    default: "on",
    readers: ["lab", "backend"],
    meaning: "Whether the embedded lab brings its simulated CMTSs.",
    breaks: "Without them and without PNMLAB_CMTS there is nothing to capture from.",
    form: "on or off",
    // The compose files decide it: lab has simulated CMTSs, site has none.
    placement: true,
  },
  simHost: {
    name: "PNMLAB_SIM_HOST",
    schema: host,
    default: "127.0.0.1",
    readers: ["simulator", "backend"],
    meaning: "Address that the simulated CMTSs listen on.",
    breaks: "The simulated CMTSs do not answer.",
    form: "a host name or IP address of this machine",
    placement: true,
  },
  simSnmpPort: {
    name: "PNMLAB_SIM_SNMP_PORT",
    schema: z.coerce.number().int().min(1).max(65534),
    default: (values) => {
      const derived = Number(values.PNMLAB_HTTP_PORT) + 11111;
      return String(derived <= 65534 ? derived : derived - 40000);
    },
    defaultText: "`PNMLAB_HTTP_PORT` + 11111",
    readers: ["simulator", "backend"],
    meaning: "UDP port of the first simulated CMTS; the second has the next one.",
    breaks: "Where it is taken, the simulator stops at start and names it.",
    form: "a port number from 1 to 65534",
  },
  cmts: {
    name: "PNMLAB_CMTS",
    schema: cmtsListSchema,
    default: (values) => {
      if (values.PNMLAB_SIMULATOR !== "on") return "";
      const first = Number(values.PNMLAB_SIM_SNMP_PORT);
      const simHost = values.PNMLAB_SIM_HOST;
      return `lab-cmts-1=${simHost}:${first}/sim,lab-cmts-2=${simHost}:${first + 1}/sim`;
    },
    defaultText: "the simulated CMTSs",
    readers: ["backend"],
    meaning: "The CMTSs, as `id=host:port/profile`, separated by commas.",
    breaks: "A CMTS that is not listed cannot be captured from.",
    form: "id=host:port/profile, separated by commas",
  },
  simCommunities: {
    name: "PNMLAB_SIM_COMMUNITIES",
    schema: z
      .string()
      .regex(/^[^:,]+:[^:,]+$/)
      .transform((text) => {
        const [read, write] = text.split(":") as [string, string];
        return { read, write };
      }),
    default: "public:private",
    readers: ["simulator", "agent"],
    meaning: "Read and write community of the simulated CMTSs, as `read:write`. They guard nothing real.",
    breaks: "The agent's profile `sim` does not fit the simulator.",
    form: "read:write",
  },
  snmpProfiles: {
    name: "PNMLAB_SNMP_PROFILES",
    schema: snmpProfilesSchema,
    default: "",
    defaultText: "none; the profile `sim` always exists",
    readers: ["agent"],
    meaning: "SNMP credentials of the agent, as `name=v2c:read:write`, separated by commas.",
    breaks: "A CMTS whose profile is not here cannot be asked; the error names the profile.",
    form: "name=v2c:readCommunity:writeCommunity, separated by commas",
    secret: true,
  },
  snmpProfilesFile: {
    name: "PNMLAB_SNMP_PROFILES_FILE",
    schema: z.string().max(4096),
    default: "",
    defaultText: "none",
    readers: ["agent"],
    meaning:
      "JSON file with further SNMP credentials of the agent, SNMPv3 among them, readable by the agent alone (docs/agent.md shows one).",
    breaks:
      "A file that cannot be read, that others may read, or that is not well formed stops the agent at start.",
    form: "a path",
    placement: true,
  },
  agentTargets: {
    name: "PNMLAB_AGENT_TARGETS",
    schema: listSchema,
    default: "127.0.0.0/8",
    readers: ["agent"],
    meaning: "IPv4 networks that the agent may address, separated by commas. The backend cannot widen it.",
    breaks: "A CMTS outside of these networks is refused by the agent, by name of this variable.",
    form: "networks such as 10.20.0.0/16, separated by commas",
  },
  agentSetSubtrees: {
    name: "PNMLAB_AGENT_SET_SUBTREES",
    schema: listSchema,
    default: "1.3.6.1.4.1.4491.2.1.27",
    readers: ["agent"],
    meaning: "OID subtrees that the agent may SET, separated by commas; the default is DOCS-PNM-MIB alone.",
    breaks: "A SET outside of them is refused by the agent and never sent.",
    form: "OIDs, separated by commas",
  },
  agentPermissions: {
    name: "PNMLAB_AGENT_PERMISSIONS",
    schema: permissionsSchema,
    default: "read,capture,set",
    readers: ["agent"],
    meaning:
      "What the agent does for its backend: `read` values, `capture` (SET within DOCS-PNM-MIB), `set` (SET in the other subtrees of PNMLAB_AGENT_SET_SUBTREES), `reset` devices (docsDevResetNow). Ending a test is always allowed.",
    breaks: "A request without its permission is refused by the agent and never sent.",
    form: "read, capture, set and reset, separated by commas",
  },
  agentMaxOutstanding: {
    name: "PNMLAB_AGENT_MAX_OUTSTANDING",
    schema: z.coerce.number().int().min(1).max(1024),
    default: "256",
    readers: ["agent"],
    meaning: "SNMP requests that the agent may have on their way at once, over all devices.",
    breaks: "Too few make sweeps slow; too many load the network between agent and plant.",
    form: "a whole number from 1 to 1024",
  },
  agentTargetOutstanding: {
    name: "PNMLAB_AGENT_TARGET_OUTSTANDING",
    schema: targetLimitsSchema,
    default: "",
    defaultText: "1 for every device",
    readers: ["agent"],
    meaning:
      "SNMP requests that may be on their way to one device at once, as `network=number`, separated by commas; the first network that holds the device counts. Devices in none of them get one request at a time, as cable modems need it.",
    breaks: "A CMTS that is asked one request at a time is read slowly.",
    form: "network=number such as 10.1.2.3=4 or 10.20.0.0/16=1, separated by commas",
  },
  leaseMs: {
    name: "PNMLAB_LEASE_MS",
    schema: z.coerce.number().int().min(2000).max(600_000),
    default: "15000",
    readers: ["backend"],
    meaning: "How long the agent lets a test run without word from the backend, in milliseconds.",
    breaks:
      "Too short ends tests during a restart of the backend; too long leaves them running after its death.",
    form: "milliseconds from 2000 to 600000",
  },
  agentHealthPort: {
    name: "PNMLAB_AGENT_HEALTH_PORT",
    schema: port,
    default: (values) => {
      const derived = Number(values.PNMLAB_HTTP_PORT) + 1;
      return String(derived <= 65535 ? derived : derived - 2);
    },
    defaultText: "`PNMLAB_HTTP_PORT` + 1",
    readers: ["agent", "scripts"],
    meaning: "Port on the loopback address where the agent tells its own state.",
    breaks: "Where it is taken, the agent says so and works without it.",
    form: "a port number from 1 to 65535",
  },
  agentDataDir: {
    name: "PNMLAB_AGENT_DATA_DIR",
    schema: z.string().min(1),
    default: (values) => join(values.PNMLAB_DATA_DIR!, "agent"),
    defaultText: "`agent` in PNMLAB_DATA_DIR",
    readers: ["agent"],
    meaning: "Folder of the agent's outbox: readings of polling plans that wait to be delivered.",
    breaks: "Where it cannot be written, readings wait in memory and a restart of the agent loses them.",
    form: "a path",
    placement: true,
  },
  outboxMaxMb: {
    name: "PNMLAB_OUTBOX_MAX_MB",
    schema: z.coerce.number().int().min(1).max(100_000),
    default: "500",
    readers: ["agent"],
    meaning: "Size of the agent's outbox at most, in megabytes; beyond it the oldest readings are given up.",
    breaks: "Too small gives up readings before the backend is back; the agent counts and reports them.",
    form: "megabytes from 1",
  },
  outboxKeepHours: {
    name: "PNMLAB_OUTBOX_KEEP_HOURS",
    schema: z.coerce.number().min(1).max(720),
    default: "26",
    readers: ["agent"],
    meaning:
      "How long the agent keeps readings that it cannot deliver, in hours: a day without a backend, and time to deliver them after it.",
    breaks: "Readings that are older are given up; the agent counts and reports them.",
    form: "hours from 1 to 720",
  },
  pollCheckS: {
    name: "PNMLAB_POLL_CHECK_S",
    schema: z.coerce.number().min(0.1).max(60),
    default: "5",
    readers: ["agent"],
    meaning: "How often the agent looks which devices are to be polled, in seconds.",
    breaks: "Longer than the interval of a plan, it holds that plan up.",
    form: "seconds from 0.1 to 60",
  },
  pollFlushS: {
    name: "PNMLAB_POLL_FLUSH_S",
    schema: z.coerce.number().min(0.1).max(3600),
    default: "30",
    readers: ["agent"],
    meaning: "How often the agent delivers readings, in seconds. What waited twice as long is marked late.",
    breaks: "The page shows readings so much later.",
    form: "seconds from 0.1 to 3600",
  },
  pollPlanRefreshS: {
    name: "PNMLAB_POLL_PLAN_REFRESH_S",
    schema: z.coerce.number().min(1).max(86_400),
    default: "300",
    readers: ["agent"],
    meaning:
      "How often the agent asks for its polling plans, beside getting them at every change, in seconds.",
    breaks: "Nothing while changes arrive by themselves.",
    form: "seconds from 1 to 86400",
  },
  agentHeartbeatS: {
    name: "PNMLAB_AGENT_HEARTBEAT_S",
    schema: z.coerce.number().min(1).max(3600),
    default: "60",
    readers: ["agent"],
    meaning: "How often the agent reports its outbox, uptime and memory to the backend, in seconds.",
    breaks: "Beyond 180 the page takes a connected agent for a silent one.",
    form: "seconds from 1 to 3600",
  },
  outboxCleanUpS: {
    name: "PNMLAB_OUTBOX_CLEAN_UP_S",
    schema: z.coerce.number().min(10).max(86_400),
    default: "3600",
    readers: ["agent"],
    meaning: "How often the agent removes readings that are too old and gives room back, in seconds.",
    breaks: "The outbox keeps room that it does not need.",
    form: "seconds from 10 to 86400",
  },
  seriesKeepDays: {
    name: "PNMLAB_SERIES_KEEP_DAYS",
    schema: z.coerce.number().min(1).max(3650),
    default: "30",
    readers: ["backend"],
    meaning: "How long readings of polling plans are kept, in days.",
    breaks: "PNMLAB_DATA_DIR holds as many readings as that makes: about 60 octets each.",
    form: "days from 1 to 3650",
  },
  ringMinutes: {
    name: "PNMLAB_RING_MINUTES",
    schema: z.coerce.number().min(1).max(1440),
    default: "10",
    readers: ["backend"],
    meaning: "How far back the flight recorder of each live capture goes, in minutes.",
    breaks:
      "What was before cannot be kept any more. A spectrum of 1,600 bins takes 3.3 kB: ten minutes at 10 a second are 20 MB.",
    form: "minutes from 1 to 1440",
  },
  recordingsMaxMb: {
    name: "PNMLAB_RECORDINGS_MAX_MB",
    schema: z.coerce.number().int().min(10).max(100_000_000),
    default: "20480",
    readers: ["backend"],
    meaning:
      "Room that rings and kept recordings take in PNMLAB_DATA_DIR together, in MB (10^6 octets). Rings give way before what was kept.",
    breaks: "Where what was kept fills it, nothing more is recorded; health and the page say so.",
    form: "MB from 10",
  },
  eventsDays: {
    name: "PNMLAB_EVENTS_DAYS",
    schema: z.coerce.number().min(1).max(3650),
    default: "90",
    readers: ["backend"],
    meaning: "How long events of the detectors are kept after they ended, in days; 50,000 at most.",
    breaks:
      "PNMLAB_DATA_DIR holds as many events as that makes: about 2 kB each without the frames that prove it.",
    form: "days from 1 to 3650",
  },
  eventEvidenceMaxMb: {
    name: "PNMLAB_EVENT_EVIDENCE_MAX_MB",
    schema: z.coerce.number().min(1).max(100_000_000),
    default: "1000",
    readers: ["backend"],
    meaning:
      "Room that the frames which prove events take in PNMLAB_DATA_DIR, in MB (10^6 octets). The oldest of events that ended give way, those that people noted something of last; the events stay.",
    breaks:
      "An event whose frames gave way says so and cannot be looked at or replayed without a recording. Five frames of 1,600 bins are 17 kB.",
    form: "MB from 1",
  },
  eventWebhookUrlFile: {
    name: "PNMLAB_EVENT_WEBHOOK_URL_FILE",
    schema: z.string().max(4096),
    default: "",
    defaultText: "none; PNMLAB_EVENT_WEBHOOK_URL is the address",
    readers: ["backend"],
    meaning:
      "File that holds the address of the event webhook. It is read for each attempt: a new address needs no restart. In a container of compose it lies in the volume of the backend, under /data.",
    breaks:
      "Where it cannot be read, notices of events are tried ten times and given up; health says so from the start.",
    form: "a path",
    placement: true,
  },
  eventWebhookUrl: {
    name: "PNMLAB_EVENT_WEBHOOK_URL",
    schema: z
      .url({ protocol: /^https?$/ })
      .max(4096)
      .or(z.literal("")),
    default: "",
    defaultText: "none; nobody is told",
    readers: ["backend"],
    meaning:
      "Where events are told when they are raised and cleared, each by a POST of JSON. It may hold a token of the receiver and is treated as a secret.",
    breaks: "Notices of events wait, are tried again, and are given up in the end; health says so.",
    form: "an http:// or https:// URL",
    secret: true,
    // Its fingerprint is compared with no other program's.
    placement: true,
  },
  eventWebhookSeverity: {
    name: "PNMLAB_EVENT_WEBHOOK_SEVERITY",
    schema: z.enum(["info", "minor", "major", "critical"]),
    default: "major",
    readers: ["backend"],
    meaning: "Least severity of events that are told by the webhook.",
    breaks: "Nothing; too low a severity tells of every short-lived line.",
    form: "info, minor, major or critical",
  },
  publicUrl: {
    name: "PNMLAB_PUBLIC_URL",
    schema: z.url({ protocol: /^https?$/ }).or(z.literal("")),
    default: "",
    defaultText: "none",
    readers: ["backend", "scripts"],
    meaning: "Where users reach the page when a reverse proxy stands in front of it.",
    breaks: "The expiry of the proxy's certificate is not watched.",
    form: "an http:// or https:// URL",
  },
  labSubnet: {
    name: "PNMLAB_LAB_SUBNET",
    schema: z.cidrv4(),
    default: "172.31.250.0/24",
    readers: ["scripts"],
    meaning: "Network of the containers of docker/compose.lab.yaml; the agent there may address it.",
    breaks: "Where it overlaps a network of the host, compose refuses to create it.",
    form: "an IPv4 network such as 172.31.250.0/24",
  },
  tunnelHost: {
    name: "PNMLAB_TUNNEL_HOST",
    schema: z.string().max(255),
    default: "",
    defaultText: "none",
    readers: ["scripts"],
    meaning: "Where ssh-tunnel-lab.sh connects: `host` or `user@host` of the machine the backend runs on.",
    breaks: "ssh-tunnel-lab.sh does not know where to go.",
    form: "host or user@host",
  },
  tunnelSshPort: {
    name: "PNMLAB_TUNNEL_SSH_PORT",
    schema: port,
    default: "22",
    readers: ["scripts"],
    meaning: "Port of the ssh server at PNMLAB_TUNNEL_HOST.",
    breaks: "The tunnel cannot connect.",
    form: "a port number from 1 to 65535",
  },
  tunnelJump: {
    name: "PNMLAB_TUNNEL_JUMP",
    schema: z.string().max(255),
    default: "",
    defaultText: "none",
    readers: ["scripts"],
    meaning: "Hosts to jump through on the way, as ssh -J takes them.",
    breaks: "A host behind a jump host is not reached.",
    form: "user@host:port, separated by commas",
  },
  tunnelKey: {
    name: "PNMLAB_TUNNEL_KEY",
    schema: z.string().max(4096),
    default: "",
    defaultText: "what ssh chooses",
    readers: ["scripts"],
    meaning: "Private key file for the tunnel.",
    breaks: "The ssh server refuses the key.",
    form: "a path",
  },
  tunnelLocalPort: {
    name: "PNMLAB_TUNNEL_LOCAL_PORT",
    schema: port,
    default: (values) => values.PNMLAB_HTTP_PORT!,
    defaultText: "`PNMLAB_HTTP_PORT`",
    readers: ["scripts"],
    meaning: "Port of this machine that the tunnel forwards to PNMLAB_HTTP_PORT of the other.",
    breaks: "Where it is taken, ssh-tunnel-lab.sh names the program that has it.",
    form: "a port number from 1 to 65535",
  },
  devPort: {
    name: "PNMLAB_DEV_PORT",
    schema: port,
    default: "5173",
    readers: ["lab"],
    meaning: "Port of the page with reload, for `npm run dev`.",
    breaks: "Where it is taken, `npm run dev` stops at start and names it.",
    form: "a port number from 1 to 65535",
  },
  logLevel: {
    name: "PNMLAB_LOG_LEVEL",
    schema: z.enum(["debug", "info", "warn", "error"]),
    default: "info",
    readers: ["backend", "agent", "simulator", "tftp-server", "lab"],
    meaning: "Least level that is logged.",
    breaks: "Nothing.",
    form: "debug, info, warn or error",
  },
} as const satisfies Record<string, Variable>;

export type FieldName = keyof typeof variables;

/** The configuration with every value parsed, by field name. */
export type Config = { readonly [Field in FieldName]: z.output<(typeof variables)[Field]["schema"]> };

/** Makes a path of the configuration absolute, relative to the folder of `.env`. */
export function absolutePath(rootDir: string, path: string): string {
  return resolve(rootDir, path);
}
