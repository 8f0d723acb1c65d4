import type { Config } from "@pnmlab/config";
import { durationText, isPnmLabError, messageOf } from "@pnmlab/kit";
import type { SnmpTarget, Varbind } from "@pnmlab/protocol";
import type { AgentLog } from "../log.ts";
import { Policy, policyOf } from "../policy/index.ts";
import { type SnmpEndpoint, SnmpEngine, targetText } from "../snmp/index.ts";
import { clockSkewMs, parseDateAndTime } from "./date-and-time.ts";
import { ping } from "./ping.ts";
import { presentTables } from "./pnm-tables.ts";
import type { Row } from "./rows.ts";
import { octetText, SYS_DESCR, SYS_UP_TIME } from "./system-group.ts";
import { proveWriting } from "./write-test.ts";

export interface DiagnoseOptions {
  /** `host` or `host:port`; an IPv6 address with a port stands in brackets. */
  address: string;
  /** Credentials to use; may be left out where there is only one choice. */
  profile: string | undefined;
  /** SET one value to itself. */
  writeTest: boolean;
  log: AgentLog;
}

const GET_DEADLINE_MS = 4_000;
const PROBE_DEADLINE_MS = 2_500;

/** docsDevDateTime (RFC 4639) and hrSystemDate (RFC 2790). */
const CLOCK_OIDS = ["1.3.6.1.2.1.69.1.1.2.0", "1.3.6.1.2.1.25.1.2.0"] as const;
const MAX_CLOCK_SKEW_MS = 5_000;

const RUNGS = ["ping", "udp", "credentials", "sysDescr", "pnm-mib", "write", "clock"] as const;
type Rung = (typeof RUNGS)[number];

const WRITE_NOT_ASKED: Row = {
  name: "write" satisfies Rung,
  state: "not asked",
  message: "--write-test writes one value back as it is",
};

/**
 * One device, rung by rung, within what the agent may do: what it cannot reach because of an earlier rung
 * is said so. Nothing is changed on the device.
 */
export async function diagnose(config: Config, options: DiagnoseOptions): Promise<Row[]> {
  const rows: Row[] = [];
  const stop = (message: string): Row[] => {
    const missing = RUNGS.filter((rung) => !rows.some(({ name }) => name === rung));
    return [
      ...rows,
      ...missing.map(
        (name): Row =>
          name === "write" && !options.writeTest ? WRITE_NOT_ASKED : { name, state: "not reached", message },
      ),
    ];
  };
  let policy: Policy;
  let target: SnmpTarget;
  let endpoint: SnmpEndpoint;
  try {
    policy = new Policy(policyOf(config));
    target = targetOf(options, policy.profileNames);
    policy.checkRead();
    endpoint = await policy.endpointOf(target, GET_DEADLINE_MS);
  } catch (error) {
    const fix = "correct the setting or argument that the sentence names";
    rows.push({ name: "policy", state: "failed", message: messageOf(error), fix });
    return stop("the agent's own policy comes first");
  }
  const credentials = endpoint.profile.version === "v3" ? "user" : "community";
  const text = `the agent may address ${targetText(endpoint)} with profile ${target.profile} (SNMP${endpoint.profile.version})`;
  rows.push({ name: "policy", state: "ok", message: text });
  rows.push(await pingRow(endpoint));

  using engine = new SnmpEngine();
  const answer = await firstAnswer(engine, endpoint);
  if (!answer.ok) {
    rows.push(...(await silenceRows(engine, endpoint, answer.error, credentials)));
    const isReached = rows.some(({ name, state }) => name === "udp" && state === "ok");
    return stop(
      isReached ? `the device does not answer this ${credentials}` : `UDP ${endpoint.port} did not answer`,
    );
  }
  rows.push(
    { name: "udp", state: "ok", message: `UDP ${endpoint.port} answered in ${answer.ms} ms` },
    {
      name: "credentials",
      state: "ok",
      message: `the ${credentials} of profile ${target.profile} may read`,
    },
    systemRow(answer.varbinds),
    await tablesRow(engine, endpoint),
    await writeRow({ policy, engine, endpoint, ...options }),
    await clockRow(engine, endpoint),
  );
  return rows;
}

function targetOf({ address, profile }: DiagnoseOptions, profiles: readonly string[]): SnmpTarget {
  const [, bracketed, named, portText] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(address) ?? [];
  const host = bracketed ?? named ?? address;
  const port = portText === undefined ? 161 : Number(portText);
  if (port < 1 || port > 65535) throw new Error(`${address} names no port from 1 to 65535`);
  if (profile !== undefined) return { host, port, profile };
  const real = profiles.filter((name) => name !== "sim");
  if (real.length > 1) {
    throw new Error(`the agent holds several profiles (${profiles.join(", ")}): say which with --profile`);
  }
  return { host, port, profile: real[0] ?? "sim" };
}

async function pingRow({ address }: SnmpEndpoint): Promise<Row> {
  const { outcome, detail } = await ping(address);
  if (outcome === "answered") return { name: "ping", state: "ok", message: `${address} answered ${detail}` };
  return outcome === "silent"
    ? {
        name: "ping",
        state: "warning",
        message: `${address} did not answer ${detail}; many networks drop ping, so this alone proves nothing`,
        fix: "where UDP fails too, check address and routes",
      }
    : { name: "ping", state: "not reached", message: `this machine's ping cannot be used: ${detail}` };
}

