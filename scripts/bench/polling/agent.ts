import { join } from "node:path";
import { variables } from "@pnmlab/config";
import { Policy } from "../../../agent/src/policy/index.ts";
import { Outbox, Polling, pollSnmp } from "../../../agent/src/polling/index.ts";
import { SnmpEngine } from "../../../agent/src/snmp/index.ts";

// The polling of an agent in a process of its own, with a backend beside it that acknowledges everything.
// Arguments: folder, devices, port of the modems, interval and jitter in ms, OIDs per device, run time in s; with
// `interactive` a user asks the modem behind the last polled one meanwhile, and before for comparison.

const [
  folder = "",
  devices = "1",
  port = "161",
  intervalMs = "30000",
  jitterMs = "0",
  oids = "10",
  runS = "10",
  interactive = "",
] = process.argv.slice(2);

const log = { info: () => {}, warn: () => {}, error: () => {} };
const policy = new Policy({
  targets: ["127.0.0.0/8"],
  setSubtrees: [],
  profiles: [{ name: "sim", version: "v2c", readCommunity: "public", writeCommunity: "private" }],
} as never);
// As many requests at once as an agent makes that nobody has set otherwise.
using engine = new SnmpEngine({ maxTotal: Number(variables.agentMaxOutstanding.default) });
const forUsers = pollSnmp(policy, {
  get: (endpoint, asked, limits) => engine.get(endpoint, asked, { ...limits, priority: "interactive" }),
  walk: () => Promise.reject(new Error("users do not walk here")),
});
using outbox = new Outbox({
  path: join(folder, "outbox.db"),
  maxBytes: 500_000_000,
  keepMs: 26 * 3_600_000,
  log,
});
await using polling = new Polling({
  outbox,
  snmp: pollSnmp(policy, engine),
  log,
  timings: { flushMs: 1000, checkMs: 1000 },
});
const stop = new AbortController();
let readings = 0;
let failed = 0;
const sweepEnds: number[] = [];
polling.attach({
  signal: stop.signal,
  send: (message) => {
    if (message.type !== "poll-results") return true;
    for (const { error } of message.readings) {
      readings += 1;
      if (error) failed += 1;
    }
    setImmediate(() => polling.acknowledged({ outboxId: message.outboxId, upTo: message.toSequence }));
    return true;
  },
});
const append = outbox.append.bind(outbox);
outbox.append = (reading) => {
  sweepEnds.push(performance.now());
  append(reading);
};

const addressOf = (k: number) =>
  `127.${60 + Math.floor(k / 62_500)}.${Math.floor(k / 250) % 250}.${1 + (k % 250)}`;
const PAUSE_MS = 5;
const noStop = new AbortController().signal;

/** Times of GETs that a user sends one after the other with a pause between them, in ms. */
async function userTimes(forMs: number): Promise<number[]> {
  const target = { host: addressOf(Number(devices)), port: Number(port), profile: "sim" };
  const times: number[] = [];
  for (const endMs = performance.now() + forMs; performance.now() < endMs; ) {
    const beganMs = performance.now();
    await forUsers.get(target, ["1.3.6.1.2.1.1.3.0"], { deadlineMs: 5000, signal: noStop });
    times.push(performance.now() - beganMs);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return times;
}
const p99 = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(0.99 * times.length)] ?? 0;

// The first ones find code that is not compiled yet.
if (interactive) await userTimes(2000);
const idleP99Ms = interactive ? p99(await userTimes((1000 * Number(runS)) / 2)) : 0;
const startMs = performance.now();
polling.setPlans({
  revision: "1",
  plans: [
    {
      id: "bench",
      version: 1,
      intervalMs: Number(intervalMs),
      jitterMs: Number(jitterMs),
      devices: Array.from({ length: Number(devices) }, (_, k) => ({
        label: `modem-${k}`,
        host: addressOf(k),
        port: Number(port),
        profile: "sim",
      })),
      metrics: Array.from({ length: Number(oids) }, (_, k) => ({
        name: `m${k}`,
        oid: `1.3.6.1.2.1.10.127.1.1.4.1.5.${k + 1}`,
        divisor: 10,
      })),
    },
  ],
});
const rss: number[] = [];
const sampler = setInterval(() => rss.push(process.memoryUsage.rss()), 500);
const cpu = process.cpuUsage();
const busyTimes = interactive ? userTimes(1000 * Number(runS)) : Promise.resolve([]);
await new Promise((resolve) => setTimeout(resolve, 1000 * Number(runS)));
const busyP99Ms = p99(await busyTimes);
const { user, system } = process.cpuUsage(cpu);
clearInterval(sampler);
const elapsedS = (performance.now() - startMs) / 1000;
outbox.flush();
const half = rss.slice(Math.floor(rss.length / 2));
process.send?.({
  firstSweepMs: (sweepEnds[Number(devices) - 1] ?? Number.POSITIVE_INFINITY) - startMs,
  read: sweepEnds.length,
  delivered: readings,
  failed,
  cores: (user + system) / 1e6 / elapsedS,
  rssMb: Math.max(...rss) / 1e6,
  growthMb: ((half.at(-1) ?? 0) - (half[0] ?? 0)) / 1e6,
  skipped: polling.status.skipped,
  idleP99Ms,
  busyP99Ms,
});
process.disconnect();