type FirstAnswer = { ok: true; varbinds: Varbind[]; ms: number } | { ok: false; error: unknown };

async function firstAnswer(engine: SnmpEngine, endpoint: SnmpEndpoint): Promise<FirstAnswer> {
  const startMs = performance.now();
  try {
    const limits = { deadlineMs: GET_DEADLINE_MS };
    const varbinds = await engine.get(endpoint, [SYS_DESCR, SYS_UP_TIME], limits);
    return { ok: true, varbinds, ms: Math.round(performance.now() - startMs) };
  } catch (error) {
    return { ok: false, error };
  }
}

/**
 * What a request that failed says of port and credentials. A device that is silent to a community is asked
 * for its SNMPv3 engine: that question needs no credentials (RFC 3414 4), so an answer proves the port.
 */
async function silenceRows(
  engine: SnmpEngine,
  endpoint: SnmpEndpoint,
  error: unknown,
  credentials: "user" | "community",
): Promise<Row[]> {
  const { port, profile } = endpoint;
  const message = messageOf(error);
  if (isPnmLabError(error, "SNMP_TRANSPORT")) {
    const fix = `turn SNMP on at the device, or correct the port: its SNMP agent listens elsewhere than on ${port}`;
    return [{ name: "udp", state: "failed", message, fix }];
  }
  const hasAnswered = !isPnmLabError(error, "SNMP_TIMEOUT");
  if (!hasAnswered && !(profile.version !== "v3" && (await answersDiscovery(engine, endpoint)))) {
    return [
      {
        name: "udp",
        state: "failed",
        message,
        fix: `in this order: the route, a firewall for UDP ${port}, the device's access list (this machine's address), and the ${credentials} of profile ${profile.name}: SNMP devices stay silent to a wrong one`,
      },
    ];
  }
  const why = hasAnswered
    ? message
    : `the device answers on UDP ${port}, but is silent to the ${credentials} of profile ${profile.name}`;
  return [
    { name: "udp", state: "ok", message: `UDP ${port} answers` },
    {
      name: "credentials",
      state: "failed",
      message: why,
      fix: `correct profile ${profile.name}, or let the device's access list take this ${credentials} from this machine's address`,
    },
  ];
}

async function answersDiscovery(engine: SnmpEngine, endpoint: SnmpEndpoint): Promise<boolean> {
  const nobody = { name: "discovery", version: "v3" as const, user: "pnmlab-discovery" };
  try {
    await engine.get({ ...endpoint, profile: nobody }, [SYS_UP_TIME], { deadlineMs: PROBE_DEADLINE_MS });
    return true;
  } catch (error) {
    return !isPnmLabError(error, "SNMP_TIMEOUT") && !isPnmLabError(error, "SNMP_TRANSPORT");
  }
}

function systemRow([descr, upTime]: readonly Varbind[]): Row {
  const up = upTime?.value.type === "TimeTicks" ? durationText(upTime.value.value * 10) : "an unknown time";
  return { name: "sysDescr", state: "ok", message: `${octetText(descr!.value)}; up for ${up}` };
}

async function tablesRow(engine: SnmpEngine, endpoint: SnmpEndpoint): Promise<Row> {
  const name = "pnm-mib";
  try {
    const tables = await presentTables(engine, endpoint, GET_DEADLINE_MS);
    if (tables.length > 0) {
      return { name, state: "ok", message: `${tables.length} tables with rows: ${tables.join(", ")}` };
    }
    return {
      name,
      state: "failed",
      message: "no table of DOCS-PNM-MIB has a row that these credentials may read",
      fix: "let the view of these credentials include 1.3.6.1.4.1.4491.2.1.27; a device before DOCSIS 3.1 has no such MIB",
    };
  } catch (error) {
    const fix = "repeat; where it stays, the device answers GETNEXT wrongly";
    return { name, state: "failed", message: messageOf(error), fix };
  }
}

async function writeRow({
  writeTest,
  ...context
}: Parameters<typeof proveWriting>[0] & { writeTest: boolean }): Promise<Row> {
  if (writeTest) return proveWriting(context);
  return WRITE_NOT_ASKED;
}

async function clockRow(engine: SnmpEngine, endpoint: SnmpEndpoint): Promise<Row> {
  const name = "clock" satisfies Rung;
  for (const oid of CLOCK_OIDS) {
    try {
      const [answer] = await engine.get(endpoint, [oid], { deadlineMs: GET_DEADLINE_MS });
      const value = answer!.value;
      const time = value.type === "OctetString" ? parseDateAndTime(value.value) : undefined;
      if (!time) continue;
      const skewMs = clockSkewMs(time, Date.now());
      const zone = time.hasZone ? "" : ", its time zone left aside, which it does not tell";
      if (Math.abs(skewMs) <= MAX_CLOCK_SKEW_MS) {
        return { name, state: "ok", message: `the device's clock agrees with this machine's${zone}` };
      }
      const way = skewMs > 0 ? "ahead of" : "behind";
      const message = `the device's clock is ${durationText(Math.abs(skewMs))} ${way} this machine's${zone}`;
      return { name, state: "warning", message, fix: "give device and machine the same time server" };
    } catch (error) {
      // A device of SNMPv1 has no other way to say that it does not know the object.
      if (isPnmLabError(error, "SNMP_ERROR_STATUS")) continue;
      return { name, state: "failed", message: messageOf(error), fix: "repeat" };
    }
  }
  return { name, state: "not reached", message: "the device tells no time of day" };
}
